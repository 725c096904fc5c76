"""What a record says: whose it is, and what its photo is. Null never means delete."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

import pytest

from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO
from photosync.connectors.json_api.photos import PhotoValue, Sort, photo_value
from photosync.connectors.testing.conformance import entries_of, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.json_api.opened import opened
from tests.services.people_api import PeopleApi, answer_json, people_api
from tests.services.web_server import Asked, Reply, web_server

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
BASE64 = b64encode(JPEG).decode()


@pytest.fixture
def api() -> Iterator[PeopleApi]:
    with people_api() as api:
        yield api


def stamps(api: PeopleApi, **options: str) -> dict[str, str]:
    with opened(api, **options) as source:
        return {path: entry.stamp for path, entry in entries_of(source).items()}


def given(api: PeopleApi, *records: object) -> None:
    """Let the list be these records, for as often as a test asks."""
    api.replies["/v1/students"] = [answer_json({"data": list(records)})] * 9


@pytest.mark.parametrize(
    ("value", "way", "found"),
    [
        (None, "auto", PhotoValue(Sort.NONE)),
        ("  ", "auto", PhotoValue(Sort.NONE)),
        (BASE64, "auto", PhotoValue(Sort.INLINE, BASE64)),
        (BASE64[:40] + "\r\n" + BASE64[40:], "auto", PhotoValue(Sort.INLINE, BASE64)),
        (f"data:image/jpeg;base64,{BASE64}", "link", PhotoValue(Sort.INLINE, BASE64)),
        ("data:,a%20b", "auto", PhotoValue(Sort.INLINE, "YSBi")),
        ("data:image/jpeg", "auto", PhotoValue(Sort.UNFIT, "begins with data: and has no data")),
        ("data:;base64,???", "auto", PhotoValue(Sort.UNFIT, "is not base64")),
        ("/photos/1", "auto", PhotoValue(Sort.LINK, "/photos/1")),
        ("photos/1.jpg?size=full", "auto", PhotoValue(Sort.LINK, "photos/1.jpg?size=full")),
        ("https://x.example/1", "base64", PhotoValue(Sort.LINK, "https://x.example/1")),
        ("AAAA", "base64", PhotoValue(Sort.INLINE, "AAAA")),
        ("AAAA", "auto", PhotoValue(Sort.LINK, "AAAA")),
        ("AAAAA", "base64", PhotoValue(Sort.UNFIT, "is not base64")),
        ("?" * 5_000, "auto", PhotoValue(Sort.UNFIT, "is neither base64 nor a link")),
        (True, "auto", PhotoValue(Sort.UNFIT, "is neither text nor null")),
        ({"url": "x"}, "auto", PhotoValue(Sort.UNFIT, "is neither text nor null")),
    ],
)
def test_value_of_a_photo(value: object, way: str, found: PhotoValue) -> None:
    assert photo_value(value, way) == found


@pytest.mark.parametrize("text", [BASE64, BASE64.rstrip("="), urlsafe_b64encode(JPEG).decode()])
def test_base64_in_every_alphabet(text: str) -> None:
    assert photo_value(text, "auto").content == JPEG


def test_identifiers_keep_their_digits(api: PeopleApi) -> None:
    """`2082` and "002082" differ, and no number is too long or too large to be one."""
    ids = ['"002082"', "2082", "1e3", "2.0", "12345678901234567890123", "-0"]
    body = ",".join(f'{{"id": {each}, "photo": "data:,x"}}' for each in ids)
    api.replies["/v1/students"] = [Reply(200, f'{{"data": [{body}]}}'.encode())] * 2
    assert set(stamps(api)) == {f"students/{each.strip(chr(34))}" for each in ids}


def test_record_without_a_photo_is_listed(api: PeopleApi) -> None:
    given(api, {"id": "1", "photo": None}, {"id": "2"}, {"id": "3", "photo": ""}, {"id": "4", "photo": "data:,x"})
    with opened(api) as source:
        found = {path: entry.stamp for path, entry in entries_of(source).items()}
        assert (found.pop("students/4")[:7], set(found.values()), source.warnings()) == ("sha256:", {NO_PHOTO}, [])
        error = raised(ItemRejected, lambda: source.fetch("students", "1", limit_bytes=9))
        assert (error.code, error.message) == (
            "no_photo",
            'The API has no photo of "1" now. What was published from it stays.',
        )


def test_list_of_nothing_but_null_is_told(api: PeopleApi) -> None:
    given(api, {"id": "1", "photo": None}, {"id": "2", "photo": None})
    with opened(api) as source:
        entries_of(source)
        assert source.warnings() == [
            "None of the 2 records in the list of students has a photo. Nothing was withdrawn for it. Check the "
            "JSONPath of the photo and the path of one person, and whether photos may be read with this token or "
            "password."
        ]


def test_record_without_an_identifier_is_listed_as_nobodys(api: PeopleApi) -> None:
    given(api, {"id": None, "photo": "data:,a"}, {"photo": "data:,b"}, {"id": "7", "photo": "data:,c"}, None)
    with opened(api) as source:
        found = {path: entry.stamp for path, entry in entries_of(source).items()}
        assert {path for path, stamp in found.items() if stamp == NO_IDENTIFIER} == set(found) - {"students/7"}
        assert source.warnings() == [
            f"Records without an identifier in the list of students: {len(found) - 1} of {len(found)}. They were "
            "left out, and while there are any, no photo is withdrawn as gone. Have the identifier filled in, or "
            "leave such records out with a JSONPath such as $.data[?@.code != null]."
        ]
        assert raised(ItemRejected, lambda: source.fetch("students", "#1", limit_bytes=9)).code == "no_photo"


def test_kind_and_year_are_taken_from_the_record(api: PeopleApi) -> None:
    records = [
        {"id": 1, "is": "Pupil", "of": 2026, "photo": "data:,a"},
        {"id": 2, "is": "TEACHER", "of": "2025", "photo": "data:,a"},
        {"id": 3, "is": None, "of": "Year 9", "photo": "data:,a"},
        {"id": 4, "is": "parent", "photo": "data:,a"},
    ]
    api.replies["/v1/people"] = [answer_json({"data": records})] * 2
    with opened(api, students="", people="people", kind="is", year="of") as source:
        assert set(entries_of(source)) == {"students/2026/1", "staff/2025/2", "3"}
        assert source.warnings() == [
            'Records of neither students nor staff in the list of people: "parent" (1). They were left out. If '
            "some of these words mean students or staff, add them to student_words or staff_words."
        ]


def test_students_and_staff_are_two_lists(api: PeopleApi) -> None:
    api.put("students/7", b"a")
    api.put("staff/7", b"b")
    with opened(api, staff="staff") as source:
        assert set(entries_of(source)) == {"students/7", "staff/7"}
        assert source.fetch("staff", "7", limit_bytes=9).content == b"b"


def test_record_that_moved_to_the_next_page_is_one(api: PeopleApi) -> None:
    """A record was added while the list was read, so that the last of a page came again on the next."""
    one, two = ({"id": each, "photo": "data:,x"} for each in "12")
    api.replies["/v1/students"] = [
        answer_json({"data": [one, two]}),
        answer_json({"data": [two]}),
        answer_json({"data": []}),
    ] * 2
    assert set(stamps(api, paging="page", page_size="2")) == {"students/1", "students/2"}


def test_two_photos_of_one_identifier_are_two_records(api: PeopleApi) -> None:
    given(api, {"id": "1", "photo": "data:,a"}, {"id": "1", "photo": "data:,b"})
    with opened(api) as source:
        assert set(entries_of(source)) == {"students/1", "students/1#2"}
        assert source.fetch("students", "1#2", limit_bytes=9).content == b"b"


def test_change_that_the_record_tells_is_the_stamp(api: PeopleApi) -> None:
    api.photos = "link"
    api.put("students/7", b"a", at="2026-08-03T10:00:00Z")
    assert stamps(api, changed="$.at") == {"students/7": "changed:2026-08-03T10:00:00Z"}
    assert api.asked("/v1/photos", "HEAD") == api.asked("/v1/photos") == []


def test_list_without_photos_is_read_one_person_at_a_time(api: PeopleApi) -> None:
    api.photos = ""
    api.put("students/7 ä", b"a", key="99")
    one = {"one_student": "students/{id}", "person_id": "$.key", "person_record": "$.data"}
    with opened(api, **one) as source:
        assert set(entries_of(source)) == {"students/7 ä"}
        assert source.fetch("students", "7 ä", limit_bytes=9).content == b"a"
    assert set(api.asked("/v1/students/")) == {"/v1/students/99"}


def test_identifier_is_quoted_in_the_path_of_one_person(api: PeopleApi) -> None:
    api.photos, api.one = "", "bytes"
    api.put("7 ä?#%", b"a")
    api.people["7 ä?#%"]["kind"] = "student"
    with opened(api, one_student="students/{id}", photo="") as source:
        (page,) = source.pages({})
        (entry,) = page.entries or ()
        assert (entry.size_bytes, entry.stamp[:5]) == (1, "etag:")
        assert source.fetch("students", entry.name, limit_bytes=9).content == b"a"
    assert set(api.asked("/v1/students/")) == {"/v1/students/7%20%C3%A4%3F%23%25"}


@pytest.mark.parametrize("identifier", [".", "..", "7" * 70_000])
def test_identifier_that_would_lead_elsewhere_is_not_asked_for(api: PeopleApi, identifier: str) -> None:
    given(api, {"id": identifier})
    assert stamps(api, one_student="students/{id}/photo", photo="") == {f"students/{identifier[:300]}": NO_PHOTO}
    assert api.asked("/v1/students/") == []


def test_person_whose_photo_is_not_found_has_none(api: PeopleApi) -> None:
    api.photos, api.one = "", "bytes"
    api.put("students/7", None)
    with opened(api, one_student="students/{id}", photo="") as source:
        assert [entry.stamp for entry in entries_of(source).values()] == [NO_PHOTO]
        assert raised(ItemRejected, lambda: source.fetch("students", "7", limit_bytes=9)).code == "no_photo"


def test_photo_without_an_etag_is_compared_by_its_bytes(api: PeopleApi) -> None:
    api.photos, api.has_etags, api.has_head = "link", False, False
    api.put("students/7", b"a")
    api.put("students/8", b"a")
    first = stamps(api)
    api.people["students/7"]["photo"] = b"b"
    second = stamps(api)
    assert first["students/7"] != second["students/7"]
    assert (first["students/8"], first["students/8"][:7]) == (second["students/8"], "sha256:")


def test_link_to_another_host_is_followed_without_the_secret(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply(200, JPEG, {"ETag": '"x"'})) as other:
        given(api, {"id": "7", "photo": f"{other.address}/7.jpg"})
        with opened(api) as source:
            assert [entry.stamp for entry in entries_of(source).values()] == ['etag:"x"']
            assert source.fetch("students", "7", limit_bytes=999).content == JPEG
        assert {each.headers.get("authorization") for each in other.asked} == {None}


def test_link_into_the_servers_own_network_fails_alone(api: PeopleApi) -> None:
    given(api, {"id": "7", "photo": "http://10.0.0.1/7.jpg"}, {"id": "8", "photo": "data:,x"})
    with opened(api) as source:
        assert {path: entry.stamp[:6] for path, entry in entries_of(source).items()} == {
            "students/7": "unread",
            "students/8": "sha256",
        }
        assert raised(TryLater, lambda: source.fetch("students", "7", limit_bytes=9)).message == (
            'The photo of "7" could not be read from the server of the photos 10.0.0.1 (port 80): "10.0.0.1" is at '
            "10.0.0.1, an address inside this server's own network, so nothing was sent. It was left as it is. Use "
            "an address on the public internet, or ask the operator of the server to allow this one with "
            "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
        )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(403), "whoever signs in with this token or password may not read this (403)"),
        (Reply(500), "it has a fault of its own, or is being maintained (500)"),
        (Reply(200, b"<html>Sign in"), "it answered with a web page, such as one to sign in, and not with data"),
    ],
)
def test_photo_that_cannot_be_read_now_is_tried_again(api: PeopleApi, reply: Reply, said: str) -> None:
    api.photos = "link"
    api.put("students/7", b"a")
    api.put("students/8", b"b")
    api.replies["/v1/photos?of=students%2F7"] = [reply] * 9
    with opened(api) as source:
        found = entries_of(source)
        assert (found["students/7"].stamp, found["students/8"].stamp[:5]) == ("unread", "etag:")
        message = raised(TryLater, lambda: source.fetch("students", "7", limit_bytes=9)).message
        assert f'The photo of "7" could not be read from the API 127.0.0.1 (port {api.web.port}): {said}' in message
        assert source.fetch("students", "8", limit_bytes=9).content == b"b"


def test_photo_on_another_host_that_cannot_be_read_names_that_host(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply(200, JPEG)) as other:
        given(api, {"id": "7", "photo": f"{other.address}/7.jpg", "at": "1"})
        with opened(api, changed="$.at") as source:
            entries_of(source)
            page = Reply(200, b"<html>Sign in")
            for reply, said in ((Reply(500), "it has a fault"), (page, "it answered with a web page")):
                other.answer = lambda asked, reply=reply: reply
                message = raised(TryLater, lambda: source.fetch("students", "7", limit_bytes=9)).message
                assert message.startswith(
                    'The photo of "7" could not be read from the server of the photos 127.0.0.1 (port '
                    f"{other.port}): {said}"
                )


def test_photos_that_another_host_gives_none_of_are_no_listing_and_name_it(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply(500)) as other:
        given(api, *({"id": each, "photo": f"{other.address}/{each}.jpg"} for each in range(12)))
        with opened(api) as source:
            assert raised(SourceUnavailable, lambda: entries_of(source)).message == (
                "Looking at the photos, one after the other, failed on the server of the photos 127.0.0.1 (port "
                f"{other.port}): it has a fault of its own, or is being maintained (500). Nothing was concluded from "
                "it, so nothing was changed. Run again later. If it goes on, ask who runs the server."
            )


def test_photo_of_which_the_length_is_not_said_may_be_cut(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply(200, iter([JPEG]))) as other:
        given(api, {"id": "7", "photo": f"{other.address}/7.jpg", "at": "1"})
        with opened(api, changed="$.at") as source:
            found = source.fetch("students", "7", limit_bytes=999)
            assert (found.content, found.may_be_cut) == (JPEG, True)


def test_photos_that_all_cannot_be_read_are_no_listing(api: PeopleApi) -> None:
    api.photos = "link"
    for number in range(12):
        api.put(f"students/{number}", b"a")
    api.replies["/v1/photos"] = [Reply(500)] * 99
    with opened(api) as source:
        assert raised(SourceUnavailable, lambda: entries_of(source)).message == (
            "Looking at the photos, one after the other, failed on the API 127.0.0.1 (port "
            f"{api.web.port}): it has a fault of its own, or is being maintained (500). Nothing was concluded from "
            "it, so nothing was changed. Run again later. If it goes on, ask who runs the server."
        )


def test_sign_in_that_ends_while_photos_are_read(api: PeopleApi) -> None:
    api.photos = "link"
    api.put("students/7", b"a")
    with opened(api, changed="$.id") as source:
        entries_of(source)
        source.fetch("students", "7", limit_bytes=9)
        api.token = "another"
        assert raised(SourceUnavailable, lambda: source.fetch("students", "7", limit_bytes=9)).message.startswith(
            f"Reading a photo failed on the API 127.0.0.1 (port {api.web.port}): it does not accept the sign-in "
            "(401)."
        )


def test_photo_that_is_none_is_rejected_with_its_reason(api: PeopleApi) -> None:
    given(api, {"id": "7", "photo": 12})
    with opened(api) as source:
        assert [entry.stamp for entry in entries_of(source).values()] == ["unfit:is neither text nor null"]
        error = raised(ItemRejected, lambda: source.fetch("students", "7", limit_bytes=9))
        assert (error.code, error.message) == (
            "not_a_photo",
            'What the API gives as the photo of "7" is neither text nor null, so it was not used. Check the JSONPath '
            "of the photo, and what the API says of this person.",
        )


@pytest.mark.parametrize("photos", ["inline", "link", ""])
def test_photo_of_too_many_bytes_is_not_read(api: PeopleApi, photos: str) -> None:
    api.photos, api.one = photos, "bytes"
    api.put("students/7", bytes(3_000_000))
    one = {} if photos else {"one_student": "students/{id}"}
    with opened(api, **one) as source:
        error = raised(ItemRejected, lambda: source.fetch("students", "7", limit_bytes=2_500_000))
        assert (error.code, error.message) == (
            "too_many_bytes",
            'The photo of "7" is larger than 2.5 MB, so it was not read. Save it smaller, or raise the limit in the '
            "settings.",
        )


def test_record_that_is_gone_from_the_list(api: PeopleApi) -> None:
    with opened(api) as source:
        assert raised(TryLater, lambda: source.fetch("students", "7", limit_bytes=9)).message == (
            '"7" was no longer in the list when the photo was to be read. It was left as it is; the next run looks '
            "again."
        )


def test_requests_of_a_list_and_photos_carry_what_they_need(api: PeopleApi) -> None:
    api.photos = "link"
    api.put("students/7", b"a")
    with opened(api) as source:
        entries_of(source)

    def of(method: str, begins: str) -> Asked:
        return next(each for each in api.web.asked if each.method == method and each.path.startswith(begins))

    assert of("GET", "/v1/students").headers["accept"] == "application/json"
    assert of("HEAD", "/v1/photos").headers["accept"] == "image/*, application/octet-stream;q=0.9, */*;q=0.5"
    assert of("HEAD", "/v1/photos").headers["authorization"] == "Bearer s3cret-token"
