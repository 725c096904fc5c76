"""S3 against the suite that every source passes: a real store, and one that holds keys of any bytes."""

import pytest

from photosync.connectors.testing.conformance import SourceConformance
from tests.connectors.s3.plain_store import error, plain_store, source

BUCKETS = iter(f"photos-{number}" for number in range(1_000))


class TestS3(SourceConformance):
    kind = "s3"
    any_name = False

    @pytest.fixture(autouse=True)
    def _at(self, store):
        self.store, self.bucket = store, next(BUCKETS)
        store.make_bucket(self.bucket)

    def make(self, place, files, *, window_entries):
        self.store.fill(self.bucket, files)
        return source(self.store.address, bucket=self.bucket, window=window_entries)

    def put(self, place, source, path, content):
        self.store.put(self.bucket, path, content)

    def remove(self, place, source, path):
        self.store.remove(self.bucket, path)

    def make_unavailable(self, place, source):
        client = self.store.client()
        for each in client.list_objects_v2(Bucket=self.bucket)["Contents"]:
            client.delete_object(Bucket=self.bucket, Key=each["Key"])
        client.delete_bucket(Bucket=self.bucket)

    def test_names_of_every_sort_make_the_round_trip(self, tmp_path):
        """Is proved below: moto answers no request with a line break in its path."""


class TestKeysOfAnyBytes(SourceConformance):
    @pytest.fixture(autouse=True)
    def _at(self):
        self.files = {}
        with plain_store(self.files) as web:
            self.web = web
            yield

    def make(self, place, files, *, window_entries):
        for path, content in files.items():
            self.put(place, None, path, content)
        return source(self.web.address, window=window_entries)

    def put(self, place, source, path, content):
        self.files[path.encode("utf-8", "surrogateescape")] = content

    def remove(self, place, source, path):
        del self.files[path.encode("utf-8", "surrogateescape")]

    def make_unavailable(self, place, source):
        self.web.answer = lambda asked: error(404, "NoSuchBucket")
