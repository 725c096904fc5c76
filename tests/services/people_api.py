"""An API of an administration system, for tests: what it holds and how it answers is the test's to change."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from photosync.core.record_names import record_kind_and_year
from tests.services.web_server import Asked, Reply, WebServer, web_server

TOKEN = "s3cret-token"
LISTS = {"students": "student", "staff": "staff", "people": None}


@dataclass
class PeopleApi:
    """Answers under /v1/ for who has `token`: lists at students, staff and people, one person below these.

    A list is `{"data": [...], "count": n}`. `paged` says how: by "page", "offset", "next", "cursor" or "link", or "".
    The photo of a record is bytes or None. Lists have it as `photos` says: "inline", "link", or "" for not at all.
    """

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Records by the paths of their entries: "students/2026/7"."""
    token: str = TOKEN
    paged: str = ""
    photos: str = "inline"
    one: str = "json"
    """What /v1/students/7 answers with: "json", or "bytes" for the photo itself."""
    has_etags: bool = True
    has_head: bool = True
    most_on_a_page: int = 1_000
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    """What the next requests are answered with whose path begins so, or ("+include") has that in its query."""
    web: WebServer = field(init=False)

    @property
    def address(self) -> str:
        return f"{self.web.address}/v1"

    def put(self, path: str, photo: bytes | None, **more: Any) -> None:
        folder, _, identifier = path.rpartition("/")
        kind, year = record_kind_and_year(folder)
        told = {"id": identifier, "kind": kind.value if kind else None, "year": year, "photo": photo}
        self.people[path] = told | more

    def remove(self, path: str) -> None:
        del self.people[path]

    def asked(self, begins: str = "/v1/", method: str = "GET") -> list[str]:
        """Return the paths that were asked for, with their queries."""
        return [each.path for each in self.web.asked if each.method == method and each.path.startswith(begins)]

    def answer(self, asked: Asked) -> Reply:
        for begins, replies in self.replies.items():
            if replies and (asked.path.startswith(begins) or (begins[0] == "+" and begins[1:] in asked.path)):
                return replies.pop(0)
        split = urlsplit(asked.path)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return answer_json({"message": "Who are you?"}, 401)
        name, _, rest = split.path.removeprefix("/v1/").partition("/")
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        if name in LISTS and not rest:
            return self._list(name, query)
        if name == "photos":
            return self._photo(self.people.get(query["of"]), asked)
        if name in LISTS:
            return self._one(name, unquote(rest), asked)
        return answer_json({"message": "Nothing here."}, 404)

    def _list(self, name: str, query: dict[str, str]) -> Reply:
        kind = LISTS[name]
        way = "inline" if query.get("include") == "photo" else self.photos
        records = [_told(each, way) for each in self.people.values() if kind in (None, each["kind"])]
        if not self.paged:
            return answer_json({"data": records, "count": len(records)})
        size = min(int(query.get("per_page") or query.get("limit") or 100), self.most_on_a_page)
        begins = int(query.get("offset") or query.get("cursor") or 0)
        if self.paged in ("page", "link"):
            begins = (int(query.get("page", 1)) - 1) * size
        body: dict[str, Any] = {"data": records[begins : begins + size], "count": len(records)}
        further = begins + size if begins + size < len(records) else None
        headers = {}
        if self.paged == "next":
            body["links"] = {"next": None if further is None else f"?offset={further}&limit={size}"}
        if self.paged == "cursor":
            body["cursor"] = further
        if self.paged == "link" and further is not None:
            page = f"/v1/{name}?page={begins // size + 2}&per_page={size}"
            headers["Link"] = f'</v1/{name}>; rel="first", <{page}>; rel="next"'
        return answer_json(body, headers=headers)

    def _one(self, name: str, identifier: str, asked: Asked) -> Reply:
        for record in self.people.values():
            if str(record.get("key", record["id"])) == identifier and LISTS[name] in (None, record["kind"]):
                if self.one == "bytes":
                    return self._photo(record, asked)
                return answer_json({"data": _told(record, "inline")})
        return answer_json({"message": "Nobody."}, 404)

    def _photo(self, record: dict[str, Any] | None, asked: Asked) -> Reply:
        if record is None or record["photo"] is None:
            return Reply(404, b"none", {"Content-Type": "text/plain"})
        if asked.method == "HEAD" and not self.has_head:
            return Reply(405)
        headers = {"Content-Type": "image/jpeg"}
        if self.has_etags:
            headers["ETag"] = f'"{sha256(record["photo"]).hexdigest()[:16]}"'
        return Reply(200, record["photo"], headers)


def _told(record: dict[str, Any], way: str) -> dict[str, Any]:
    """Return a record as it is answered; bytes become base64 or a link."""
    told = dict(record)
    if not way:
        del told["photo"]
    elif isinstance(record["photo"], bytes) and way == "inline":
        told["photo"] = "data:image/jpeg;base64," + b64encode(record["photo"]).decode()
    elif isinstance(record["photo"], bytes):
        folder = _folder(record)
        told["photo"] = "photos?of=" + quote(f"{folder}/{record['id']}" if folder else record["id"], safe="")
    return told


def _folder(record: dict[str, Any]) -> str:
    kinds = {"student": "students", "staff": "staff"}
    return "/".join(filter(None, (kinds.get(record["kind"]), str(record["year"] or ""))))


def answer_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


@contextmanager
def people_api(**settings: Any) -> Iterator[PeopleApi]:
    api = PeopleApi(**settings)
    with web_server(api.answer) as web:
        api.web = web
        yield api
