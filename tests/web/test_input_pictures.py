"""Small pictures of the files of an input: of which files, to whom, and whose are not shown."""

from collections.abc import Iterator
from struct import pack
from traceback import walk_tb
from typing import Any
from zlib import crc32

import pytest
import simplejpeg
from django.http import HttpResponse
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.audit.models import PhotoView
from photosync.apps.inputs import matching, thumbnails
from photosync.apps.inputs.models import Input, InputFile
from photosync.apps.inputs.services import remove_file
from photosync.apps.library.models import PhotoVersion, SourceContent, Withdrawal
from photosync.apps.library.store import close_render_pool, photo_store
from photosync.apps.people.models import Identifier, Person
from photosync.apps.profiles.services import add_profile
from photosync.apps.review.models import ReviewDecision
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.core.errors import ItemRejected
from tests.api.test_interface import API, client_of
from tests.apps.inputs.delivered import NOW, contents, deliver, make_input
from tests.portraits import make_portrait
from tests.web.conftest import Scene
from tests.web.pages import make_user, signed_in

INPUTS = "/administration/sync-ui/inputs/"
PORTRAIT = make_portrait(1, 400, 500)
_HEAD = b"IHDR" + pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
BOMB = b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + _HEAD + pack(">I", crc32(_HEAD))


@pytest.fixture
def client(scene: Scene) -> Iterator[Client]:
    thumbnails._made.cache_clear()
    yield signed_in(make_user("manager", Role.SYNC_MANAGER, scene.school))
    close_render_pool()


@pytest.fixture
def made(scene: Scene) -> Input:
    by_code = {"school": scene.school, "key": "student_code", "value": "1001", "folded": "1001"}
    Identifier.objects.create(person=scene.ada, **by_code)
    return make_input(scene.school, files={"7B/1001.jpg": PORTRAIT, "nobody.jpg": make_portrait(2, 400, 500)})


def address(found: Input, path: str) -> str:
    file = next(each for each in InputFile.objects.filter(input=found) if each.path.path == path)
    return f"{INPUTS}{found.pk}/files/{file.pk}/picture/"


def words_of(answer: HttpResponse) -> tuple[int, str, str]:
    """Return the status, the form, and the word that the picture shows."""
    text = answer.content.decode()
    return answer.status_code, answer.headers["Content-Type"], text.split("</text>")[0].rpartition(">")[2]


