"""A SIF 3 service over REST: paging, signing in, and every way in which it can fail."""

import base64
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from photosync.connectors.registry import Guard, open_source
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PersonId
from photosync.connectors.sif.rest import SifRestSource
from photosync.connectors.sif.service import Place, SifService, SignIn
from photosync.connectors.testing.conformance import entries_of, fetched, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater, WrongUse
from photosync.outgoing.http import Asking, HttpClient, Limits
from photosync.outgoing.ranges import AllowedRanges
from tests.services.bad_network import Faults, bad_network
from tests.services.sif import School, SifServer, document, guid, person, picture, school_server
from tests.services.web_server import Reply, web_server

LOOPBACK = AllowedRanges((ip_network("127.0.0.0/8"),))
HMAC = SignIn("SIF_HMACSHA256", "a-session", "a secret")
PHOTOS = {f"students/2026/{number:04}": b"photo %d" % number for number in range(7)} | {"staff/T1": b"staff"}
SHORT = Limits(connect_s=2.0, silent_s=0.5, whole_s=3)
NOTHING_CHANGED = "Nothing was concluded from it, so nothing was changed."


def source_at(address, *, sign_in=HMAC, page_size=3, zone="Zone A", allowed=LOOPBACK, **given):
    base = f"{address}/requests"
    client = HttpClient(Asking(base), allowed, limits=SHORT)
    place = Place(base, zone, "DEFAULT" if zone else "")
    return SifRestSource(SifService(client, place, sign_in, page_size=page_size, **given), Links(allowed), PersonId())


def school():
    return School(dict(PHOTOS))


def listed(answer, **given):
    with web_server(answer) as web, source_at(web.address, **given) as source:
        found = entries_of(source)
        return {path: fetched(source, path) for path in found}


def failure(answer, **given):
    """Return the message of a listing that cannot be made, without the name of the server."""
    with web_server(answer) as web, source_at(web.address, **given) as source:
        message = raised(SourceUnavailable, lambda: list(source.pages())).message
        return message.replace(f"the SIF service 127.0.0.1 (port {web.port})", "SERVICE")


@pytest.mark.parametrize("first_page", [0, 1])
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("page_size", [1, 3, 7, 8, 100])
def test_pages_from_0_or_1_give_everything_once(first_page, counts, page_size):
    server = school_server(school(), first_page=first_page, counts=counts)
    assert listed(server, page_size=page_size) == PHOTOS


@pytest.mark.parametrize("page_size", [3, 100])
def test_service_that_takes_page_0_for_page_1(page_size):
    assert listed(school_server(school(), first_page=1, gives_page_before_first=True), page_size=page_size) == PHOTOS


def test_service_without_pages_is_asked_once_for_each_collection():
    with web_server(school_server(school())) as web, source_at(web.address, page_size=0) as source:
        assert set(entries_of(source)) == set(PHOTOS)
        assert {asked.headers.get("navigationpage") for asked in web.asked} == {None}
        assert [asked.path.partition(";")[0] for asked in web.asked[:3]] == [
            "/requests/StudentPersonals",
            "/requests/StaffPersonals",
            "/requests/PersonPictures",
        ]


def first_page_of(server, *kept):
    """Return what answers with the first three objects although no page was asked for, and with these headers."""

    def answer(asked):
        reply = server(replace(asked, headers={**asked.headers, "navigationpagesize": "3", "navigationpage": "0"}))
        return replace(reply, headers={name: reply.headers[name] for name in kept if name in reply.headers})

    return answer


@pytest.mark.parametrize(
    ("header", "told"),
    [("navigationCount", "only 3 of 7 objects came"), ("navigationLastPage", "only 1 of 3 pages came")],
)
def test_service_that_gives_pages_unasked_gives_no_whole_list(header, told):
    assert failure(first_page_of(school_server(school()), header), page_size=0) == (
        f"Listing StudentPersonals failed on SERVICE: {told}. {NOTHING_CHANGED} The service gives pages, so write a "
        "page_size, such as 50."
    )


