"""Many rows inserted and changed in one statement each few hundred: the same on SQLite and PostgreSQL."""

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from photosync.apps.runs.ledger.updating import ROWS_AT_ONCE, insert_rows, update_each, update_rows
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from tests.apps.runs.scene import Scene

State = ListedFile.State
MANY = 2 * ROWS_AT_ONCE + 1


@pytest.fixture
def page(scene: Scene) -> ListedPage:
    listing = Listing.objects.create(profile=scene.profile, source_fingerprint="f")
    return ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=0)


def insert(page: ListedPage, count: int) -> None:
    rows = ((page.pk, f"{number:04d} 'ü' %s.jpg", number, f"{number}") for number in range(count))
    insert_rows(ListedFile, ("page", "name", "size_bytes", "stamp"), rows, {"profile": page.listing.profile_id})


def test_inserted_rows_equal_saved_ones(page: ListedPage) -> None:
    insert(page, 1)
    ListedFile.objects.create(profile_id=page.listing.profile_id, page=page, name="saved", size_bytes=0, stamp="0")

    inserted, saved = ListedFile.objects.order_by("pk").values()

    differing = {"id": saved["id"], "name": "saved"}
    assert inserted["name"] == "0000 'ü' %s.jpg"
    assert {**inserted, **differing} == saved


def test_more_rows_than_one_statement_takes_are_all_inserted_and_updated(page: ListedPage) -> None:
    insert(page, MANY)
    files = list(ListedFile.objects.order_by("pk"))

    update_rows(ListedFile, ("size_bytes", "stamp"), ((each.pk, each.size_bytes + 1, "new") for each in files))

    assert list(ListedFile.objects.order_by("pk").values_list("size_bytes", "stamp")) == [
        (number + 1, "new") for number in range(MANY)
    ]


def test_updated_objects_keep_their_other_columns_and_take_empty_values(page: ListedPage) -> None:
    insert(page, 2)
    first, second = ListedFile.objects.order_by("pk")
    first.state, first.academic_year, first.reason, first.stamp = State.REVIEW, 2026, "why", "not written"
    second.state, second.academic_year, second.reason = State.UNMATCHED, None, ""

    update_each([second, first], ("state", "academic_year", "reason", "person"))

    rows = ListedFile.objects.order_by("pk").values_list("state", "academic_year", "reason", "person", "stamp")
    assert list(rows) == [("review", 2026, "why", None, "0"), ("unmatched", None, "", None, "1")]


def test_binary_values_are_written(page: ListedPage) -> None:
    page.digest, page.entry_count = bytes(range(16)), 7

    update_each([page], ("digest", "entry_count"))

    digest, entry_count = ListedPage.objects.values_list("digest", "entry_count").get()
    assert (bytes(digest), entry_count) == (bytes(range(16)), 7)


def test_nothing_to_do_asks_the_database_nothing(
    page: ListedPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        update_each([], ("digest",))
        update_rows(ListedFile, ("stamp",), [])
        insert_rows(ListedFile, ("page", "name", "size_bytes", "stamp"), [], {"profile": 1})

    assert ListedFile.objects.count() == 0


@pytest.mark.postgres
def test_text_longer_than_its_column_is_refused_and_not_cut_off(page: ListedPage) -> None:
    insert(page, 1)
    [file] = ListedFile.objects.all()

    with pytest.raises(DatabaseError, match="value too long"), transaction.atomic():
        update_rows(ListedFile, ("stamp",), [(file.pk, "x" * 201)])

    assert connection.vendor == "postgresql"
    assert ListedFile.objects.get().stamp == "0"
