"""Signatures are those that Amazon's own library makes."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote_to_bytes

import pytest
import time_machine
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from photosync.connectors.s3.signing import Keys, encoded, encoded_query, signed_headers

NOW = datetime(2026, 11, 28, 20, 43, 7, tzinfo=UTC)


def theirs(host, path, query, keys, region):
    """Return the Authorization header that Amazon's library makes."""
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token or None)
    request = AWSRequest("GET", f"https://{host}{path}?{query}" if query else f"https://{host}{path}")
    with time_machine.travel(NOW, tick=False):
        S3SigV4Auth(credentials, "s3", region).add_auth(request)
    return request.headers["Authorization"]


@pytest.mark.parametrize("token", ["", "token/of+the=session"])
@pytest.mark.parametrize("query", ["", encoded_query({"prefix": b"a b/\xc3\xa9", "list-type": b"2"})])
def test_signature_is_that_of_amazons_library(token, query):
    keys = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    path = "/photos/" + encoded(b"a//b c+~\n.jpg", safe="/")
    made = signed_headers("GET", "s3.school.example:9000", path, query, keys=keys, region="eu-west-1", now=NOW)
    assert made["authorization"] == theirs("s3.school.example:9000", path, query, keys, "eu-west-1")
    assert made.get("x-amz-security-token", "") == token


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_signature_of_any_key_is_that_of_amazons_library(key):
    keys, path = Keys("AKIDEXAMPLE", "secret"), "/photos/" + encoded(key.encode(), safe="/")
    made = signed_headers("GET", "s3.school.example", path, "", keys=keys, region="us-east-1", now=NOW)
    assert made["authorization"] == theirs("s3.school.example", path, "", keys, "us-east-1")


@given(st.binary())
def test_encoded_bytes_come_back(key):
    assert unquote_to_bytes(encoded(key)) == key
    assert encoded(key).isascii()


def test_query_is_in_the_order_of_its_names():
    query = encoded_query({"prefix": b"a/b", "delimiter": b"/", "list-type": b"2"})
    assert query == "delimiter=%2F&list-type=2&prefix=a%2Fb"
    assert parse_qsl(query) == [("delimiter", "/"), ("list-type", "2"), ("prefix", "a/b")]


def test_keys_do_not_show_their_secrets():
    assert repr(Keys("AKIDEXAMPLE", "secret", "token")) == "Keys(access_key_id='AKIDEXAMPLE')"