def test_whole_list_that_counts_itself_is_one():
    server = school_server(School({"students/2026/1": b"x", "staff/T1": b"y"}))
    assert set(listed(first_page_of(server, "navigationCount", "navigationLastPage"), page_size=0)) == {
        "students/2026/1",
        "staff/T1",
    }


def test_no_content_of_a_list_that_has_some_is_no_list():
    said = Reply(204, headers={"navigationCount": "7"})
    assert "Listing StudentPersonals failed on SERVICE: only 0 of 7 objects came." in failure(
        lambda asked: said, page_size=0
    )


def test_end_that_says_how_many_there_are_is_held_to_it():
    server = school_server(school(), counts=False)

    def ends_early(asked):
        is_third = "PersonPictures" in asked.path and asked.headers.get("navigationpage") == "2"
        return Reply(204, headers={"navigationCount": "8"}) if is_third else server(asked)

    assert failure(ends_early) == (
        f"Listing PersonPictures failed on SERVICE: only 6 of 8 objects came. {NOTHING_CHANGED} Run again later."
    )


def test_end_that_says_that_there_is_nothing_means_its_page():
    server = school_server(school())

    def counts_the_page(asked):
        reply = server(asked)
        return Reply(204, headers={"navigationCount": "0"}) if reply.status == 204 else reply

    assert listed(counts_the_page) == PHOTOS


def test_what_is_asked_for(monkeypatch):
    server = school_server(School({"students/2026/1": b"x"}))
    with (
        web_server(server) as web,
        source_at(web.address, clock=lambda: datetime(2026, 8, 3, 9, tzinfo=UTC)) as source,
    ):
        list(source.pages())
        first, second = web.asked[0], web.asked[1]
    assert (first.method, first.path) == ("GET", "/requests/StudentPersonals;zoneId=Zone%20A;contextId=DEFAULT")
    asked = ("accept", "navigationpage", "navigationpagesize", "navigationid", "timestamp")
    assert [first.headers.get(name) for name in asked] == [
        "application/xml",
        "0",
        "3",
        None,
        "2026-08-03T09:00:00.000Z",
    ]
    assert [second.headers.get(name) for name in asked[1:4]] == ["1", "3", "n-1"]


def test_signature_is_of_user_and_time():
    """The signature was made by another program."""
    headers = SignIn("SIF_HMACSHA256", "new", "guest").headers(datetime(2014, 1, 14, 9, 48, 42, 942000, UTC))
    way, _, token = headers["authorization"].partition(" ")
    user, _, signature = base64.b64decode(token).decode().partition(":")
    assert (way, user, headers["timestamp"]) == ("SIF_HMACSHA256", "new", "2014-01-14T09:48:42.942Z")
    assert signature == "9H3H4I1RaRLwe/UTqoQ3t1S5T56tP9TfV2FbyZzxWQM="


@pytest.mark.parametrize("way", ["SIF_HMACSHA256", "Basic", "Bearer"])
def test_ways_to_sign_in(way):
    assert listed(school_server(school()), sign_in=SignIn(way, "a-session", "a secret")) == PHOTOS
    assert failure(school_server(school()), sign_in=SignIn(way, "a-session", "wrong")) == (
        f"Listing StudentPersonals, page 0 failed on SERVICE: it did not accept the sign-in. {NOTHING_CHANGED} "
        "Check the way to sign in, the user and the secret."
    )


def test_secret_is_not_in_what_is_shown():
    assert "a secret" not in repr(HMAC)


def test_no_page_is_lost_where_it_counts_the_pages():
    server = school_server(school())

    def loses_the_last(asked):
        reply = server(asked)
        lost = "PersonPictures" in asked.path and asked.headers.get("navigationpage") == "2"
        return Reply(204) if lost else reply

    assert failure(loses_the_last) == (
        f"Listing PersonPictures failed on SERVICE: only 6 of 8 objects came. {NOTHING_CHANGED} Run again later."
    )


