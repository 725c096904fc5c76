"""The API answers as its schema says, whatever it is asked: requests that schemathesis makes from the schema."""

from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import add_token
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.roster import Choice
from photosync.core.run_states import RunState
from tests.apps.inputs.delivered import make_input, with_zip
from tests.apps.rosters.saved import make_held
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import around_today, make_profile, make_run, make_user

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6
api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.fixture
def headers(scene: Scene) -> dict[str, str]:  # noqa: F811
    """Return what lets an administrator in, to a small school."""
    now = datetime.now(UTC)
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    make_run(profile, RunState.HELD, now, explanation="Too many photos would be replaced.")
    open_cycle(scene.school, "2026 Semester 2", by="tests", now=now, people=Choice(year_level=("7",)))
    with_zip(make_input(scene.school, files={"1.jpg": b"x"}), b"PK\x03\x04 no more than this")
    make_held(scene.school)
    root = make_user("root", Role.ADMINISTRATOR, None)
    made = add_token(root, "schemathesis", scopes=list(Permission), school=None, days=1, now=now)
    return {"Host": "localhost", "Authorization": f"Bearer {made.secret}"}


@pytest.mark.usefixtures("lasting_connection")
@api.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_the_schema_says(case: Any, headers: dict[str, str]) -> None:
    # Each request meets the school as it was: what one has done, the next does not find.
    with transaction.atomic():
        case.call_and_validate(headers=headers, checks=CHECKS)
        transaction.set_rollback(True)
