"""Consent and protection as services: what is stored, what is recorded, what is refused."""

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import answer_of, purposes_of, set_consent, set_protected
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    school = School.objects.create(code="HILL", name="Hill School", time_zone="Australia/Sydney")
    return Person.objects.create(
        school=school, kind="student", code="1001", given_name="Ada", consent={"yearbook": "yes", "canteen": "no"}
    )


def test_answers_are_stored_and_what_changed_is_recorded(ada: Person) -> None:
    changed = set_consent(ada, {"yearbook": "N", "school_use": "yes", "canteen": "no"})

    ada.refresh_from_db()
    assert changed == ["yearbook", "school_use"]
    assert ada.consent == {"yearbook": "no", "school_use": "yes", "canteen": "no"}
    entry = Entry.objects.get()
    assert (entry.act, entry.person_id_of, entry.changes) == (
        "person.consent",
        ada.pk,
        [["yearbook", "yes", "no"], ["school_use", "unknown", "yes"]],
    )


def test_same_answers_record_nothing(ada: Person) -> None:
    assert set_consent(ada, {"yearbook": "yes", "media_release": "unknown"}) == []
    assert not Entry.objects.exists()


def test_purposes_are_those_of_every_school_and_what_is_stored(ada: Person) -> None:
    ada.consent = {"canteen": "perhaps"}

    assert purposes_of(ada)[-2:] == ["media_release", "canteen"]
    assert answer_of(ada, "canteen").value == "unknown"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            {"skywriting": "yes"},
            '"skywriting" is no purpose of consent. Nothing was changed. There are: school_use, online_publication, '
            "printed_publication, yearbook, media_release and canteen.",
        ),
        ({"yearbook": "maybe"}, '"maybe" is no answer about consent. Write yes, no or unknown (or Y, N, U, X).'),
    ],
)
def test_what_is_no_purpose_or_no_answer_is_refused(ada: Person, answers: dict[str, str], told: str) -> None:
    with pytest.raises(WrongUse) as caught:
        set_consent(ada, {"canteen": "yes"} | answers)

    ada.refresh_from_db()
    assert (caught.value.message, ada.consent) == (told, {"yearbook": "yes", "canteen": "no"})


def test_protection_is_recorded_and_refused_twice(ada: Person) -> None:
    set_protected(ada, protected=True)
    with pytest.raises(Refused) as again:
        set_protected(ada, protected=True)
    set_protected(ada, protected=False)
    with pytest.raises(Refused) as ended:
        set_protected(ada, protected=False)

    ada.refresh_from_db()
    assert (ada.protected, again.value.message, ended.value.message) == (
        False,
        "Ada (1001) is protected already. Nothing was changed.",
        "Ada (1001) is not protected. Nothing was changed.",
    )
    assert [entry.changes for entry in Entry.objects.order_by("pk")] == [
        [["protected", "no", "yes"]],
        [["protected", "yes", "no"]],
    ]
