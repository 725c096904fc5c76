from datetime import UTC, date, datetime

import pytest

from photosync.apps.library.leavers import LeaversKept, leavers_kept
from photosync.apps.people.models import Person
from tests.web.pages import give_photo, make_person, make_picture, make_school

# In Sydney it is the next day.
EVENING = datetime(2026, 11, 27, 20, tzinfo=UTC)


@pytest.mark.django_db
def test_leavers_over_are_those_with_photos_who_left_so_long_ago() -> None:
    school, picture = make_school(), make_picture()
    for code, left_on in (("1", date(2019, 11, 28)), ("2", date(2019, 11, 29)), ("3", None), ("4", date(2000, 1, 1))):
        person = make_person(school, code, status=Person.Status.LEFT, left_on=left_on)
        if code != "4":
            give_photo(person, 2019, picture)
    give_photo(make_person(school, "5"), 2026, picture)
    elsewhere = make_person(make_school("BVC"), "1", status=Person.Status.LEFT, left_on=date(2000, 1, 1))
    give_photo(elsewhere, 2000, picture)

    assert leavers_kept(school, EVENING) == LeaversKept(with_photos=3, over=1, left_until=date(2019, 11, 28))