def test_picture_is_small_private_and_known_again_without_being_made(
    client: Client, made: Input, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(address(made, "7B/1001.jpg"))

    assert simplejpeg.decode_jpeg_header(first.content)[:2] == (160, 128)
    assert (first.headers["Content-Type"], first.headers["Cache-Control"]) == ("image/jpeg", "private, no-cache")
    assert first.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    monkeypatch.setattr(thumbnails, "render_content", None)  # called, it would fail
    assert client.get(address(made, "7B/1001.jpg")).content == first.content
    known = client.get(address(made, "7B/1001.jpg"), headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_page_has_a_picture_beside_each_file_or_a_word(client: Client, made: Input) -> None:
    deliver(made, {"index.txt": b"1001.jpg,1001"})

    shown = client.get(f"{INPUTS}{made.pk}/").content.decode()

    assert (
        f'<img src="{address(made, "7B/1001.jpg")}" width="64" height="80" loading="lazy" decoding="async" '
        'alt="The picture in 7B/1001.jpg">'
    ) in shown
    assert shown.count("<img src=") == 2
    assert '<td class="look"><span>no picture</span></td><th scope="row" class="path">index.txt</th>' in shown


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.jpg", b"", "empty"),
        ("words.jpg", b"no picture at all", "no picture"),
        ("half.jpg", PORTRAIT[: len(PORTRAIT) // 3], "damaged"),
        ("bomb.png", BOMB, "too large"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture"),
    ],
    ids=["empty", "words", "half", "bomb", "drawing"],
)
def test_what_is_no_picture_is_told_in_a_picture_of_our_own(
    scene: Scene, client: Client, name: str, content: bytes, word: str
) -> None:
    found = make_input(scene.school, files={name: content})

    answer = client.get(address(found, name))

    assert words_of(answer) == (422, "image/svg+xml; charset=utf-8", word)
    assert b"script" not in answer.content


def test_picture_that_cannot_be_made_now_says_so_and_is_not_kept(
    client: Client, made: Input, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "WAITS_S", 0.01)
    for _ in range(thumbnails.AT_ONCE):
        thumbnails._turns.acquire()
    try:
        assert words_of(client.get(address(made, "7B/1001.jpg")))[::2] == (503, "not now")
    finally:
        thumbnails._turns.release(thumbnails.AT_ONCE)
    assert client.get(address(made, "7B/1001.jpg")).status_code == 200
    photo_store().delete(contents(made)["nobody.jpg"])
    assert words_of(client.get(address(made, "nobody.jpg")))[::2] == (503, "not now")


@pytest.mark.parametrize("content", [b"no picture at all", PORTRAIT[: len(PORTRAIT) // 3]], ids=["words", "half"])
def test_why_there_is_no_picture_is_kept_in_memory_without_the_file(
    scene: Scene, client: Client, content: bytes
) -> None:
    sha256 = contents(make_input(scene.school, files={"1.jpg": content}))["1.jpg"]
    errors = []
    for _ in range(2):
        with pytest.raises(ItemRejected) as refused:
            thumbnails.thumbnail_of(sha256)
        errors.append(refused.value)

    kept = thumbnails._made(sha256, thumbnails._settings())
    assert isinstance(kept, tuple)
    assert [type(each) for each in kept] == [str, str]
    assert errors[0] is not errors[1]
    assert [(each.message, each.code) for each in errors] == [kept, kept]
    # What an error was raised over lives as long as the error: nothing here has read the file.
    assert [[each.f_code.co_name for each, _line in walk_tb(error.__traceback__)][1:] for error in errors] == [
        ["thumbnail_of"]
    ] * 2


def test_what_is_too_small_for_a_photo_can_be_looked_at(scene: Scene, client: Client) -> None:
    found = make_input(scene.school, files={"small.jpg": make_portrait(3, 60, 80)})
    assert simplejpeg.decode_jpeg_header(client.get(address(found, "small.jpg")).content)[:2] == (80, 60)


def is_shown(client: Client, found: Input, path: str = "7B/1001.jpg") -> bool:
    """Return whether the page offers the picture and its address gives it; both must say the same."""
    page = client.get(f"{INPUTS}{found.pk}/").content.decode()
    offered, status = address(found, path) in page, client.get(address(found, path)).status_code
    assert (offered, status) in ((True, 200), (False, 404))
    assert offered or "<span>not shown</span>" in page
    return offered


@pytest.mark.parametrize(
    "changes",
    [
        {"protected": True},
        {"protected": True, "status": "left"},
        {"keeps_no_photo": True},
        {"consent": {"school_use": "no"}},
    ],
    ids=["protected", "protected-left", "keeps-no-photo", "no-consent"],
)
def test_picture_of_someone_whose_photo_may_not_be_shown_is_not(
    scene: Scene, client: Client, made: Input, changes: dict[str, Any]
) -> None:
    assert is_shown(client, made)
    Person.objects.filter(pk=scene.ada.pk).update(**changes)
    assert not is_shown(client, made)
    assert is_shown(client, made, "nobody.jpg")
    page = client.get(f"{INPUTS}{made.pk}/").content.decode()
    assert ("Ada Abel" in page) is not changes.get("protected", False)


def test_withdrawn_photo_is_not_shown_here_either(scene: Scene, client: Client, made: Input) -> None:
    Withdrawal.objects.create(person=scene.ada, reason="Asked for.", created_at=NOW)
    assert not is_shown(client, made)


def test_picture_that_the_library_knows_to_be_of_a_protected_person_is_not_shown_under_any_name(
    scene: Scene, client: Client, made: Input
) -> None:
    SourceContent.objects.create(
        sha256=contents(made)["nobody.jpg"],
        render_fingerprint="x",
        size_bytes=1,
        picture=PhotoVersion.objects.filter(person=scene.ada)[0].picture,
    )
    assert is_shown(client, made, "nobody.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, made, "nobody.jpg")


@pytest.mark.parametrize(
    "options",
    [{"match": "pattern", "pattern": "{student_code}_{any}"}, {"match": "index", "index": "list.txt"}],
    ids=["pattern-does-not-fit", "index-does-not-list-it"],
)
def test_where_the_rule_reads_no_code_the_one_in_the_name_hides_the_picture(
    scene: Scene, client: Client, made: Input, options: dict[str, str]
) -> None:
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    deliver(
        made, {"list.txt": b"file,student_code\nother.jpg,2002\n", "A new 01001-2.jpg": make_portrait(5, 400, 500)}
    )
    add_profile(scene.school, "By", source_kind="input", options={"input": made.option, **options}, now=NOW)

    assert not is_shown(client, made)
    assert not is_shown(client, made, "A new 01001-2.jpg")
    assert is_shown(client, made, "nobody.jpg")
    assert client.get(f"{INPUTS}{made.pk}/").content.decode().count("It may be of someone who is protected.") == 2


def test_code_in_a_folder_hides_the_picture_where_the_pattern_reads_folders(
    scene: Scene, client: Client, made: Input
) -> None:
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    deliver(made, {"1001/more/front.jpg": make_portrait(5, 400, 500)})
    assert is_shown(client, made, "1001/more/front.jpg")
    options = {"input": made.option, "match": "pattern", "pattern": "{student_code}/{any}_front"}
    add_profile(scene.school, "By", source_kind="input", options=options, now=NOW)
    assert not is_shown(client, made, "1001/more/front.jpg")


def test_same_bytes_under_another_name_are_hidden_too(
    scene: Scene, client: Client, made: Input, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(made, {"copy.jpg": PORTRAIT})
    assert is_shown(client, made, "copy.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, made, "copy.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=False)
    monkeypatch.setattr(matching, "MOST_ALIKE", 1)
    assert not is_shown(client, made, "copy.jpg")
    assert is_shown(client, made, "nobody.jpg")


@pytest.mark.parametrize("name", ["Abel_Ada.jpg", "AdaAbel.jpg", "x/ada abel 2.jpg"])
def test_name_in_a_file_name_hides_the_picture(scene: Scene, client: Client, made: Input, name: str) -> None:
    deliver(made, {name: make_portrait(5, 400, 500)})
    assert is_shown(client, made, name)
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, made, name)


def test_same_bytes_in_another_input_hide_the_picture(scene: Scene, client: Client, made: Input) -> None:
    other = make_input(scene.school, "Retakes", files={"copy.jpg": PORTRAIT})
    assert is_shown(client, other, "copy.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, other, "copy.jpg")


def test_whoever_any_profile_matches_counts(scene: Scene, client: Client, made: Input) -> None:
    """The first by name, which the page shows, sees nobody's file; another one knows whose it is."""
    deliver(made, {"list.txt": b"file,student_code\nnobody.jpg,1001\n"})
    add_profile(scene.school, "A", source_kind="input", options={"input": made.option}, now=NOW)
    options = {"input": made.option, "match": "index", "index": "list.txt"}
    add_profile(scene.school, "B", source_kind="input", options=options, now=NOW)
    assert is_shown(client, made, "nobody.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, made, "nobody.jpg")


def test_index_that_another_profile_cannot_read_hides_the_pictures(scene: Scene, client: Client, made: Input) -> None:
    add_profile(scene.school, "A", source_kind="input", options={"input": made.option}, now=NOW)
    options = {"input": made.option, "match": "index", "index": "gone.txt"}
    add_profile(scene.school, "B", source_kind="input", options=options, now=NOW)
    assert not is_shown(client, made, "nobody.jpg")


@pytest.mark.parametrize("known", ["listed", "decided"])
def test_whose_a_file_was_or_was_said_to_be_hides_the_picture(
    scene: Scene, client: Client, made: Input, known: str
) -> None:
    profile = add_profile(scene.school, "A", source_kind="input", options={"input": made.option}, now=NOW)
    if known == "listed":
        listing = Listing.objects.create(profile=profile, source_fingerprint="x")
        page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"", entry_count=1)
        ListedFile.objects.create(
            profile=profile, page=page, name="nobody.jpg", size_bytes=1, stamp="x", person=scene.ada, state="settled"
        )
    else:
        ReviewDecision.objects.create(
            school=scene.school,
            verdict="matched",
            profile=profile,
            file_key="x",
            name="nobody.jpg",
            person=scene.ada,
            made_by="kim",
            made_at=NOW,
        )
    assert is_shown(client, made, "nobody.jpg")
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    assert not is_shown(client, made, "nobody.jpg")


def test_file_that_may_tell_who_is_protected_is_not_named(
    scene: Scene, client: Client, made: Input, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(made, {"Abel_Ada.jpg": make_portrait(5, 400, 500)})
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    may = frozenset({Permission.SYNC_VIEW, Permission.SYNC_MANAGE, Permission.PHOTO_VIEW})
    monkeypatch.setitem(PERMISSIONS, Role.ARCHIVIST.value, may)
    viewer = signed_in(make_user("viewer", Role.ARCHIVIST, scene.school))

    page = viewer.get(f"{INPUTS}{made.pk}/").content.decode()

    assert [name for name in ("Abel_Ada.jpg", "7B/1001.jpg") if name in page] == []
    assert page.count('class="path">a file that is not named here</th>') == 2
    assert "nobody.jpg" in page
    assert "Abel_Ada.jpg" in client.get(f"{INPUTS}{made.pk}/").content.decode()
    # To search by a name would tell as much.
    found = viewer.get(f"{INPUTS}{made.pk}/?q=Abel").content.decode()
    assert "not named here" not in found
    file = next(each for each in InputFile.objects.filter(input=made) if each.name == "Abel_Ada.jpg")
    asked = viewer.get(f"{INPUTS}{made.pk}/files/{file.pk}/remove/").content.decode()
    assert ("Abel" in asked, "a file that is not named here" in asked) == (False, True)


def test_api_does_not_name_such_a_file_either(scene: Scene, made: Input) -> None:
    deliver(made, {"Abel_Ada.jpg": make_portrait(5, 400, 500)})
    Person.objects.filter(pk=scene.ada.pk).update(protected=True)
    path = f"{API}/inputs/{made.pk}/files"

    def names(*scopes: Permission) -> set[str]:
        return {each["path"] for each in client_of(scene.administrator, *scopes).get(path).json()["items"]}

    assert names(Permission.SYNC_VIEW) == {"a file that is not named here", "nobody.jpg"}
    assert names(Permission.SYNC_VIEW, Permission.DATA_MANAGE) == {"Abel_Ada.jpg", "7B/1001.jpg", "nobody.jpg"}


def test_while_nobody_can_say_whose_the_pictures_are_none_is_shown(scene: Scene, client: Client, made: Input) -> None:
    options = {"input": made.name, "match": "index", "index": "idlink.txt"}
    add_profile(scene.school, "By index", source_kind="input", options=options, now=NOW)
    assert not is_shown(client, made)


def test_who_may_not_see_photos_is_offered_none(scene: Scene, made: Input, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERMISSIONS, Role.ARCHIVIST.value, frozenset({Permission.SYNC_VIEW}))
    viewer = signed_in(make_user("viewer", Role.ARCHIVIST, scene.school))
    assert viewer.get(address(made, "7B/1001.jpg")).status_code == 404
    page = viewer.get(f"{INPUTS}{made.pk}/").content.decode()
    assert ("7B/1001.jpg" in page, "<img src=" in page, 'class="look"' in page) == (True, False, False)


def test_picture_of_another_school_or_of_a_file_that_has_gone_does_not_exist(
    scene: Scene, client: Client, made: Input
) -> None:
    theirs = make_input(scene.other_school, "Theirs", files={"1.jpg": PORTRAIT})
    at = address(made, "nobody.jpg")
    assert client.get(address(theirs, "1.jpg")).status_code == 404
    other_id = address(theirs, "1.jpg").split("/")[-3]
    assert client.get(f"{INPUTS}{made.pk}/files/{other_id}/picture/").status_code == 404
    assert client.get(at).status_code == 200
    remove_file(made, int(at.split("/")[-3]), by="kim", now=NOW)
    assert client.get(at).status_code == 404


def test_looking_at_the_picture_of_a_person_is_on_record(scene: Scene, client: Client, made: Input) -> None:
    client.head(address(made, "7B/1001.jpg"))
    client.get(address(made, "nobody.jpg"))
    assert PhotoView.objects.count() == 0
    client.get(address(made, "7B/1001.jpg"))
    assert list(PhotoView.objects.values_list("person_id_of", "times", "full_times")) == [(scene.ada.pk, 1, 0)]
