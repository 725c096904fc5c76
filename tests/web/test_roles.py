"""Every address with every role: who gets in, who is refused and how, and that a refusal gives nothing away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from photosync.apps.accounts.models import Role, User
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.jobs import request_job
from photosync.apps.reports.models import CycleMember, ReportImport, ReportJob
from photosync.apps.reports.roster import Choice
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.core.run_states import RunState
from tests.apps.inputs.delivered import make_input, with_zip
from tests.apps.reports.cycles_scene import archive_report
from tests.apps.rosters.saved import make_held
from tests.web.access_table import ACCOUNT, AT_THE_DOOR, HIDDEN, NO, OPEN, PAGES, USERS, Access
from tests.web.conftest import Scene
from tests.web.pages import around_today, make_address, make_profile, make_run, make_user, signed_in

API = "api-v1:"
"""The endpoints of the API have a table of their own, in tests/api."""
ANONYMOUS, ROLELESS, ELSEWHERE, EVERYWHERE = "anonymous", "without a role", "elsewhere", "everywhere"
WHO = (ANONYMOUS, ROLELESS, *Role.values, ELSEWHERE, EVERYWHERE)
SIGN_IN = "/accounts/sign-in/"
SECRETS = ("Ada", "Abel", "Pelican Harbour", "7319-K")
LET_IN = frozenset({200, 201, 204, 286, 302, 400, 409, 422})


@dataclass(frozen=True)
class Everyone:
    scene: Scene
    values: dict[str, object]
    users: dict[str, User]
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """Return a client of its own in the session of `who`, who signs in once."""
        client = Client(headers={"host": "localhost"})
        if who == ANONYMOUS:
            return client
        if who not in self.cookies:
            self.cookies[who] = self._sign_in(who).cookies
        client.cookies = SimpleCookie(self.cookies[who])
        return client

    def _sign_in(self, who: str) -> Client:
        client = signed_in(self.users[who])
        if who == EVERYWHERE:
            client.post("/schools/", {"school": self.scene.school.code})
        return client

    def address(self, name: str, access: Access) -> str:
        return reverse(name, kwargs={each: self.values[each] for each in access.holds})


@pytest.fixture
def everyone(scene: Scene) -> Everyone:
    Person.objects.filter(pk=scene.ada.pk).update(code="7319-K")
    period = around_today(scene.school)
    profile = make_profile(scene.school, "Photo Sync", period)
    make_profile(scene.other_school, "Theirs", around_today(scene.other_school))
    SyncProfile.objects.update(options={"path": "/nowhere"})
    run = make_run(profile, RunState.HELD, datetime.now(UTC), explanation="Too many photos would be replaced.")
    listing = Listing.objects.create(profile=profile, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=1)
    file = ListedFile.objects.create(
        profile=profile, page=page, name="Ada Abel.jpg", size_bytes=1, stamp="1", state="unmatched"
    )
    users = {role: make_user(f"a-{role}", Role(role), scene.school) for role in Role.values}
    users[ROLELESS] = scene.roleless
    users[ELSEWHERE] = make_user("elsewhere", Role.ADMINISTRATOR, scene.other_school)
    users[EVERYWHERE] = make_user("everywhere", Role.ADMINISTRATOR, None)
    cycle = open_cycle(
        scene.school, "2026 Semester 2", by="tests", now=datetime.now(UTC), people=Choice(codes=("7319-K",))
    )
    imported = ReportImport.objects.create(
        cycle=cycle, state="previewed", created_at=datetime.now(UTC), created_by="tests"
    )
    archived = archive_report(CycleMember.objects.select_related("person", "cycle").get())
    waiting = make_held(scene.school)
    held = make_input(scene.school, files={"1.jpg": b"x"})
    sending = with_zip(held, b"PK\x03\x04 no more than this")
    values: dict[str, object] = {
        "roster_id": waiting.roster_id,
        "reading_id": waiting.pk,
        "input_id": held.pk,
        "held_file_id": held.files.get().pk,
        "delivery_id": sending.pk,
        "archive_id": sending.archives.get().pk,
        "import_id": imported.pk,
        "report_id": archived.pk,
        "cycle_id": cycle.pk,
        "member_id": CycleMember.objects.get().pk,
        "job_id": request_job(cycle, ReportJob.Kind.MAKE, {}, by="tests", now=datetime.now(UTC)).pk,
        "period_id": period.pk,
        "profile_id": profile.pk,
        "run_id": run.pk,
        "person_id": scene.ada.pk,
        "file_id": file.pk,
        "version_id": scene.ada.photo_versions.all()[0].pk,
        "year": scene.year,
        "size": "thumb",
        "which": "now",
        "token": "nothing-waits-under-this",
        "user_id": users[Role.STAFF].pk,
        "act_name": "end-sessions",
        "token_id": 1,
        "address_id": make_address(scene.school).pk,
        "form": "csv",
        "slug": "command-line",
        "feedback_id": 1,
    }
    return Everyone(scene, values, users)


def addresses() -> Iterator[str]:
    """Yield the name of every address of the site, with its namespace; without one, its pattern."""
    yield from _below(get_resolver(), "")


def _below(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _below(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        else:
            yield f"{namespace}{each.name}" if each.name else str(each.pattern)


def test_every_address_is_in_the_table() -> None:
    found = {name for name in addresses() if not name.startswith(API)}
    known = PAGES.keys() | AT_THE_DOOR

    missing, gone = sorted(found - known), sorted(known - found)
    assert not missing, (
        f"tests/web/access_table.py does not say who may use {missing}. Add a row for each to PAGES: what GET needs, "
        "what POST needs, and the names of the values in its address."
    )
    assert not gone, f"tests/web/access_table.py names addresses that are no more: {gone}. Take their rows away."


def by_part(names: Mapping[str, Access]) -> dict[str, list[str]]:
    """Return first part of the address -> the names of the addresses that begin with it."""
    found = defaultdict(list)
    for name in names:
        ways = get_resolver().reverse_dict.getlist(name)
        pattern = ways[0][0][0][0] if ways else "gone/"
        found[pattern.partition("/")[0] or "first page"].append(name)
    return dict(found)


PARTS = by_part(PAGES)


def expected(access: Access, needs: str, who: str) -> frozenset[int]:
    """Return the status codes that are right. 302 in them is to the sign-in where `who` is not signed in."""
    if needs == NO:
        return frozenset({405})
    if needs == OPEN:
        return LET_IN | {503}
    if who == ANONYMOUS:
        return frozenset({404} if needs == HIDDEN else {302}) | ({302} if needs == HIDDEN else set())
    if not _has(needs, who):
        return frozenset({404 if needs == HIDDEN else 403})
    if who == ELSEWHERE and access.is_of_a_school:
        return frozenset({404})
    return LET_IN | {404, 503} if access.may_be_gone else LET_IN


def _has(needs: str, who: str) -> bool:
    if needs == ACCOUNT:
        return True
    if who == ROLELESS:
        return False
    role = who if who in Role.values else Role.ADMINISTRATOR.value
    if needs == USERS:
        return role == Role.ADMINISTRATOR
    permission = Permission.PHOTO_VIEW if needs == HIDDEN else Permission(needs)
    if permission is Permission.SYSTEM_MANAGE:
        return who == EVERYWHERE
    return permission in PERMISSIONS[role]


def ask(everyone: Everyone, who: str, method: str, address: str) -> HttpResponseBase:
    """Ask, and take back whatever that changed."""
    client = everyone.client(who)
    with transaction.atomic():
        answer = client.get(address) if method == "GET" else client.post(address, {})
        transaction.set_rollback(True)
    return answer


def body_of(answer: HttpResponseBase) -> str:
    chunks = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(chunks).decode("utf-8", "replace")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("part", PARTS)
def test_only_who_may_gets_in(everyone: Everyone, part: str, method: str) -> None:
    wrong = {}
    for name in PARTS[part]:
        access = PAGES[name]
        needs = access.get if method == "GET" else access.post
        address = everyone.address(name, access)
        for who in WHO:
            answer = ask(everyone, who, method, address)
            right = expected(access, needs, who)
            to_sign_in = answer.headers.get("Location", "").startswith(SIGN_IN)
            if answer.status_code not in right or (to_sign_in and (who != ANONYMOUS or needs == OPEN)):
                wrong[name, who] = f"{answer.status_code}, not {sorted(right)}"
            told = _given_away(everyone, answer, who, needs)
            if told:
                wrong[name, who] = f"{answer.status_code}, and it gives away {told}"

    assert wrong == {}


def _given_away(everyone: Everyone, answer: HttpResponseBase, who: str, needs: str) -> list[str]:
    """Return what the answer tells of the school to who is refused, or is of another school."""
    is_refused = answer.status_code in (302, 401, 403, 404, 405)
    if who == EVERYWHERE or (who in Role.values and not is_refused) or needs == NO:
        return []
    # Of one's own school, the name stands on the page that refuses.
    secrets = [each for each in SECRETS if not (who in Role.values and each == "Pelican Harbour")]
    # A time zone to choose from, which is no one's name.
    told = body_of(answer).replace("America/Adak", "") + str(dict(answer.headers))
    return [each for each in secrets if each in told]


@pytest.mark.parametrize("who", [ANONYMOUS, ROLELESS, ELSEWHERE])
def test_the_door_tells_nothing_of_a_school(everyone: Everyone, who: str) -> None:
    values = everyone.values | {
        "uidb64": "MQ",
        "token": "x",
        "provider_id": "school",
        "session_id": 1,
        "pk": 1,
        "signed": "nothing",
        "secret": "nothing",
    }
    told = {}
    for name in AT_THE_DOOR:
        needed = {key for _way, keys in get_resolver().reverse_dict.getlist(name)[0][0] for key in keys}
        address = reverse(name, kwargs={key: values[key] for key in needed})
        answer = ask(everyone, who, "GET", address)
        given = [each for each in SECRETS if each in body_of(answer)]
        if given or answer.status_code >= 500:
            told[name] = (answer.status_code, given)

    assert told == {}
