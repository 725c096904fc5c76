"""Records among the files of a listing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.people import PersonKind
from photosync.core.record_names import record_folder, record_identifier, record_kind_and_year, record_name

IDENTIFIERS = st.text(st.characters(exclude_categories=()))


@given(IDENTIFIERS, st.integers(1, 999_999))
def test_name_leads_back_to_the_identifier(identifier, nth):
    assert record_identifier(record_name(identifier, nth)) == (identifier, nth)


@given(IDENTIFIERS, st.integers(1, 3))
def test_name_is_fit_for_a_listing(identifier, nth):
    name = record_name(identifier, nth)
    assert name
    assert "/" not in name
    assert name.isprintable()


@given(IDENTIFIERS, IDENTIFIERS, st.integers(1, 3), st.integers(1, 3))
def test_names_are_equal_only_for_the_same_record(one, other, nth, nth_other):
    assert (record_name(one, nth) == record_name(other, nth_other)) == ((one, nth) == (other, nth_other))


@pytest.mark.parametrize(
    ("identifier", "nth", "name"),
    [
        ("002082", 1, "002082"),
        ("002082", 2, "002082#2"),
        ("", 1, "#1"),
        ("a/b%c#d", 1, "a%2Fb%25c%23d"),
        ("Zoë Ng", 1, "Zoë Ng"),
        ("two\nlines", 1, "two%0Alines"),
    ],
)
def test_names_are_readable(identifier, nth, name):
    assert record_name(identifier, nth) == name


def test_identifier_of_a_name_that_was_never_made():
    assert record_identifier("%FF") == ("%FF", 1)


@given(st.sampled_from([None, *PersonKind]), st.one_of(st.none(), st.integers(1900, 2199)))
def test_folder_leads_back_to_kind_and_year(kind, year):
    assert record_kind_and_year(record_folder(kind, year)) == (kind, year)


def test_folders_are_readable():
    assert record_folder(PersonKind.STUDENT, 2026) == "students/2026"
    assert record_folder(PersonKind.STAFF) == "staff"
    assert record_folder() == ""


@pytest.mark.parametrize("folder", ["parents", "students/26", "2026/students", "students/2026/1", "1899", "/"])
def test_folder_of_no_records(folder):
    with pytest.raises(ValueError, match=folder):
        record_kind_and_year(folder)
