"""The options of a JSON API, checked and ready to be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from photosync.connectors.http_sign_in import (
    Client,
    ClientCredentials,
    FixedSignIn,
    SignIn,
    basic,
    bearer,
    by_header,
    checked_secret,
)
from photosync.connectors.json_api.paths import JsonPath
from photosync.connectors.json_api.ways import AUTO, Way
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind, quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.http import Limits

ID_PART = "{id}"
LARGEST_PAGE = 10_000
LISTS = {"students": PersonKind.STUDENT, "staff": PersonKind.STAFF, "people": None}
"""The options that name a list, with the kind of the people in it; None where each record says it."""


@dataclass(frozen=True, slots=True)
class Paging:
    way: Way = Way.NONE
    place_name: str = ""
    """Of the parameter that says where a page begins; with NEXT, of the one that what is found there goes into."""
    size_name: str = ""
    size: int = 0
    """0: the size is left to the API."""
    first: int = 1
    next: JsonPath | None = None
    total: JsonPath | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where in a record things are."""

    id: JsonPath
    photo: JsonPath | None = None
    photo_is: str = AUTO
    changed: JsonPath | None = None
    year: JsonPath | None = None
    kind: JsonPath | None = None
    person_id: JsonPath | None = None
    student_words: frozenset[str] = frozenset()
    staff_words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    lists: tuple[tuple[str, PersonKind | None], ...]
    """Path and kind of each list."""
    records: JsonPath
    mapped: Mapped
    paging: Paging
    one_student: str = ""
    one_staff: str = ""
    person_record: JsonPath | None = None
    bulk: tuple[tuple[str, str], ...] = ()
    """What is sent along with a list for the large answer, photos included."""

    def path_of_one(self, kind: PersonKind | None, person_id: str) -> str:
        """Return the path of one person with a quoted id; "" where there is none."""
        ways = {PersonKind.STUDENT: self.one_student, PersonKind.STAFF: self.one_staff}
        path = ways[kind] if kind else self.one_student or self.one_staff
        return path.replace(ID_PART, person_id)


def settings_from(options: Mapping[str, str]) -> Settings:
    """Return what `options`, all of them present, say. Raises WrongUse."""
    one = {name: _one(options, name) for name in ("one_student", "one_staff")}
    mapped = _mapped(options)
    if mapped.photo is None and not any(one.values()):
        raise WrongUse(
            "Nothing says where the photos are. Nothing was changed. Give the JSONPath of the photo in a record "
            "(photo), or the path of one person's photo (one_student, one_staff).",
            command_line="--option photo=JSONPATH",
            option="photo",
        )
    bulk = tuple(parse_qsl(options["bulk"].strip().lstrip("?&"), keep_blank_values=True))
    if bulk and not any(one.values()):
        raise WrongUse(
            "Where the large answer (bulk) fails, each person is asked for alone, and nothing says how. Nothing was "
            "changed. Give the path of one person (one_student, one_staff), or leave bulk out.",
            command_line="--option one_student=PATH",
            option="one_student",
        )
    return Settings(
        lists=_lists(options),
        records=_path(options, "records") or JsonPath("$", "records"),
        mapped=mapped,
        paging=_paging(options, _path(options, "total")),
        one_student=one["one_student"],
        one_staff=one["one_staff"],
        person_record=_path(options, "person_record"),
        bulk=bulk,
    )


def _lists(options: Mapping[str, str]) -> tuple[tuple[str, PersonKind | None], ...]:
    lists = tuple((path, kind) for name, kind in LISTS.items() if (path := options[name].strip()))
    if not lists:
        raise WrongUse(
            "No list of people is named. Nothing was changed. Give the path of the list of students, of the staff, "
            "or of both.",
            command_line="--option students=PATH",
            option="students",
        )
    if options["people"].strip() and len(lists) > 1:
        raise WrongUse(
            "A list of people of both kinds is named, and another list too. Nothing was changed. Use people alone, "
            "or students and staff.",
            option="people",
        )
    return lists


def _mapped(options: Mapping[str, str]) -> Mapped:
    return Mapped(
        id=JsonPath(options["id"].strip(), "id"),
        photo=_path(options, "photo"),
        photo_is=options["photo_is"],
        changed=_path(options, "changed"),
        year=_path(options, "year"),
        kind=_path(options, "kind"),
        person_id=_path(options, "person_id"),
        student_words=_words(options["student_words"]),
        staff_words=_words(options["staff_words"]),
    )


def sign_in_from(options: Mapping[str, str], allowed: AllowedRanges, *, limits: Limits | None = None) -> SignIn:
    """Return how `options` sign in. Raises WrongUse, in which no secret is repeated."""
    way, user, secret = options["sign_in"], options["user"].strip(), options["secret"]
    if way == "none":
        return FixedSignIn()
    if not secret.strip():
        raise WrongUse(
            "Signing in needs the token, key or password (secret), and there is none. Nothing was changed. Enter it, "
            "or choose none as the way to sign in.",
            command_line="--option secret=SECRET",
            option="secret",
        )
    if way == "bearer":
        return bearer(secret)
    if way == "header":
        return by_header(options["header"].strip(), secret)
    if not user:
        raise WrongUse(
            "Signing in this way needs the user name or client ID (user). Nothing was changed. Fill it in.",
            command_line="--option user=NAME",
            option="user",
        )
    if way == "basic":
        return basic(user, secret)
    address = options["token_address"].strip()
    if not address:
        raise WrongUse(
            "OAuth 2.0 needs the address that gives tokens (token_address). Nothing was changed. Fill it in.",
            command_line="--option token_address=ADDRESS",
            option="token_address",
        )
    client = Client(address, user, checked_secret(secret, "client secret"), options["scope"].strip())
    return ClientCredentials(client, allowed, limits=limits, ca_pem=options["ca_pem"])


def _path(options: Mapping[str, str], name: str) -> JsonPath | None:
    text = options[name].strip()
    return JsonPath(text, name) if text else None


def _one(options: Mapping[str, str], name: str) -> str:
    path = options[name].strip()
    if path and path.count(ID_PART) != 1:
        raise WrongUse(
            f"The option {name} says {quoted(path)}, which has no {ID_PART} in it, or several. Nothing was changed. "
            f"Write {ID_PART} once, where the identifier of the person goes, such as students/{ID_PART}/photo.",
            option=name,
        )
    return path


def _paging(options: Mapping[str, str], total: JsonPath | None) -> Paging:
    way = Way(options["paging"])
    next_path = _path(options, "next")
    if way is Way.NEXT and next_path is None:
        raise WrongUse(
            "Paging by what an answer says needs the JSONPath of the next page (next). Nothing was changed. Fill it "
            "in, such as $.links.next.",
            command_line="--option next=JSONPATH",
            option="next",
        )
    place, size_name = options["place_name"].strip(), options["size_name"].strip()
    if way in (Way.PAGE, Way.OFFSET):
        place, size_name = place or way, size_name or {Way.PAGE: "per_page", Way.OFFSET: "limit"}[way]
    return Paging(
        way=way,
        place_name=place,
        size_name=size_name,
        size=_number(options, "page_size", most=LARGEST_PAGE),
        first=_number(options, "first_page", most=1),
        next=next_path,
        total=total,
    )


def _number(options: Mapping[str, str], name: str, *, most: int) -> int:
    text = options[name].strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= most):
        raise WrongUse(
            f"The option {name} is {quoted(text)}, which is no number from 0 to {most}. Nothing was changed. "
            "Correct it.",
            option=name,
        )
    return int(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in text.split(",") if word.strip())
