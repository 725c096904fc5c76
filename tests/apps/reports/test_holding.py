"""How many photos wait for which cycle, and who lets them go."""

from datetime import UTC, datetime

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports import holding
from photosync.apps.reports.cycles import close_cycle, open_cycle
from photosync.apps.reports.documents import cycle_documents
from photosync.apps.reports.holding import Waiting, waiting_for, waiting_photos
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.roster import Choice
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.core.errors import PhotoSyncError
from tests.apps.reports.cycles_scene import NOW, archive_report, make_students, member
from tests.web.pages import make_profile, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle() -> ReportingCycle:
    school = make_school()
    make_students(school)
    return open_cycle(school, "2026 Semester 2", by="kim", now=NOW, people=Choice(year_level=("7", "10")))


def let_wait(profile: SyncProfile, *codes: str, times: int = 1, reason_code: str = "report_open") -> None:
    """Let files of these people wait, as a run does."""
    listing = Listing.objects.create(profile=profile, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=1)
    for code in codes:
        for number in range(times):
            ListedFile.objects.create(
                profile=profile,
                page=page,
                name=f"{code}-{number}.jpg",
                size_bytes=1,
                stamp="1",
                state="waiting",
                reason_code=reason_code,
                person=Person.objects.get(code=code),
            )


def refusal(asked: object) -> str:
    with pytest.raises(PhotoSyncError) as refused:
        asked()  # type: ignore[operator]  # a function
    return refused.value.message


def test_photos_that_wait_are_counted_per_profile_and_cycle(
    cycle: ReportingCycle, django_assert_num_queries: object
) -> None:
    photos, other = make_profile(cycle.school), make_profile(cycle.school, "Another")
    let_wait(photos, "1001", "1002", "1004", times=2)
    let_wait(other, "1001", "1006")
    off = make_profile(cycle.school, "Off")
    let_wait(off, "1001")
    SyncProfile.objects.filter(pk=off.pk).update(hold_until_archived=False)
    additions = make_profile(cycle.school, "Additions")
    let_wait(additions, "1001", reason_code="additions_only")

    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's fixture
        found = waiting_photos(cycle.school)

    name = "2026 Semester 2"
    assert found == [
        Waiting(cycle.pk, name, other.pk, "Another", 1),
        Waiting(cycle.pk, name, photos.pk, "Photo Sync", 3),
    ]
    assert [each.words for each in found] == [
        "Waiting for 2026 Semester 2: 1 photo",
        "Waiting for 2026 Semester 2: 3 photos",
    ]
    assert holding.by_cycle(found) == {cycle.pk: 4}
    document = cycle_documents([cycle], cycle.school)[0]
    assert (document["waiting"], document["waiting_by_profile"]) == (
        4,
        [{"profile": "Another", "photos": 1}, {"profile": "Photo Sync", "photos": 3}],
    )


def test_person_in_two_cycles_is_counted_for_the_older(cycle: ReportingCycle) -> None:
    profile = make_profile(cycle.school)
    newer = open_cycle(cycle.school, "Exams", by="kim", now=NOW, people=Choice(codes=("1001", "1006")))
    let_wait(profile, "1001", "1006")
    assert [(each.cycle_id, each.photos) for each in waiting_photos(cycle.school)] == [(cycle.pk, 1), (newer.pk, 1)]

    archive_report(member(cycle, "1001"))

    assert [(each.cycle_id, each.photos) for each in waiting_photos(cycle.school)] == [(newer.pk, 2)]


def test_nothing_waits_for_a_cycle_that_is_closed(cycle: ReportingCycle) -> None:
    let_wait(make_profile(cycle.school), "1001")
    close_cycle(cycle, reason="Enough", by="kim", now=NOW)
    assert waiting_photos(cycle.school) == []


def test_cycle_is_released_with_a_reason_and_held_again(cycle: ReportingCycle) -> None:
    profile = make_profile(cycle.school)
    let_wait(profile, "1001")
    Entry.objects.all().delete()
    assert refusal(lambda: holding.release_cycle(cycle, reason=" ", by="kim", now=NOW)) == (
        "A reason is needed, for the record. Nothing was changed. Write in a few words why."
    )

    released = holding.release_cycle(cycle, reason="Paper reports are used", by="kim", now=NOW)

    assert (released.released_at, released.released_by) == (NOW, "kim")
    people = list(CycleMember.objects.filter(cycle=cycle).values_list("person_id", flat=True))
    assert (waiting_photos(cycle.school), waiting_for(profile, people)) == ([], {})
    assert refusal(lambda: holding.release_cycle(cycle, reason="Again", by="kim", now=NOW)) == (
        "2026 Semester 2 is released already. Nothing was changed."
    )

    holding.hold_again(cycle)

    assert [each.photos for each in waiting_photos(cycle.school)] == [1]
    assert set(waiting_for(profile, people).values()) == {"2026 Semester 2"}
    assert refusal(lambda: holding.hold_again(cycle)) == "2026 Semester 2 is not released. Nothing was changed."
    assert [sentence_of(each) for each in Entry.objects.order_by("pk")] == [
        "Photo Sync let no photo wait for reporting cycle 2026 Semester 2 any more. Paper reports are used.",
        "Photo Sync let photos wait for reporting cycle 2026 Semester 2 again.",
    ]


def test_one_person_is_released_and_held_again(cycle: ReportingCycle) -> None:
    let_wait(make_profile(cycle.school), "1001", "1002")
    ada = member(cycle, "1001")

    holding.release_person(ada, reason="No report this year", by="kim", now=NOW)

    assert [each.photos for each in waiting_photos(cycle.school)] == [1]
    ada.refresh_from_db()
    assert (ada.released_at, ada.released_by, ada.released_reason) == (NOW, "kim", "No report this year")
    assert refusal(lambda: holding.release_person(ada, reason="Again", by="kim", now=NOW)) == (
        "P1001 Nguyen 1001 (1001) is released already. Nothing was changed."
    )
    holding.hold_person_again(ada)
    assert [each.photos for each in waiting_photos(cycle.school)] == [2]
    assert refusal(lambda: holding.hold_person_again(ada)) == (
        "P1001 Nguyen 1001 (1001) is not released. Nothing was changed."
    )
    entries = Entry.objects.filter(person_id_of=ada.person_id).order_by("pk")
    assert [sentence_of(each) for each in entries] == [
        "Photo Sync let the photo of P1001 Nguyen 1001 (1001) not wait for the report: Reporting cycle 2026 "
        "Semester 2. No report this year.",
        "Photo Sync let the photo of P1001 Nguyen 1001 (1001) wait for the report again: Reporting cycle 2026 "
        "Semester 2.",
    ]


def test_person_whose_report_is_archived_is_not_released(cycle: ReportingCycle) -> None:
    ada = member(cycle, "1001")
    archive_report(ada)
    assert refusal(lambda: holding.release_person(ada, reason="x", by="kim", now=datetime.now(UTC))) == (
        "The report of P1001 Nguyen 1001 (1001) is archived, so the photo does not wait. Nothing was changed."
    )
