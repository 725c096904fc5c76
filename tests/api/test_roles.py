"""Every operation of the API with a token of every role: who gets in, who is refused and how."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.accounts.permissions import OF_THE_INSTALLATION, PERMISSIONS, Permission
from photosync.apps.accounts.tokens import add_token, held_anywhere, revoke_token
from photosync.apps.help.models import Feedback
from photosync.apps.library.store import photo_store
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.jobs import request_job
from photosync.apps.reports.models import CycleMember, ReportImport, ReportJob
from photosync.apps.reports.roster import Choice
from photosync.apps.review import services as review
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.core.run_states import RunState
from tests.api.access_table import PERSON, RECORDS, ROWS, TOKEN, Row
from tests.apps.inputs.delivered import make_input, with_zip
from tests.apps.reports.archive_school import pdf
from tests.apps.reports.cycles_scene import archive_report
from tests.apps.rosters.saved import make_held
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import around_today, make_address, make_profile, make_run, make_user

ROOT = "/api/v1"
NONE, EXPIRED, REVOKED, ELSEWHERE, EVERYWHERE = "none", "expired", "revoked", "elsewhere", "everywhere"
WITHOUT = (NONE, EXPIRED, REVOKED)
WHO = (*WITHOUT, *Role.values, ELSEWHERE, EVERYWHERE)
LET_IN = frozenset({200, 201, 202, 204, 400, 409, 422, 428})
SECRETS = ("Ada", "Abel", "Pelican Harbour")


@dataclass(frozen=True)
class Everyone:
    values: dict[str, int]
    secrets: dict[str, str]

    def client(self, who: str) -> Client:
        bearer = {"authorization": f"Bearer {self.secrets[who]}"} if who in self.secrets else {}
        return Client(headers={"host": "localhost", **bearer})


@pytest.fixture
def everyone(scene: Scene) -> Everyone:  # noqa: F811
    now = datetime.now(UTC)
    period = around_today(scene.school)
    profile = make_profile(scene.school, "Photo Sync", period)
    SyncProfile.objects.update(options={"path": "/nowhere"})
    run = make_run(profile, RunState.HELD, now, explanation="Too many photos would be replaced.")
    listing = Listing.objects.create(profile=profile, source_fingerprint="x")
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="", digest=b"0" * 16, entry_count=2)
    files = [
        ListedFile.objects.create(profile=profile, page=page, name=name, size_bytes=1, stamp="1", state="unmatched")
        for name in ("Ada Abel.jpg", "logo.jpg")
    ]
    users: dict[str, User] = {role: make_user(f"a-{role}", Role(role), scene.school) for role in Role.values}
    users[ELSEWHERE] = make_user("elsewhere", Role.ADMINISTRATOR, scene.other_school)
    users[EVERYWHERE] = make_user("everywhere", Role.ADMINISTRATOR, None)
    made = {
        who: add_token(user, "tests", scopes=held_anywhere(user), school=None, days=1, now=now)
        for who, user in users.items()
    }
    ended = {
        who: add_token(users[EVERYWHERE], who, scopes=list(Permission), school=None, days=1, now=begun)
        for who, begun in ((EXPIRED, now - timedelta(days=2)), (REVOKED, now))
    }
    revoke_token(ended[REVOKED].token, by="tests", now=now)
    decision = review.dismiss(files[1].pk, scene.school, by="tests", now=now)
    said = Feedback.objects.create(article="held-runs", is_helpful=False, said_at=now)
    cycle = open_cycle(scene.school, "2026 Semester 2", by="tests", now=now, people=Choice(codes=(scene.ada.code,)))
    job = request_job(cycle, ReportJob.Kind.MAKE, {}, by="tests", now=now)
    school_reports = ReportImport.objects.create(cycle=cycle, state="previewed", created_at=now, created_by="tests")
    with photo_store().batch() as batch:
        stored = batch.add(pdf("a report"))
        batch.commit()
    archived = archive_report(CycleMember.objects.select_related("person", "cycle").get(), stored)
    waiting = make_held(scene.school)
    held = make_input(scene.school, files={"1.jpg": b"x"})
    sending = with_zip(held, b"PK\x03\x04 no more than this")
    values = {
        "roster_id": waiting.roster_id,
        "reading_id": waiting.pk,
        "input_id": held.pk,
        "input_file_id": held.files.get().pk,
        "delivery_id": sending.pk,
        "archive_id": sending.archives.get().pk,
        "report_id": archived.pk,
        "import_id": school_reports.pk,
        "cycle_id": cycle.pk,
        "job_id": job.pk,
        "school_id": scene.school.pk,
        "person_id": scene.ada.pk,
        "period_id": period.pk,
        "profile_id": profile.pk,
        "run_id": run.pk,
        "file_id": files[0].pk,
        "address_id": make_address(scene.school).pk,
        "decision_id": decision.pk,
        "user_id": users[Role.STAFF].pk,
        "token_id": ended[EXPIRED].token.pk,
        "feedback_id": said.pk,
        "year": 2031,
    }
    return Everyone(values, {who: each.secret for who, each in (made | ended).items()})


def schema() -> dict[str, Any]:
    return Client(headers={"host": "localhost"}).get(f"{ROOT}/openapi.json").json()


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path.removeprefix(ROOT)}": told
        for path, of_path in schema()["paths"].items()
        for method, told in of_path.items()
    }


def test_every_operation_is_in_the_table() -> None:
    found = operations()

    missing, gone = sorted(found.keys() - ROWS.keys()), sorted(ROWS.keys() - found.keys())
    assert not missing, f"tests/api/access_table.py does not say who may use {missing}. Add a row for each."
    assert not gone, f"tests/api/access_table.py names operations that are no more: {gone}. Take their rows away."


def test_schema_tells_the_permission_that_is_needed() -> None:
    told = {name: each["x-permission"] for name, each in operations().items()}

    assert told == {name: None if row.needs == TOKEN else row.needs for name, row in ROWS.items()}


def expected(row: Row, who: str) -> frozenset[int]:
    if who in WITHOUT:
        return frozenset({401})
    if who == ELSEWHERE and row.of_school:
        return frozenset({404})
    if not _has(row.needs, who):
        return frozenset({403})
    return LET_IN | {404} if row.may_be_gone else LET_IN


def _has(needs: str, who: str) -> bool:
    if needs == TOKEN:
        return True
    role = who if who in Role.values else Role.ADMINISTRATOR.value
    held = PERMISSIONS[role] if who == EVERYWHERE else PERMISSIONS[role] - OF_THE_INSTALLATION
    if needs == RECORDS:
        return held >= frozenset(Permission) - OF_THE_INSTALLATION
    return any(each in held for each in needs.split(" or "))


def by_part() -> dict[str, list[str]]:
    """Return first part of the path -> the operations whose paths begin with it."""
    found = defaultdict(list)
    for name in sorted(ROWS):
        found[name.split("/")[1]].append(name)
    return dict(found)


PARTS = by_part()


@pytest.mark.parametrize("part", PARTS)
def test_operation_lets_in_whom_it_should(everyone: Everyone, part: str) -> None:
    wrong = {}
    for name in PARTS[part]:
        row = ROWS[name]
        method, _, path = name.partition(" ")
        address = ROOT + path.format(**everyone.values) + row.query
        given = what_is_sent(row, everyone)
        for who in WHO:
            with transaction.atomic():
                answer = everyone.client(who).generic(method, address, **given)
                transaction.set_rollback(True)
            told = amiss(answer, expected(row, who))
            if told:
                wrong[name, who] = (answer.status_code, *told)

    assert wrong == {}


def what_is_sent(row: Row, everyone: Everyone) -> dict[str, Any]:
    if row.body is None:
        return {}
    person = str(everyone.values["person_id"])
    body = row.body if isinstance(row.body, str) else json.dumps(row.body).replace(f'"{PERSON}"', person)
    return {"data": body, "content_type": row.form}


def amiss(answer: Any, right: frozenset[int]) -> list[str]:
    """Return what is wrong with the answer: its status, a refusal in another form, or what it gives away."""
    # What is a stream or no text is a file, which only those get who may.
    content = "" if answer.streaming else answer.content.decode("utf-8", "replace")
    found = []
    if answer.status_code not in right:
        found.append(f"not {sorted(right)}: {content[:300]}")
    if answer.status_code >= 400 and answer.headers["Content-Type"] != "application/problem+json":
        found.append(answer.headers["Content-Type"])
    if not right & {200}:
        found += [f"gives away {word}" for word in SECRETS if word in content]
    return found
