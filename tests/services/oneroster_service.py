"""A OneRoster service of 1.1 and 1.2, for tests: what it holds and how it answers is the test's to change."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from tests.services.oauth1 import signature_fault
from tests.services.web_server import Asked, Reply, WebServer, web_server

CLIENT, SECRET = "photo-sync", "s3cret+client/secret"
PATHS = {"/ims/oneroster/v1p1/": "1.1", "/ims/oneroster/rostering/v1p2/": "1.2"}
SCOPES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/roster-core.readonly",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly",
}
COLLECTIONS = ("users", "orgs", "academicSessions", "classes", "enrollments")
PARAMETERS = {"limit", "offset", "sort", "orderBy", "filter", "fields"}
ONLY_IN_1_2 = ("roles", "preferredFirstName", "userMasterIdentifier", "primaryOrg")


def ref(kind: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"https://sis.example/{kind}s/{sourced_id}", "sourcedId": sourced_id, "type": kind}


def role(name: str, org: str, *, primary: bool = True, **more: Any) -> dict[str, Any]:
    return {"roleType": "primary" if primary else "secondary", "role": name, "org": ref("org", org), **more}


@dataclass
class OneRosterService:
    """Holds records in the form of 1.2; for 1.1 they are made into its form."""

    records: dict[str, list[Any]] = field(default_factory=lambda: {each: [] for each in COLLECTIONS})
    versions: set[str] = field(default_factory=lambda: {"1.1", "1.2"})
    most_on_a_page: int = 100
    counts: bool = True
    """Whether it gives X-Total-Count."""
    links: bool = True
    """Whether it gives Link."""
    sorts: bool = True
    """False: it refuses a sort and a choice of fields."""
    ignores_paging: bool = False
    largest_limit: int = 100_000
    """What is more is refused."""
    withheld: set[str] = field(default_factory=set)
    """Collections that this client may not read."""
    grants: set[str] = field(default_factory=lambda: set(SCOPES.values()))
    """The scopes; with "" in it, tokens are given without one too."""
    replies: dict[str, list[Reply | None]] = field(default_factory=dict)
    """What the next requests for a collection are answered with; None as always."""
    before: Callable[[Asked], None] = lambda asked: None
    """Called with each request for a collection."""
    signed_by: str = ""
    """HMAC-SHA256 or HMAC-SHA1: it wants each request signed by OAuth 1.0a, and gives no tokens."""
    numbers_used: set[str] = field(default_factory=set)
    """The nonces of signed requests."""
    tokens: dict[str, str] = field(default_factory=dict)
    web: WebServer = field(init=False)

    @property
    def address(self) -> str:
        return self.web.address

    def options(self, **given: str) -> dict[str, str]:
        told = {"address": self.address, "client_id": CLIENT, "secret": SECRET}
        if self.signed_by:
            return told | {"sign_in": f"oauth1_{self.signed_by.removeprefix('HMAC-').lower()}"} | given
        return told | {"token_address": f"{self.address}/token"} | given

    def asked(self, contains: str = "/ims/") -> list[str]:
        """Return the paths that were asked for, with their queries."""
        return [each.path for each in self.web.asked if contains in each.path]

    def answer(self, asked: Asked) -> Reply:
        path = urlsplit(asked.path).path
        if path == "/token" and not self.signed_by:
            return self._token(asked)
        version = next((told for begins, told in PATHS.items() if path.startswith(begins)), None)
        if version not in self.versions:
            return Reply(404, b"Not Found", {"Content-Type": "text/plain"})
        if not self._is_signed_in(asked, version):
            return failure(version, 401, "unauthorisedrequest")
        self.before(asked)
        name = path.rpartition("/")[2]
        if self.replies.get(name) and (reply := self.replies[name].pop(0)) is not None:
            return reply
        if name in self.withheld:
            return failure(version, 403, "forbidden")
        key = "users" if name in ("students", "teachers") else name
        if key not in self.records:
            return failure(version, 404, "unknownobject")
        found = [each for each in self.records[key] if _is_one(name, each)]
        if version == "1.1" and key == "users":
            found = [as_of_1_1(each) for each in found]
        return self._collection(version, path, key, found, dict(parse_qsl(urlsplit(asked.path).query)))

    def _is_signed_in(self, asked: Asked, version: str) -> bool:
        if self.signed_by:
            return not signature_fault(asked, self.address, CLIENT, SECRET, self.signed_by, self.numbers_used)
        scope = self.tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        return scope in (SCOPES[version], "")

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        pair = b64encode(f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}" or asked.method != "POST":
            return answer_json({"error": "invalid_client"}, 401)
        if form["grant_type"] != "client_credentials":
            return answer_json({"error": "unsupported_grant_type"}, 400)
        if form.get("scope", "") not in self.grants:
            return answer_json({"error": "invalid_scope"}, 400)
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = form.get("scope", "")
        return answer_json({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _collection(self, version: str, path: str, key: str, found: list[Any], query: Mapping[str, str]) -> Reply:
        if set(query) - PARAMETERS or (not self.sorts and "sort" in query):
            return failure(version, 400, "invalid_sort_field")
        limit = int(query.get("limit", 100))
        if limit > self.largest_limit:
            return failure(version, 400, "invaliddata")
        if "sort" in query:
            found = sorted(found, key=lambda each: str(each.get(query["sort"], "")) if isinstance(each, dict) else "")
        total, begins, size = len(found), int(query.get("offset", 0)), min(limit, self.most_on_a_page)
        page = found if self.ignores_paging else found[begins : begins + size]
        if "fields" in query:
            wanted = set(query["fields"].split(","))
            page = [_narrowed(each, wanted) if isinstance(each, dict) else each for each in page]
        headers = {"X-Total-Count": str(total)} if self.counts else {}
        if self.links and begins + size < total:
            following = urlencode({**query, "offset": begins + size, "limit": size})
            first = urlencode({**query, "offset": 0, "limit": size})
            headers["Link"] = f'<{path}?{first}>; rel="first", <{path}?{following}>; rel="next"'
        return answer_json({key: page}, headers=headers)


def as_of_1_1(user: Any) -> Any:
    if not isinstance(user, dict):
        return user
    told = {name: value for name, value in user.items() if name not in ONLY_IN_1_2}
    if roles := user.get("roles"):
        told |= {"role": roles[0]["role"], "orgs": [each["org"] for each in roles]}
    return told


def failure(version: str, status: int, code: str) -> Reply:
    """Return a failure as the standard has it; the versions differ."""
    told: dict[str, Any] = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": f"No: {SECRET}",
    }
    if version == "1.1":
        return answer_json({"statusInfoSet": {**told, "imsx_codeMinor": code}}, status)
    fields = [{"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}]
    return answer_json({**told, "imsx_CodeMinor": {"imsx_codeMinorField": fields}}, status)


def answer_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})


def _is_one(name: str, user: Any) -> bool:
    wanted = {"students": "student", "teachers": "teacher"}.get(name)
    if wanted is None or not isinstance(user, dict):
        return True
    return any(isinstance(each, dict) and each["role"] == wanted for each in user.get("roles", ()))


def _narrowed(record: Mapping[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in wanted}


@contextmanager
def oneroster_service(**settings: Any) -> Iterator[OneRosterService]:
    service = OneRosterService(**settings)
    with web_server(service.answer) as web:
        service.web = web
        yield service
