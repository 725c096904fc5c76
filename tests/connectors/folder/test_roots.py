"""Where a folder source may lie."""

import pytest

from photosync.connectors.folder.roots import check_path
from photosync.core.errors import Refused, SourceUnavailable, WrongUse


@pytest.fixture
def place(tmp_path):
    place = tmp_path.resolve()
    for folder in ("roots/photos", "elsewhere", "school/data/inside"):
        (place / folder).mkdir(parents=True)
    return place


def check(place, path, *, may_override=False):
    return check_path(str(path), [place / "roots"], place / "school/data", may_override=may_override)


def test_folder_under_a_root(place):
    assert check(place, place / "roots/photos") == str(place / "roots/photos")
    assert check(place, place / "roots") == str(place / "roots")
    assert check(place, place / "roots/not-yet-mounted") == str(place / "roots/not-yet-mounted")


def test_root_that_is_itself_a_link(place):
    (place / "link").symlink_to(place / "elsewhere")
    found = check_path(str(place / "elsewhere"), [place / "link"], place / "school/data", may_override=False)
    assert found == str(place / "elsewhere")


def test_folder_elsewhere_is_refused(place):
    for path in (place / "elsewhere", place / "roots/../elsewhere", place / "roots-of-others"):
        with pytest.raises(Refused, match="is not under an allowed root"):
            check(place, path)
    with pytest.raises(Refused) as caught:
        check(place, place / "elsewhere")
    assert caught.value.message == (
        f"The source folder {place}/elsewhere is not under an allowed root ({place}/roots). Nothing was "
        "changed; move it there, or let the operator add its root to PHOTOSYNC_SOURCE_ROOTS."
    )


def test_no_roots_at_all(place):
    with pytest.raises(Refused, match=r"is not under an allowed root \(none\)"):
        check_path(str(place / "elsewhere"), [], place / "school/data", may_override=False)


def test_link_is_judged_by_where_it_leads(place):
    (place / "roots/link").symlink_to(place / "elsewhere")
    with pytest.raises(Refused) as caught:
        check(place, place / "roots/link")
    assert f"{place}/roots/link (that is {place}/elsewhere) is not under" in caught.value.message


def test_user_of_the_command_line_may_read_elsewhere(place):
    assert check(place, place / "elsewhere", may_override=True) == str(place / "elsewhere")


@pytest.mark.parametrize("path", ["school", "school/data", "school/data/inside", "school/data/new", ""])
@pytest.mark.parametrize("may_override", [True, False])
def test_data_folder_is_never_a_source(place, path, may_override):
    with pytest.raises(Refused) as caught:
        check(place, place / path, may_override=may_override)
    assert caught.value.message.endswith(
        f"is in or above Photo Sync's own data folder {place}/school/data. Nothing was changed; "
        "choose a folder apart from it."
    )


@pytest.mark.parametrize("path", ["", "photos", "./photos", "/a\0b"])
def test_path_that_is_not_absolute(place, path):
    with pytest.raises(WrongUse, match="is not an absolute path"):
        check_path(path, [place / "roots"], place / "school/data", may_override=True)


def test_link_in_circles(place):
    (place / "roots/a").symlink_to(place / "roots/b")
    (place / "roots/b").symlink_to(place / "roots/a")
    with pytest.raises(SourceUnavailable, match="its links go in circles"):
        check(place, place / "roots/a")