def test_no_page_is_lost_where_it_names_the_last_page():
    server = school_server(school())

    def loses_the_last(asked):
        reply = server(asked)
        lost = "PersonPictures" in asked.path and asked.headers.get("navigationpage") == "2"
        headers = {"navigationLastPage": reply.headers.get("navigationLastPage", "")}
        return Reply(204) if lost else Reply(reply.status, reply.content, headers)

    assert failure(loses_the_last) == (
        f"Listing PersonPictures failed on SERVICE: only 2 of 3 pages came. {NOTHING_CHANGED} Run again later."
    )


def test_notice_in_place_of_a_page_is_not_the_end():
    server = school_server(school(), counts=False)

    def is_busy(asked):
        lost = "PersonPictures" in asked.path and asked.headers.get("navigationpage") == "1"
        return Reply(content=b"<html><body>Back soon</body></html>") if lost else server(asked)

    assert failure(is_busy) == (
        'Listing PersonPictures, page 1 failed on SERVICE: its answer is no list of PersonPictures, but "html". '
        f"{NOTHING_CHANGED} Ask who runs the service to have a look at what it answers."
    )


def test_empty_answer_is_not_the_end():
    server = school_server(school(), counts=False)

    def loses_the_second(asked):
        lost = "PersonPictures" in asked.path and asked.headers.get("navigationpage") == "1"
        return Reply(200) if lost else server(asked)

    assert failure(loses_the_second) == (
        f"Listing PersonPictures, page 1 failed on SERVICE: its answer is empty. {NOTHING_CHANGED} Ask who runs the "
        "service to have a look at what it answers."
    )


def test_content_that_changes_between_pages_is_no_listing():
    changing = school()
    server = school_server(changing)

    def answer(asked):
        if "PersonPictures" in asked.path and asked.headers["navigationpage"] == "1":
            changing.photos.pop("students/2026/0000", None)
        return server(asked)

    assert failure(answer) == (
        f"Listing PersonPictures failed on SERVICE: its content changed meanwhile. {NOTHING_CHANGED} Run again later."
    )


def test_paging_that_gives_the_same_page_again_ends():
    everything = document("StudentPersonals", [person(guid("mia"), "0417")])
    assert failure(lambda asked: Reply(content=everything)) == (
        "Listing StudentPersonals failed on SERVICE: it answers with a page that it gave before. "
        f"{NOTHING_CHANGED} Ask who runs the service whether it gives pages; if it does not, write page_size=0."
    )


def test_paging_in_circles_ends():
    turns = itertools.cycle(document("S", [person(guid(f"{turn}"), "1")]) for turn in range(5))
    assert "it answers with a page that it gave before" in failure(lambda asked: Reply(content=next(turns)))


def test_paging_that_never_ends_ends(monkeypatch):
    monkeypatch.setattr("photosync.connectors.sif.service.MOST_PAGES", 20)
    numbers = itertools.count()
    assert "there are more than 20 pages" in failure(
        lambda asked: Reply(content=document("S", [person(guid(f"{next(numbers)}"), "1")]))
    )


def test_page_that_is_too_large_is_told():
    assert failure(school_server(school()), largest_page_bytes=100) == (
        f"Listing StudentPersonals, page 0 failed on SERVICE: a page is larger than 0 MB. {NOTHING_CHANGED} Choose a "
        "smaller page_size."
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            403,
            "it does not allow this user to read that. Nothing was concluded from it, so nothing was changed. Ask "
            "who runs the service for the right to query it in this zone, or read less here.",
        ),
        (500, "it answered 500. Nothing was concluded from it, so nothing was changed. Run again later."),
        (202, "it answered 202. Nothing was concluded from it, so nothing was changed. Run again later."),
    ],
)
def test_other_answers(status, told):
    assert failure(lambda asked: Reply(status)) == f"Listing StudentPersonals, page 0 failed on SERVICE: {told}"


