"""Making, renaming, cloning, clearing and deleting inputs, and what profiles may do with them."""

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.inputs.delivering import begin_delivery
from photosync.apps.inputs.documents import input_document
from photosync.apps.inputs.models import Input, InputFile
from photosync.apps.inputs.queries import file_at, input_called
from photosync.apps.inputs.services import (
    add_input,
    change_input,
    clear_input,
    clone_input,
    delete_input,
    remove_file,
)
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, change_profile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.sources.trying import try_profile
from photosync.core.errors import NotFound, Refused, SourceUnavailable, WrongUse
from tests.apps.inputs.delivered import NOW, contents, deliver, make_input, paths
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return make_school()


def reads(school: School, called: str, name: str = "Photo Sync") -> SyncProfile:
    return add_profile(school, name, source_kind="input", options={"input": called}, now=NOW)


def test_new_input_is_empty_and_told(school: School) -> None:
    made = add_input(school, "  Photographer   2026 ", description="of Smith & Co", by="kim", now=NOW)
    assert input_document(made) == {
        "id": made.pk,
        "name": "Photographer 2026",
        "description": "of Smith & Co",
        "option": f"#{made.pk}",
        "files": 0,
        "size_bytes": 0,
        "created_at": "2026-11-24T14:00:00+11:00",
        "created_by": "kim",
        "changed_at": None,
        "changed_by": None,
        "used_by": [],
    }


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines\x00", "#7"])
def test_name_that_none_can_have_is_wrong_use(school: School, name: str) -> None:
    with pytest.raises(WrongUse):
        add_input(school, name, by="kim", now=NOW)
    assert Input.objects.count() == 0


def test_name_in_use_is_a_clear_message_in_any_letter_case(school: School) -> None:
    made = make_input(school)
    told = 'There is already an input "Photographer 2026" in this school. Nothing was saved. Choose another name.'
    other = make_input(school, "Retakes")
    for act in (
        lambda: add_input(school, "PHOTOGRAPHER 2026", by="kim", now=NOW),
        lambda: clone_input(made, "photographer 2026", by="kim", now=NOW),
        lambda: change_input(other, name="Photographer 2026"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.message == told
    assert change_input(made, name="PHOTOGRAPHER 2026").name == "PHOTOGRAPHER 2026"


def test_two_schools_may_use_one_name(school: School) -> None:
    make_input(school)
    assert make_input(make_school("OTH")).name == "Photographer 2026"


def test_clone_has_the_same_files_and_goes_its_own_way(school: School) -> None:
    made = make_input(school, files={"a/1.jpg": b"one", "2.jpg": b"two"})
    clone = clone_input(made, "Retakes", by="lee", now=NOW)
    assert contents(clone) == contents(made)
    deliver(clone, {"2.jpg": b"other"})
    clear_input(made, by="kim", now=NOW)
    assert (paths(made), paths(clone)) == ([], ["2.jpg", "a/1.jpg"])


def test_single_file_is_removed_and_named_in_the_audit(school: School) -> None:
    made = make_input(school, files={"a/1.jpg": b"one", "2.jpg": b"two"})
    revision = Input.objects.get(pk=made.pk).revision
    remove_file(made, file_at(made, "A/1.JPG").pk, by="kim", now=NOW)
    assert paths(made) == ["2.jpg"]
    assert Input.objects.get(pk=made.pk).revision == revision + 1
    last = Entry.objects.order_by("-pk")[0]
    assert (last.act, last.subject, last.note) == ("input.file-removed", "Photographer 2026", '"a/1.jpg"')
    with pytest.raises(NotFound) as missing:
        file_at(made, "a/1.jpg")
    assert missing.value.message == 'There is no file "a/1.jpg" in Photographer 2026. Nothing was done.'


def test_every_act_is_recorded(school: School) -> None:
    made = make_input(school, files={"1.jpg": b"one"})
    made = change_input(made, name="School photos", description="all")
    clone = clone_input(made, "Retakes", by="kim", now=NOW)
    clear_input(made, by="kim", now=NOW)
    delete_input(clone)
    found = Entry.objects.filter(about="input").order_by("pk").values_list("act", "subject", "changes")
    assert list(found) == [
        ("input.added", "Photographer 2026", [["name", None, "Photographer 2026"], ["description", None, ""]]),
        ("input.delivered", "Photographer 2026", [["mode", "add", "add"], ["added", "1", "1"]]),
        (
            "input.changed",
            "School photos",
            [["name", "Photographer 2026", "School photos"], ["description", "", "all"]],
        ),
        ("input.cloned", "Retakes", [["cloned_from", "School photos", "School photos"], ["files", "1", "1"]]),
        ("input.cleared", "School photos", [["files", "1", "0"]]),
        ("input.deleted", "Retakes", [["files", "1", None]]),
    ]


def test_profile_keeps_the_number_so_that_the_input_may_be_renamed(school: School) -> None:
    made = make_input(school, files={"1.jpg": b"one"})
    profile = reads(school, "photographer 2026")
    assert profile.options["input"] == f"#{made.pk}"
    change_input(made, name="Renamed")
    assert try_profile(profile, ProfileSettings()).files == 1
    assert input_document(input_called(school, "Renamed"))["used_by"] == ["Photo Sync"]


def test_input_that_a_profile_reads_is_not_deleted(school: School) -> None:
    made = make_input(school, files={"1.jpg": b"one"})
    first, second = reads(school, made.name), reads(school, made.option, "Staff photos")
    with pytest.raises(Refused) as refused:
        delete_input(made)
    assert refused.value.message == (
        "Photographer 2026 is the data source of Photo Sync and Staff photos. It was not deleted. Choose another "
        "data source there first, in Manage Sync."
    )
    other = make_input(school, "Other")
    for profile in (first, second):
        change_profile(profile, ProfileSettings(options={"input": other.name}))
    delete_input(made)
    assert list(Input.objects.all()) == [other]
    assert InputFile.objects.count() == 0


def test_profile_takes_no_input_of_another_school(school: School) -> None:
    elsewhere = make_input(make_school("OTH"), files={"1.jpg": b"one"})
    make_input(school, "Ours")
    for called in (elsewhere.name, elsewhere.option):
        with pytest.raises(NotFound) as refused:
            reads(school, called)
        assert refused.value.message == (
            f'There is no input "{called}" in this school. Nothing was changed. There are: Ours.'
        )
        changes = ProfileSettings(source_kind="input", options={"input": called})
        with pytest.raises(SourceUnavailable):
            try_profile(SyncProfile(school=school), changes)
    assert SyncProfile.objects.count() == 0


def test_school_without_inputs_is_told_where_they_are_made(school: School) -> None:
    with pytest.raises(NotFound) as refused:
        reads(school, "Photographer")
    assert refused.value.message == (
        'There is no input "Photographer": the school has none yet. Nothing was changed. Make one in Sync UI > '
        "Inputs."
    )


def test_what_is_deleted_meanwhile_is_told(school: School) -> None:
    made = make_input(school)
    Input.objects.all().delete()
    with pytest.raises(NotFound) as gone:
        clear_input(made, by="kim", now=NOW)
    assert gone.value.message == "The input Photographer 2026 has been deleted. Nothing was changed."
    with pytest.raises(NotFound):
        begin_delivery(made, by="kim", now=NOW)
