"""Manage Sync: what is typed in stays, what is refused stands beside its field, and what is chosen is saved."""

import html
import re
from pathlib import Path

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import match_rule
from photosync.apps.timetable.models import TimetablePeriod
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_profile
from tests.web.test_manage_sync import address, folder, next_period, profile, sent  # noqa: F401  (fixtures)


def named(page: Markup, tag: str, name: str) -> dict[str, str]:
    (found,) = [each for each in page.all(tag) if each.get("name") == name]
    return found


def test_secret_that_is_typed_in_outlives_the_sheet_being_drawn_anew(
    scene: Scene,
    profile: SyncProfile,  # noqa: F811
    next_period: TimetablePeriod,  # noqa: F811
) -> None:
    """Add and Take off swap the whole sheet; what stands in the field stays in the browser, but for another kind."""
    (ended,) = TimetablePeriod.objects.exclude(pk=next_period.pk)
    given = sent(profile, ended, source_kind="sftp", **{"option-password": "very secret"})
    again = "What you typed in is not sent back to you, and was not saved. Type it in again."
    for button in ({"add": "1", "add_period": next_period.pk}, {"take_off": ended.pk}, {"test": "1"}):
        page = scene.client.post(address(profile), given | button, headers={"HX-Request": "true"}).content.decode()
        assert re.search(r'<input type="password"[^>]* id="id_option-sftp-password" hx-preserve="true"', page)
        assert re.search(r'<textarea[^>]* id="id_option-sftp-private_key" hx-preserve="true"', page)
        assert "very secret" not in page
        assert again not in page
        # Without htmx the whole page is another, and the field is empty.
        assert again in Markup.of(scene.client.post(address(profile), given | button)).text
    unsent = scene.client.post(address(profile), given | {"option-password": "", "test": "1"})
    assert again not in Markup.of(unsent).text


@pytest.mark.parametrize(
    ("options", "field", "refusal"),
    [
        ({"match": "pattern", "pattern": "{code"}, "pattern", 'The file-name pattern "{code" cannot be used'),
        ({"match": "pattern"}, "pattern", "Files are to be matched by a pattern, but none is given."),
        ({"match": "stem", "pattern": "{code}"}, "pattern", "A file-name pattern is given, but files are matched by"),
        ({"match": "index"}, "index", "Files are to be matched by an index file, but none is named."),
        ({"match": "index", "index": "../x.csv"}, "index", 'The index file "../x.csv" is not a path inside'),
        ({"path": "photos"}, "path", "The source folder 'photos' is not an absolute path."),
        ({"path": "/etc"}, "path", "is not under an allowed root"),
    ],
)
def test_what_is_refused_of_an_option_stands_beside_it_and_on_top(
    scene: Scene,
    profile: SyncProfile,  # noqa: F811
    options: dict[str, str],
    field: str,
    refusal: str,
) -> None:
    given = sent(profile, save="1", **{f"option-{name}": value for name, value in options.items()})

    answer = scene.client.post(address(profile), given)

    page = Markup.of(answer)
    assert named(page, "input", f"option-{field}")["aria-invalid"] == "true"
    shown = page.text
    assert shown.count(refusal) == 2
    beside = answer.content.decode().split(f'id="id_option-{field}_error">')[1].split("</p>")[0]
    assert html.unescape(beside).strip().count(refusal) == 1


def test_name_that_is_taken_is_said_beside_the_name(scene: Scene, profile: SyncProfile) -> None:  # noqa: F811
    make_profile(scene.school, "Other")
    page = Markup.of(scene.client.post(address(profile), sent(profile, save="1", name="other")))
    assert named(page, "input", "name")["aria-invalid"] == "true"
    assert page.text.count('There is already a sync profile "other" in this school. Nothing was saved.') == 2


def test_host_key_that_is_none_is_said_beside_the_host_key(scene: Scene, profile: SyncProfile) -> None:  # noqa: F811
    options = {"host": "files.school.example", "username": "photos", "password": "x", "host_key": "a key"}
    given = {f"option-{name}": value for name, value in options.items()}
    page = Markup.of(scene.client.post(address(profile), sent(profile, source_kind="sftp", save="1", **given)))
    assert named(page, "textarea", "option-host_key")["aria-invalid"] == "true"
    assert page.text.count('"a key" is no host key. Nothing was sent.') == 2


def test_rule_of_matching_is_saved_as_it_was_chosen(
    scene: Scene,
    profile: SyncProfile,  # noqa: F811
    folder: Path,  # noqa: F811
) -> None:
    """Each choice goes into the options, and is drawn as it was saved."""
    (folder / "idlink.csv").write_text("filename,code\na.jpg,1001\n")
    switches = {"option-ignore_case": "on", "option-ignore_leading_zeros": "on"}

    scene.client.post(
        address(profile),
        sent(profile, save="1", **{"option-match": "index", "option-index": "idlink.csv"}, **switches),
    )
    profile.refresh_from_db()
    assert profile.options == {
        "path": str(folder),
        "match": "index",
        "index": "idlink.csv",
        "ignore_case": "yes",
        "ignore_leading_zeros": "yes",
    }
    page = Markup.of(scene.client.get(address(profile)))
    assert named(page, "input", "option-index")["value"] == "idlink.csv"
    for name in switches:
        assert "checked" in named(page, "input", name)

    pattern = {"option-match": "pattern", "option-pattern": "{year}_{code}_{any}", "option-index": ""}
    scene.client.post(address(profile), sent(profile, save="1", **pattern))
    profile.refresh_from_db()
    assert profile.options == {"path": str(folder), "match": "pattern", "pattern": "{year}_{code}_{any}"} | {
        name: profile.options[name] for name in ("ignore_case", "ignore_leading_zeros") if name in profile.options
    }
    rule = match_rule(profile)
    assert (rule.ignore_case, rule.ignore_leading_zeros) == (False, False)
    page = Markup.of(scene.client.get(address(profile)))
    assert named(page, "input", "option-pattern")["value"] == "{year}_{code}_{any}"
    for name in switches:
        assert "checked" not in named(page, "input", name)