def test_wrong_address_is_told():
    assert failure(lambda asked: Reply(404)) == (
        f"Listing StudentPersonals, page 1 failed on SERVICE: it has no such thing. {NOTHING_CHANGED} Check the "
        "address, the zone and the context."
    )


def test_redirect_is_not_followed_for_a_listing():
    with web_server(school_server(school())) as there:
        target = f"{there.address}/requests/StudentPersonals"
        assert failure(lambda asked: Reply(302, headers={"Location": target})) == (
            "Listing StudentPersonals, page 0 failed on SERVICE: it sent the request on to another address, where "
            f"neither the sign-in nor the paging would go along. {NOTHING_CHANGED} Ask who runs the service for the "
            "address of its requests, and write that one."
        )
        assert {asked.headers.get("authorization") for asked in there.asked} == {None}


def test_answer_that_is_no_xml_is_told():
    assert failure(lambda asked: Reply(content=b"<html><br></html>")) == (
        "Listing StudentPersonals, page 0 failed on SERVICE: its answer cannot be read, as it is not well-formed XML "
        f"at line 1, column 13. {NOTHING_CHANGED} Ask who runs the service to have a look at what it answers."
    )


def test_private_address_is_refused():
    with source_at("https://127.0.0.1:9", allowed=AllowedRanges()) as source:
        assert "127.0.0.1" in raised(SourceUnavailable, lambda: list(source.pages())).message


def test_people_that_are_not_read_are_not_asked_for():
    server = school_server(school())

    def students_only(asked):
        return Reply(403) if "StaffPersonals" in asked.path else server(asked)

    with web_server(students_only) as web:
        guard = Guard((), data_folder=web_data(), allowed_ranges=LOOPBACK)
        options = {
            "address": f"{web.address}/requests",
            "user": "a-session",
            "secret": "a secret",
            "people": "students",
        }
        with open_source("sif_rest", options, guard=guard) as source:
            assert set(entries_of(source)) == {path for path in PHOTOS if path.startswith("students")}
            assert list(source.warnings())[1:] == [
                "1 picture was not used: those of StaffPersonal are not read here, as the option people says."
            ]


def web_data():
    from pathlib import Path

    return Path("/nonexistent/data")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"secret": "x"},
            "Signing in by SIF_HMACSHA256 needs a user and a secret. Nothing was changed; fill that in.",
        ),
        ({"sign_in": "Bearer"}, "Signing in by Bearer needs a secret, the token. Nothing was changed; fill that in."),
        (
            {"user": "u", "secret": "x", "page_size": "-1"},
            '"-1" is no page_size. Nothing was changed. Write a number from 1 to 10,000, or 0 for a service that '
            "gives no pages.",
        ),
        (
            {"user": "u", "secret": "x", "address": "https://sif.school.example/api?x=1"},
            "The address of a SIF service has no ? and no #. Nothing was changed. Write the address of its requests "
            "alone, such as https://sif.school.example/api/requests.",
        ),
        (
            {"user": "u", "secret": "x", "identifier_type": "0004"},
            "An identifier_type is given, but a LocalId has no types. Nothing was changed. Leave identifier_type "
            "empty, or choose OtherId or ElectronicId.",
        ),
    ],
)
def test_options_that_do_not_fit(options, told):
    given = {"address": "https://sif.school.example/api"} | options
    guard = Guard((), data_folder=web_data(), allowed_ranges=LOOPBACK)
    assert raised(WrongUse, lambda: open_source("sif_rest", given, guard=guard)).message == told


