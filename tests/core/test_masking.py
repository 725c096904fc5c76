"""What is made unreadable in the log."""

import json

import pytest

from photosync.core.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /calendar/Ab-c_9.ics", "GET /calendar/***.ics"),
        ("/calendar/Ab-c_9/12.ics?x=1", "/calendar/***/12.ics?x=1"),
        ("/photo-links/12_0_1_3_1700000000.AbC-d.jpg", "/photo-links/***.jpg"),
        ("/accounts/set-password/MQ/abc-123def/", "/accounts/set-password/***"),
        ("sent photosync_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA here", "sent photosync_*** here"),
        ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer ***"),
        ("postgresql://me:p%40ss@db:5432/x", "postgresql://me:***@db:5432/x"),
        ("?token=abc&next=/", "?token=***&next=/"),
        ("{'password': 'a b c'}", "{'password': '***'}"),
        ("a photo of run 12 in photosync_data", "a photo of run 12 in photosync_data"),
        ("The token must have 16 characters", "The token must have 16 characters"),
        ("https://photos.example:8000/runs/12/", "https://photos.example:8000/runs/12/"),
    ],
)
def test_secrets_are_masked_and_all_else_stays(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_line_of_json_stays_one() -> None:
    document = {
        "token": "abc",
        "password": None,
        "secret": 12,
        "event": 'said {"token": "x y"} and password=abc\nthen "more"',
        "url": "s3://key:secret@host/",
    }

    assert json.loads(masked(json.dumps(document))) == {
        "token": "***",
        "password": None,
        "secret": 12,
        "event": 'said {"token": "***"} and password=***\nthen "more"',
        "url": "s3://key:***@host/",
    }
