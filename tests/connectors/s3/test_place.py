"""Where the options of a bucket lead."""

import pytest

from photosync.connectors.s3.place import place_of
from photosync.core.errors import WrongUse

AMAZON = {"bucket": "photos", "region": "ap-southeast-2", "endpoint": "", "addressing": "auto", "prefix": ""}


@pytest.mark.parametrize(
    ("given", "origin", "bucket_path", "endpoint"),
    [
        (
            {},
            "https://photos.s3.ap-southeast-2.amazonaws.com",
            "/",
            "the S3 store photos.s3.ap-southeast-2.amazonaws.com (port 443)",
        ),
        (
            {"region": "cn-north-1"},
            "https://photos.s3.cn-north-1.amazonaws.com.cn",
            "/",
            "the S3 store photos.s3.cn-north-1.amazonaws.com.cn (port 443)",
        ),
        (
            {"bucket": "photos.school.example"},
            "https://s3.ap-southeast-2.amazonaws.com",
            "/photos.school.example/",
            "the S3 store s3.ap-southeast-2.amazonaws.com (port 443)",
        ),
        (
            {"addressing": "path"},
            "https://s3.ap-southeast-2.amazonaws.com",
            "/photos/",
            "the S3 store s3.ap-southeast-2.amazonaws.com (port 443)",
        ),
        (
            {"endpoint": "https://minio.school.example:9000/"},
            "https://minio.school.example:9000",
            "/photos/",
            "the S3 store minio.school.example (port 9000)",
        ),
        (
            {"endpoint": "s3.wasabisys.com", "addressing": "virtual"},
            "https://photos.s3.wasabisys.com",
            "/",
            "the S3 store photos.s3.wasabisys.com (port 443)",
        ),
        (
            {"endpoint": "https://photos.s3.wasabisys.com"},
            "https://photos.s3.wasabisys.com",
            "/",
            "the S3 store photos.s3.wasabisys.com (port 443)",
        ),
        (
            {"endpoint": "https://gateway.school.example/s3"},
            "https://gateway.school.example",
            "/s3/photos/",
            "the S3 store gateway.school.example (port 443)",
        ),
        (
            {"endpoint": "http://[::1]:9000"},
            "http://[::1]:9000",
            "/photos/",
            "the S3 store ::1 (port 9000)",
        ),
    ],
)
def test_place_of_a_bucket(given, origin, bucket_path, endpoint):
    place = place_of(AMAZON | given)
    assert (place.origin, place.bucket_path, str(place.endpoint)) == (origin, bucket_path, endpoint)
    assert place.netloc == origin.partition("//")[2]


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        ("", ""),
        ("/", ""),
        (" photos/2026 ", "photos/2026/"),
        ("/photos/2026/", "photos/2026/"),
        ("photos//", "photos//"),
        ("//", "/"),
    ],
)
def test_prefix_is_a_folder(given, prefix):
    assert place_of(AMAZON | {"prefix": given}).prefix == prefix


def test_region_of_another_store_may_be_left_out():
    assert place_of(AMAZON | {"region": "", "endpoint": "https://s3.school.example"}).region == "us-east-1"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"bucket": "photos/2026"},
            '"photos/2026" is not the name of a bucket. Nothing was changed. Write its name alone, such as '
            "school-photos, without an address or a folder; a folder in it goes into prefix.",
        ),
        (
            {"region": "Sydney, Australia"},
            '"Sydney, Australia" is not a region. Nothing was changed. Write its short name, such as ap-southeast-2.',
        ),
        (
            {"region": ""},
            "A bucket at Amazon needs the option region, such as ap-southeast-2. Nothing was changed; fill it in, or "
            "give the address of another store as endpoint.",
        ),
        (
            {"endpoint": "https://s3.school.example?x=1"},
            '"https://s3.school.example?x=1" has more than an address in it. Nothing was changed. Write the address '
            "of the store alone, such as https://s3.school.example.",
        ),
        (
            {"endpoint": "ftp://s3.school.example"},
            '"ftp://s3.school.example" is not a web address. Nothing was sent. Write one such as '
            "https://api.school.example/v1, without a user name or password in it.",
        ),
    ],
)
def test_place_that_is_none_is_told(given, message):
    with pytest.raises(WrongUse) as raised:
        place_of(AMAZON | given)
    assert raised.value.message == message