def test_picture_that_became_another_persons_is_not_given():
    held = {
        "StudentPersonals": [person(guid("mia"), "1"), person(guid("tom"), "2")],
        "StaffPersonals": [],
        "PersonPictures": [picture(guid("p"), guid("mia"), b"mia")],
    }
    with web_server(SifServer(lambda: held)) as web, source_at(web.address) as source:
        assert set(entries_of(source)) == {"students/1"}
        held["PersonPictures"] = [picture(guid("p"), guid("tom"), b"tom")]
        assert raised(TryLater, lambda: fetched(source, "students/1")).message == (
            "The picture of \"1\" is gone from the source, or has become someone else's or another year's. It was "
            "left as it is; the next run looks again."
        )


@pytest.mark.parametrize("letters", [str.upper, str.lower])
def test_picture_is_asked_for_by_its_ref_id_as_it_is_written(letters):
    held = {
        "StudentPersonals": [person(guid("mia").lower(), "1")],
        "StaffPersonals": [],
        "PersonPictures": [picture(letters(guid("p")), guid("mia").upper(), b"mia")],
    }
    with web_server(SifServer(lambda: held)) as web, source_at(web.address) as source:
        assert fetched(source, "students/1") == b"mia"


def test_photo_is_fetched_alone_and_a_fresh_source_lists_first():
    with web_server(school_server(school())) as web:
        with source_at(web.address) as source:
            entries = entries_of(source)
        with source_at(web.address) as source:
            found = source.fetch("students/2026", "0003", limit_bytes=1_000)
            assert (found.content, found.stamp) == (b"photo 3", entries["students/2026/0003"].stamp)
            before = len(web.asked)
            fetched(source, "staff/T1")
            assert [asked.path for asked in web.asked[before:]] == [
                f"/requests/PersonPictures/{guid('staff/T1')};zoneId=Zone%20A;contextId=DEFAULT"
            ]


@pytest.mark.parametrize("page_size", [0, 3])
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (500, "it answered 500"),
        (400, "it answered 400"),
        (422, "it answered 422"),
        (202, "it answered 202"),
        (403, "it does not allow this user to read that"),
    ],
)
def test_picture_that_the_service_cannot_give_keeps_no_other_back(page_size, status, told):
    served = school_server(school())
    broken = f"/requests/PersonPictures/{guid('staff/T1')}"

    def answer(asked):
        return Reply(status) if asked.path.startswith(broken) else served(asked)

    with web_server(answer) as web, source_at(web.address, page_size=page_size) as source:
        entries_of(source)
        assert raised(TryLater, lambda: fetched(source, "staff/T1")).message == (
            f'The picture of "T1" could not be read from the SIF service 127.0.0.1 (port {web.port}): {told}. It was '
            "left as it is. The next run reads it again."
        )
        assert fetched(source, "students/2026/0003") == b"photo 3"


@pytest.mark.parametrize("page_size", [0, 3])
def test_pictures_that_stall_one_after_the_other_end_the_run(page_size):
    """One may be at fault itself; three are not, and each of a thousand would be waited for."""
    served = school_server(school())
    broken = f"/requests/PersonPictures/{guid('staff/T1')}"

    def answer(asked):
        return Reply(200, b"o", {"Content-Length": "3"}) if asked.path.startswith(broken) else served(asked)

    with web_server(answer) as web, source_at(web.address, page_size=page_size) as source:
        entries_of(source)
        for _ in range(2):
            assert type(raised(TryLater, lambda: fetched(source, "staff/T1"))) is TryLater
        assert fetched(source, "students/2026/0003") == b"photo 3"
        for _ in range(2):
            assert type(raised(TryLater, lambda: fetched(source, "staff/T1"))) is TryLater
        assert raised(SourceUnavailable, lambda: fetched(source, "staff/T1")).message == (
            f"Reading one of PersonPictures failed on the SIF service 127.0.0.1 (port {web.port}): there was no "
            f"whole answer within 0.5 seconds of silence or 3 in all. {NOTHING_CHANGED} Run again later."
        )


