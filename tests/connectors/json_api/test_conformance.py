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
            held.put(path, content)
        both = {"students": "", "people": "people", "kind": "$.kind", "year": "$.year"}
        source = opened(held, window_entries=window_entries, **both, **self.options)
        source.held = held
        return source

    def put(self, place, source, path, content):
        source.held.put(path, content)

    def remove(self, place, source, path):
        source.held.remove(path)

    def put_null(self, place, source, path):
        source.held.put(path, None)

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
