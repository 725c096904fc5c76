"""The source json_api passes the suite, whatever way an API gives its photos and its pages."""

from contextlib import ExitStack

import pytest

from photosync.connectors.testing.conformance import NullConformance
from tests.connectors.json_api.opened import opened
from tests.services.people_api import people_api


class TestJsonApi(NullConformance):
    """One answer with every photo in it."""

    kind = "json_api"

    any_name = False
    api = {}
    options = {}

    @pytest.fixture(autouse=True)
    def _stack(self):
        with ExitStack() as self.stack:
            yield

    def make(self, place, files, *, window_entries):
        held = self.stack.enter_context(people_api(**self.api))
        for path, content in files.items():
            self.put_into(held, path, content)
        both = {"students": "", "people": "people", "kind": "$.kind", "year": "$.year"}
        source = opened(held, window_entries=window_entries, **both, **self.options)
        source.held = held
        return source

    def put_into(self, held, path, content):
        held.put(path, content)

    def put(self, place, source, path, content):
        self.put_into(source.held, path, content)

    def remove(self, place, source, path):
        source.held.remove(path)

    def put_null(self, place, source, path):
        self.put_into(source.held, path, None)

    def make_unavailable(self, place, source):
        source.held.token = "another"


class TestPageByPage(TestJsonApi):
    """Photos are read by links, and their stamps are ETags."""

    api = {"paged": "page", "photos": "link"}
    options = {"paging": "page", "page_size": "20"}


class TestNextPage(TestJsonApi):
    """Fewer records come on a page than were asked for."""

    api = {"paged": "next", "most_on_a_page": 30}
    options = {"paging": "next", "next": "$.links.next", "total": "$.count"}


class TestOneByOne(TestJsonApi):
    """The list has no photos; each is read by the path of one person, and its stamp is a hash of it."""

    api = {"photos": ""}
    options = {
        "one_student": "people/{id}",
        "one_staff": "people/{id}",
        "person_id": "$.key",
        "person_record": "$.data",
    }

    def put_into(self, held, path, content):
        """One identifier may have photos of several years, so that the path needs another one."""
        held.put(path, content, key=path)


class TestOnePhotoByOne(TestOneByOne):
    """What is there of one person is the photo itself, with an ETag."""

    api = {"photos": "", "one": "bytes"}
    options = TestOneByOne.options | {"photo": "", "person_record": ""}


class TestBulk(TestOneByOne):
    """The large answer, with all photos, comes page by page."""

    api = {"photos": "", "paged": "page"}
    options = TestOneByOne.options | {"bulk": "include=photo", "paging": "page", "page_size": "50"}