@pytest.mark.parametrize("page_size", [0, 3])
def test_service_that_is_lost_while_pictures_are_read_ends_the_run(page_size):
    """Else each of a thousand pictures fails by itself."""
    with (
        web_server(school_server(school())) as web,
        bad_network(web.port) as network,
        source_at(f"http://127.0.0.1:{network.port}", page_size=page_size) as source,
    ):
        entries_of(source)
        network.lose()
        assert raised(SourceUnavailable, lambda: fetched(source, "staff/T1")).message == (
            f"Reading one of PersonPictures failed on the SIF service 127.0.0.1 (port {network.port}): the "
            f"connection was refused. {NOTHING_CHANGED} Run again later."
        )
        assert raised(SourceUnavailable, source.see_that_it_answers).message == (
            f"Listing StudentPersonals failed on the SIF service 127.0.0.1 (port {network.port}): the connection was "
            f"refused. {NOTHING_CHANGED} Run again later."
        )
        network.mend()
        source.see_that_it_answers()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_service_without_pages_that_is_away_behind_its_gateway_ends_the_run(status, monkeypatch):
    monkeypatch.setattr("photosync.outgoing.http._PAUSES_S", ())
    served = school_server(school())
    with web_server(served) as web, source_at(web.address, page_size=0) as source:
        entries_of(source)
        web.answer = lambda _: Reply(status)
        assert raised(SourceUnavailable, source.see_that_it_answers).message == (
            f"Listing StudentPersonals failed on the SIF service 127.0.0.1 (port {web.port}): it answered {status}. "
            f"{NOTHING_CHANGED} Run again later."
        )


def test_service_without_pages_is_looked_at_for_little():
    with web_server(school_server(school())) as web, source_at(web.address, page_size=0) as source:
        entries_of(source)
        web.asked.clear()
        source.see_that_it_answers()
        assert [asked.path.partition(";")[0] for asked in web.asked] == [
            "/requests/StudentPersonals/00000000-0000-0000-0000-000000000000"
        ]


def test_picture_that_is_too_large_is_an_answer():
    """Between silences it begins the count again."""
    large = School({"students/1": b"x" * 50_000, "staff/T1": b"staff"})
    served = school_server(large)
    broken = f"/requests/PersonPictures/{guid('staff/T1')}"

    def answer(asked):
        return Reply(200, b"o", {"Content-Length": "3"}) if asked.path.startswith(broken) else served(asked)

    with web_server(answer) as web, source_at(web.address) as source:
        entries_of(source)
        for _ in range(2):
            for _ in range(2):
                assert type(raised(TryLater, lambda: fetched(source, "staff/T1"))) is TryLater
            raised(ItemRejected, lambda: fetched(source, "students/1", limit_bytes=10_000))


def test_service_that_fails_at_everything_ends_the_run():
    served = school_server(school())
    with web_server(served) as web, source_at(web.address) as source:
        entries_of(source)
        served.available = False
        assert raised(SourceUnavailable, lambda: fetched(source, "staff/T1")).message == (
            f"Reading one of PersonPictures failed on the SIF service 127.0.0.1 (port {web.port}): it answered 500. "
            "Nothing was concluded from it, so nothing was changed. Run again later."
        )


@pytest.mark.parametrize("page_size", [0, 3])
def test_sign_in_that_ends_while_pictures_are_read_ends_the_run(page_size):
    served = school_server(school())
    with web_server(served) as web, source_at(web.address, page_size=page_size) as source:
        entries_of(source)
        served.secret = "another"
        assert raised(SourceUnavailable, lambda: fetched(source, "staff/T1")).message == (
            f"Reading one of PersonPictures failed on the SIF service 127.0.0.1 (port {web.port}): it did not accept "
            f"the sign-in. {NOTHING_CHANGED} Check the way to sign in, the user and the secret."
        )


