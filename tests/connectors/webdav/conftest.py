"""One WebDAV server for all tests of a module; each test has a folder of its own."""

import pytest

from tests.services.webdav_server import webdav_server


@pytest.fixture(scope="module")
def server():
    with webdav_server() as running:
        yield running


@pytest.fixture
def folder(server, request):
    made = server.files / request.node.name
    made.mkdir()
    return made
