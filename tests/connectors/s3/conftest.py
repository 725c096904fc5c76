"""One S3 store for all tests of a module; each test has a bucket of its own."""

import pytest

from tests.services.object_store import object_store


@pytest.fixture(scope="module")
def store():
    with object_store() as running:
        yield running
