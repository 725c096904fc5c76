"""The kind `json_api`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.json_api.ways import AUTO, PHOTO_WAYS, SIGN_INS, Way
from photosync.connectors.registry import ConnectorKind, Guard, Option, record_match_options


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    # Late: what speaks HTTP and JSONPath takes longer to load than all the command line besides.
    from photosync.connectors.json_api.opening import open_json_api

    return open_json_api(options, guard)


_SIGNING_IN = (
    Option("address", "base address of the API, such as https://api.school.example/v1", required=True, leads=True),
    Option("sign_in", "how Photo Sync signs in to it", default="bearer", choices=SIGN_INS),
    Option("secret", "the token, key, password or client secret", secret=True),
    Option("user", "with sign_in=basic the user name, with oauth2 the client ID", seldom=True),
    Option(
        "header", "with sign_in=header: name of the header that the key goes into", default="X-API-Key", seldom=True
    ),
    Option("token_address", "with sign_in=oauth2: whole address that gives tokens", seldom=True, leads=True),
    Option("scope", "with sign_in=oauth2: scope to ask for, if any", seldom=True),
    Option(
        "ca_pem",
        "certificate (PEM) of the authority that signed the server's, where it is the school's own",
        long=True,
        seldom=True,
    ),
)
_LISTS = (
    Option("students", "path of the list of students, below the base address"),
    Option("staff", "path of the list of staff"),
    Option("people", "path of one list of both, instead; kind then says who is what", seldom=True),
    Option("records", "JSONPath of the list in an answer, such as $.data; empty: the answer is the list"),
    Option("paging", "how the list comes page by page", default=Way.NONE, choices=tuple(Way)),
    Option("page_size", "records on a page, 0 to leave it to the API", default="100"),
    Option(
        "place_name", "parameter for the page or offset; with paging=next: for the cursor found there", seldom=True
    ),
    Option("size_name", "parameter for page_size; per_page with paging=page, limit with offset", seldom=True),
    Option("first_page", "with paging=page: 1 or 0", default="1", seldom=True),
    Option("next", "with paging=next: JSONPath of the next page's address or cursor, such as $.links.next"),
    Option("total", "JSONPath of the number of records; then none is ever missed unnoticed"),
)
_RECORD = (
    Option("id", "JSONPath of the identifier in a record that people are matched by", default="$.id"),
    Option("photo", "JSONPath of the photo in a record: base64 or a link"),
    Option("photo_is", "what the photo is there", default=AUTO, choices=PHOTO_WAYS, seldom=True),
    Option("changed", "JSONPath of what tells that the photo changed, such as a time"),
    Option("year", "JSONPath of the academic year of the photo, if the record has it", seldom=True),
    Option("kind", "JSONPath of what tells students from staff, with people", seldom=True),
    Option("student_words", "values of kind that mean students", default="student, pupil, learner", seldom=True),
    Option("staff_words", "values of kind that mean staff", default="staff, teacher, employee", seldom=True),
)
_ONE = (
    Option("one_student", "path of one student or the photo, with {id} in it; where the list has no photos"),
    Option("one_staff", "path of one staff member or the photo, with {id} in it"),
    Option("person_id", "JSONPath of what {id} stands for, where it is not id", seldom=True),
    Option(
        "person_record", "JSONPath of the record in the answer for one person; empty: the answer is it", seldom=True
    ),
    Option(
        "bulk",
        "sent along with a list to get all photos at once, such as include=photo; where that fails, each alone",
        seldom=True,
    ),
)

JSON_API = ConnectorKind(
    name="json_api",
    title="HTTP API (JSON)",
    summary="An administration system that gives its people and photos over HTTP as JSON, read page by page.",
    options=(*_SIGNING_IN, *_LISTS, *_RECORD, *_ONE, *record_match_options()),
    open=_open,
    omits_sizes=True,
)