def test_links_and_what_is_no_photo():
    with web_server(lambda asked: Reply(content=b"lies elsewhere")) as elsewhere:
        held = {
            "StudentPersonals": [person(guid(f"{number}"), f"{number}") for number in range(3)],
            "StaffPersonals": [],
            "PersonPictures": [
                picture(guid("a"), guid("0"), f"{elsewhere.address}/a.jpg", type_code="01"),
                picture(guid("b"), guid("1"), b"%PDF", type_code="PDF"),
                picture(guid("c"), guid("2"), "no picture"),
            ],
        }
        with web_server(SifServer(lambda: held)) as web, source_at(web.address) as source:
            assert {path: entry.size_bytes for path, entry in entries_of(source).items()} == {
                "students/0": 0,
                "students/1": 4,
                "students/2": 6,
            }
            assert fetched(source, "students/0") == b"lies elsewhere"
            assert [asked.headers.get("authorization") for asked in elsewhere.asked] == [None]
            codes = [raised(ItemRejected, lambda it=n: fetched(source, f"students/{it}")).code for n in (1, 2)]
            assert codes == ["pdf", "not_base64"]


def test_photo_that_is_too_large_is_rejected():
    large = School({"students/1": b"x" * 50_000})
    with web_server(school_server(large)) as web, source_at(web.address) as source:
        error = raised(ItemRejected, lambda: fetched(source, "students/1", limit_bytes=10_000))
        assert error.code == "too_many_bytes"


@pytest.mark.parametrize(
    "faults",
    [
        Faults(cut_after=300),
        Faults(cut_after=2_000),
        Faults(end_after=700),
        Faults(stall_after=0),
        Faults(stall_after=900),
        Faults(flip_every=97),
    ],
)
def test_broken_lines_end_in_no_listing_and_the_next_one_is_whole(faults):
    with web_server(school_server(school())) as web, bad_network(web.port) as network:
        address = f"http://127.0.0.1:{network.port}"
        network.disturb(down=faults)
        with source_at(address) as source:
            message = raised(SourceUnavailable, lambda: list(source.pages())).message
            assert message.startswith("Listing ")
            assert f"the SIF service 127.0.0.1 (port {network.port})" in message
            network.mend()
            assert set(entries_of(source)) == set(PHOTOS)


@pytest.mark.parametrize(
    "faults",
    [
        *(Faults(flip_at=frozenset({at})) for at in (5, 250, 900)),
        Faults(flip_every=61),
        Faults(cut_after=400),
        Faults(stall_after=400),
    ],
)
def test_picture_that_is_fetched_alone_over_a_broken_line_is_whole_or_none(faults):
    """It comes as base64 in XML: a byte that is turned round is no letter of either."""
    photos = {"students/1": bytes(range(256)) * 4}
    with web_server(school_server(School(photos))) as web, bad_network(web.port) as network:
        with source_at(f"http://127.0.0.1:{network.port}") as source:
            entries_of(source)
            asked_before = len(web.asked)
            network.disturb(down=faults)
            told, found = "", photos["students/1"]
            try:
                found = fetched(source, "students/1")
            except TryLater as error:
                told = error.message
            assert found == photos["students/1"]
            assert not told or "left as it is" in told or "nothing was changed" in told
            network.mend()
            assert fetched(source, "students/1") == photos["students/1"]
        alone = f"/requests/PersonPictures/{guid('students/1')};"
        assert web.asked[asked_before].path.startswith(alone)
        assert web.asked[-1].path.startswith(alone)


def test_server_that_refuses_is_told():
    with web_server(school_server(school())) as web, bad_network(web.port) as network:
        network.refuse()
        with source_at(f"http://127.0.0.1:{network.port}") as source:
            message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert message == (
        f"Listing StudentPersonals, page 0 failed on the SIF service 127.0.0.1 (port {network.port}): the "
        f"connection was refused. {NOTHING_CHANGED} Run again later."
    )
