"""A school with people and photos, and accounts that may and may not see them; and one that syncs in a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.web import coverage, report_waiting
from tests.web.pages import give_photo, make_person, make_picture, make_school, make_user, signed_in, this_year
from tests.web.serving import Served


@dataclass(frozen=True)
class Scene:
    """`ada` has photos of this year and the last, `ben` of the last year only, `cy` none; all are in Year 7."""

    school: School
    other_school: School
    year: int
    ada: Person
    ben: Person
    cy: Person
    stranger: Person
    administrator: User
    teacher: User
    roleless: User

    @property
    def client(self) -> Client:
        return signed_in(self.administrator)

    @property
    def system_client(self) -> Client:
        """Signed in as an administrator of the whole installation, who alone may SYSTEM: MANAGE."""
        found = User.objects.filter(username="root").first()
        return signed_in(found or make_user("root", Role.ADMINISTRATOR, None))


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """What took long to find out in one test is not told in the next, whose school may have the same id."""
    for module in (coverage, report_waiting):
        module._remembered.forget()


@pytest.fixture
def scene(db: None) -> Scene:
    school, other = make_school(), make_school("BVC", "Banksia Valley College")
    year = this_year(school)
    ada = make_person(school, "1001", given_name="Ada", family_name="Abel", roll_group="7B")
    ben = make_person(school, "1002", given_name="Benjamin", preferred_name="Ben", family_name="Byrne")
    cy = make_person(school, "1003", given_name="Cy", family_name="Çelik")
    stranger = make_person(other, "1001", given_name="Sam", family_name="Stranger")
    teal, rust = make_picture(), make_picture((160, 90, 60))
    give_photo(ada, year - 1, rust)
    give_photo(ada, year, teal)
    give_photo(ben, year - 1, rust)
    give_photo(stranger, year, teal)
    return Scene(
        school=school,
        other_school=other,
        year=year,
        ada=ada,
        ben=ben,
        cy=cy,
        stranger=stranger,
        administrator=make_user("kim", Role.ADMINISTRATOR, school),
        teacher=make_user("teo", Role.STAFF, school),
        roleless=make_user("nobody", None, None),
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the sources of `syncing` may lie in."""
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="module")
def syncing(sources: Path) -> Iterator[Served]:
    """Yield a school that is ready to be synced, and a worker; `tests.web.syncing` has the steps."""
    from tests.web.syncing import syncing_school  # only where a browser is at hand

    with syncing_school(sources) as site:
        yield site
