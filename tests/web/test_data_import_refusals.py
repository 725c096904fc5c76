"""Importing a roster: what is refused, whose an upload is, and how long it waits."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from photosync.apps.accounts.models import Membership, Role
from photosync.apps.people.roster import uploads
from photosync.apps.runs.housekeeping import keep_house
from photosync.core.errors import NotFound, StorageUnavailable
from photosync.web import csv_field, front_door
from photosync.web.views import roster_import
from photosync.web.waiting_uploads import MOST_WAITING
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_user, signed_in
from tests.web.rosters import BEFORE, GONE, IMPORT, STUDENTS, chosen, codes, folder, previewed, upload, uploaded

__all__ = ["folder"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "student"}, "Choose a file. Nothing was imported."),
        ({"kind": "pets", "file": b"Code\n1"}, "Choose students or staff. Nothing was imported."),
        ({"file": b"Code\n1"}, "Choose students or staff. Nothing was imported."),
        (
            {"kind": "student", "file": b""},
            "The file is empty. Nothing was imported. Its first line must name the columns.",
        ),
        (
            {"kind": "student", "file": b"\n\n"},
            "The roster is empty. Nothing was imported. Its first line must name the columns.",
        ),
        (
            {"kind": "student", "file": b"PK\x03\x04stuff"},
            '"roster.csv" is a zip file or a spreadsheet, not text. Nothing was imported. '
            "Save the sheet as CSV, then import that.",
        ),
        (
            {"kind": "student", "file": b"Code,N\x81\x8dme\n\xff\x81,x\n"},
            'The roster "roster.csv" is neither UTF-8, UTF-16 nor Windows-1252 text. Nothing was imported. '
            "Save it again as CSV in UTF-8.",
        ),
    ],
)
def test_file_that_is_no_roster_says_why(scene: Scene, folder: Path, sent: dict[str, str | bytes], said: str) -> None:
    posted = {
        name: SimpleUploadedFile("roster.csv", value) if isinstance(value, bytes) else value
        for name, value in sent.items()
    }

    page = Markup.of(scene.client.post(IMPORT, posted))

    assert said in page.text
    assert list(folder.glob("*")) == []


def test_file_that_is_too_large_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_field, "LARGEST_FILE_BYTES", 20)

    page = upload(scene.client)

    assert "The file is larger than 30 MB. Nothing was imported. Split it into several files." in page.text


def test_file_that_cannot_be_kept_says_why(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(StorageUnavailable) as refused:
        uploads.keep_upload([b"x"])
    monkeypatch.undo()

    def refuse(_: object) -> str:
        raise refused.value

    monkeypatch.setattr(roster_import, "keep_upload", refuse)

    assert (
        "The file could not be kept on the server (No space left on device). Nothing was imported. "
        "See that the disk has room, then upload it again."
    ) in upload(scene.client).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"column_0": "ignore"},
            "No column holds the field Student code. Nothing was imported. Choose the column that does.",
        ),
        (
            {"column_4": "given_name"},
            "Two columns hold the same field (Given name): First Name and Notes. Nothing was imported. "
            "Set one of them to Not used.",
        ),
        ({"column_1": "staff_code"}, "Choose a field from the list. Nothing was imported."),
        ({"column_1": ""}, "Choose a field from the list. Nothing was imported."),
    ],
)
def test_columns_that_cannot_be_say_why(scene: Scene, changes: dict[str, str], said: str) -> None:
    client = scene.client
    address = uploaded(client)

    page = Markup.of(client.post(address, chosen(client, address, **changes)))

    assert said in page.text
    assert client.get(f"{address}preview/").headers["Location"] == address


def test_two_alternate_identifiers_are_allowed(scene: Scene) -> None:
    assert previewed(scene.client, column_3="alternate_id", column_4="alternate_id").endswith("/preview/")


def test_columns_without_a_name_or_with_one_twice_cannot_be_chosen(scene: Scene) -> None:
    client = scene.client
    page = Markup.of(client.get(uploaded(client, "Code,,Mail,E-Mail,mail\n1001,x,y,z,w\n")))

    assert "Not used: it has no name." in page.text
    assert page.text.count("Not used: a column before it has the same name.") == 1


def test_encodings_and_delimiters_are_understood(scene: Scene) -> None:
    client = scene.client
    form = client.get(uploaded(client, "Code;Surname\n1003;Çelik\n".encode("cp1252"))).context["form"]

    assert [(column.name, column.samples) for column in form.columns] == [
        ("Code", ("1003",)),
        ("Surname", ("Çelik",)),
    ]


def test_markup_in_a_file_is_shown_as_text(scene: Scene) -> None:
    client = scene.client
    preview = previewed(client, 'Code,<script>alert(1)</script>\n1,<script>x</script>\n"<script>y\n')

    for address in (preview.removesuffix("preview/"), preview):
        assert re.findall(rb"<script>", client.get(address).content) == []


def test_too_many_problems_are_counted(scene: Scene) -> None:
    client = scene.client
    text = "Code,Surname\n" + ",x\n" * (roster_import.REFUSALS_SHOWN + 3)

    assert "And 3 more lines." in Markup.of(client.get(previewed(client, text))).text


@pytest.mark.parametrize("further", ["", "preview/"])
def test_upload_that_is_gone_is_asked_for_again(scene: Scene, further: str) -> None:
    client = scene.client
    preview = previewed(client)
    client.post(preview)

    for response in (
        client.get(f"{preview.removesuffix('preview/')}{further}", follow=True),
        client.post(f"{preview.removesuffix('preview/')}{further}", follow=True),
    ):
        assert GONE in Markup.of(response).text
        assert response.request["PATH_INFO"] == IMPORT


def test_two_imports_at_once_are_one(scene: Scene) -> None:
    client = scene.client
    preview = previewed(client)
    uploads.take_upload(preview.split("/")[-3])

    page = Markup.of(client.post(preview, follow=True))

    assert GONE in page.text
    assert codes() == BEFORE


def test_import_that_fails_can_be_repeated(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    client = scene.client
    preview = previewed(client)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(roster_import, "import_roster", fail)
        with pytest.raises(RuntimeError):
            client.post(preview)

    assert client.post(preview).headers["Location"] == STUDENTS


@pytest.mark.parametrize("token", ["x", "0" * 32, "..%2f..%2fsecret", "uploads"])
def test_token_that_this_session_does_not_hold_names_nothing(scene: Scene, token: str) -> None:
    response = scene.client.get(f"{IMPORT}{token}/")

    assert response.status_code in (302, 404)
    with pytest.raises(NotFound):
        uploads.uploaded(token)


def test_upload_is_another_sessions_and_another_schools_secret(scene: Scene) -> None:
    client = scene.client
    address = uploaded(client)
    other = signed_in(make_user("kit", Role.ADMINISTRATOR, scene.school))
    Membership.objects.create(user=scene.administrator, school=scene.other_school, role=Role.ADMINISTRATOR)

    assert other.get(address).headers["Location"] == IMPORT
    session = client.session
    session["school"] = scene.other_school.pk
    session.save()
    assert client.get(address).headers["Location"] == IMPORT


def test_session_keeps_the_last_few_uploads_only(scene: Scene, folder: Path) -> None:
    client = scene.client
    first = uploaded(client)
    for _ in range(MOST_WAITING):
        uploaded(client)

    assert client.get(first).headers["Location"] == IMPORT
    assert len(list(folder.iterdir())) == MOST_WAITING


@pytest.mark.parametrize("how", ["page", "housekeeping"])
def test_upload_is_deleted_after_a_day(scene: Scene, folder: Path, how: str) -> None:
    client = scene.client
    old, new = uploaded(client), uploaded(client)
    now = datetime.now(UTC)
    past = (now - timedelta(days=1, minutes=1)).timestamp()
    os.utime(folder / f"{old.split('/')[-2]}.csv", (past, past))

    if how == "page":
        client.get(IMPORT)
    else:
        keep_house(now)

    assert [path.stem for path in folder.iterdir()] == [new.split("/")[-2]]


def test_front_door_takes_files_where_the_page_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # it would close the test's own
    assert front_door.TAKES_FILES.fullmatch(reverse("roster-import"))
    session_key = scene.client.session.session_key
    assert session_key is not None
    assert (front_door.is_signed_in(session_key), front_door.is_signed_in("x" * 32)) == (True, False)
