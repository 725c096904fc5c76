"""Changing a school: what is said beforehand, what follows, and what is refused."""

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.library.queries import photo_states
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.schools.changing import change_school, effects_document, preview_school
from photosync.apps.schools.models import PRESET_LEGAL_BASIS, School
from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.errors import Refused, WrongUse
from photosync.core.periods import AcademicYearRule
from photosync.core.run_states import RunState
from tests.apps.audit.entries import take_told
from tests.apps.runs.scene import Scene
from tests.apps.runs.test_guard import held_run

JULY = AcademicYearRule(7, 1)


def test_new_zone_says_each_profiles_next_run_before_it_is_saved(scene: Scene) -> None:
    previewed = preview_school(scene.school, now=scene.now, time_zone="Australia/Perth")

    assert School.objects.get().time_zone == "Australia/Sydney"
    assert effects_document(previewed) == {
        "originals": "",
        "academic_year": "Today is in academic year 2026, as before. It goes from Thursday 1 January 2026 to "
        "Thursday 31 December 2026. The same photos are current.",
        "consent": [],
        "planned_afresh": [],
        "effects": [
            {
                "profile": "Photo Sync",
                "status_before": "Active",
                "status_after": "Active",
                "stops_on_before": "2026-12-18",
                "stops_on_after": "2026-12-18",
                "explanation_after": previewed.profiles[0].explanation_after,
                "next_run_before": "2026-08-04T00:00:00+10:00",
                "next_run_after": "2026-08-04T00:00:00+08:00",
            }
        ],
    }
    assert change_school(scene.school, now=scene.now, time_zone="australia/perth") == previewed
    scene.profile.refresh_from_db()
    assert scene.profile.next_due_at == previewed.profiles[0].next_run_after


def test_new_first_day_moves_no_photo_and_can_be_taken_back(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    person = scene.people["0001"]
    assert scene.library()["0001"].keys() == {2026}

    effects = change_school(scene.school, now=scene.now, year_begins=JULY)

    assert effects.academic_year == (
        "Today comes into academic year 2027 (Wednesday 1 July 2026 to Wednesday 30 June 2027) instead of 2026. "
        "Every photo keeps its year. Photos of 2026 are shown as earlier ones until those of 2027 have come."
    )
    assert photo_states([person.pk], 2027)[person.pk].shown_year == 2026
    # The file was decided on: it does not become a photo of 2027 by itself.
    assert scene.run().counts["unchanged"] == 1
    assert scene.library()["0001"].keys() == {2026}
    change_school(scene.school, now=scene.now, year_begins=AcademicYearRule())
    assert scene.school.academic_year_rule == AcademicYearRule()


def test_earlier_year_counts_the_people_whose_face_changes(scene: Scene) -> None:
    change_school(scene.school, now=scene.now, year_begins=JULY)
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()

    back = preview_school(scene.school, now=scene.now, year_begins=AcademicYearRule())

    assert back.academic_year == (
        "Today comes into academic year 2026 (Thursday 1 January 2026 to Thursday 31 December 2026) instead of 2027. "
        "Every photo keeps its year. 1 person has photos of later years, which are not shown until Friday 1 January "
        "2027; what is stored up to 2026 is."
    )
    change_school(scene.school, now=scene.now, year_begins=AcademicYearRule())
    forth = preview_school(scene.school, now=scene.now, year_begins=JULY)
    assert forth.academic_year.endswith(
        "1 person gets another face at once, from photos that are stored for 2027 already."
    )


def test_held_run_of_another_year_is_planned_afresh(scene: Scene) -> None:
    run, _codes = held_run(scene)
    Entry.objects.all().delete()

    effects = change_school(scene.school, now=scene.now, year_begins=JULY)

    assert effects.planned_afresh == (run.pk,)
    run.refresh_from_db()
    assert run.state == RunState.SUPERSEDED
    assert run.explanation.endswith(
        "The day on which the academic year begins was changed since: the next run plans afresh."
    )
    assert take_told() == [
        (
            "school.changed",
            str(scene.school),
            [("academic_year_begins", "01-01", "07-01")],
            f"Held runs to be planned afresh: {run.pk}.",
        )
    ]
    with pytest.raises(Refused):
        services.approve(run.pk, by="Mr Night", now=scene.now)


def test_held_run_of_the_same_year_stays(scene: Scene) -> None:
    run, _codes = held_run(scene)

    effects = change_school(scene.school, now=scene.now, year_begins=AcademicYearRule(2, 1), name="Other")

    assert (effects.planned_afresh, Run.objects.get(pk=run.pk).state) == ((), RunState.HELD)


def test_new_first_day_is_refused_while_a_run_would_come_into_another_year(scene: Scene) -> None:
    run = scene.request()

    with pytest.raises(Refused) as refused:
        change_school(scene.school, now=scene.now, year_begins=JULY)

    assert refused.value.message == (
        f"Run {run.pk} is queued, and by this change its day would come into another academic year. Nothing was "
        f"saved. Save again when the run has ended, or cancel it."
    )
    assert School.objects.get().academic_year_rule == AcademicYearRule()
    change_school(scene.school, now=scene.now, year_begins=AcademicYearRule(2, 1))


def test_unknown_consent_keeps_what_is_not_mentioned_and_is_recorded(scene: Scene) -> None:
    assert scene.school.unknown_means[Purpose.SCHOOL_USE] == UnknownMeans(yes=True, legal_basis=PRESET_LEGAL_BASIS)
    Entry.objects.all().delete()

    contract = UnknownMeans(yes=True, legal_basis="  Our  contract ")
    change_school(scene.school, now=scene.now, unknown={Purpose.YEARBOOK: contract})
    change_school(scene.school, now=scene.now, unknown={Purpose.SCHOOL_USE: UnknownMeans()})
    change_school(scene.school, now=scene.now, unknown={Purpose.SCHOOL_USE: UnknownMeans()})

    assert School.objects.get().unknown_means_yes == {"yearbook": "Our contract"}
    assert [changes for _act, _subject, changes, _note in take_told()] == [
        [("unknown_yearbook", "no", "yes (Our contract)")],
        [("unknown_school_use", f"yes ({PRESET_LEGAL_BASIS})", "no")],
    ]


def test_unknown_consent_counts_those_who_have_not_answered(scene: Scene) -> None:
    for code, consent in (("1", {}), ("2", {"school_use": "unknown"}), ("3", {"school_use": "yes"}), ("4", {})):
        person = scene.person(code)
        person.consent, person.protected = consent, code == "4"
        person.save()

    effects = preview_school(
        scene.school,
        now=scene.now,
        unknown={
            Purpose.SCHOOL_USE: UnknownMeans(),
            Purpose.YEARBOOK: UnknownMeans(yes=True, legal_basis="Contract"),
        },
    )

    assert effects.consent == (
        "For school use, unknown consent means no instead of yes. That concerns 2 current people, who have answered "
        "neither yes nor no.",
        "For yearbook, unknown consent means yes instead of no. That concerns 3 current people, who have answered "
        "neither yes nor no.",
    )


def test_legal_basis_too_long_is_refused(scene: Scene) -> None:
    with pytest.raises(WrongUse) as refused:
        change_school(
            scene.school, now=scene.now, unknown={Purpose.YEARBOOK: UnknownMeans(yes=True, legal_basis="x" * 301)}
        )

    assert refused.value.message == "A legal basis is a text of up to 300 characters. Nothing was saved."


def test_retention_is_recorded_as_such(scene: Scene) -> None:
    Entry.objects.all().delete()

    change_school(scene.school, now=scene.now, retention={"audit_years": None, "photos_of_leavers_years": 1})

    assert take_told() == [
        (
            "retention.changed",
            str(scene.school),
            [("photos_of_leavers_years", "7 years", "1 year"), ("audit_years", "7 years", "for good")],
            "",
        )
    ]
