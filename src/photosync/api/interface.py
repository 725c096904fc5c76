"""The interface as a whole: its resources, what holds for all of them, and its schema."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ninja import NinjaAPI

from photosync import __version__
from photosync.api import (
    archive,
    calendar,
    deliveries,
    end_of_year,
    erasing,
    inputs,
    installation,
    notifications,
    people,
    periods,
    photo_lists,
    photos,
    problems,
    profiles,
    records,
    report_imports,
    report_making,
    report_members,
    reporting,
    review,
    rosters,
    runs,
    schools,
    sources,
    tokens,
    users,
)
from photosync.api.access import ApiRequest, ApiTokenAuth
from photosync.api.bodies import JsonParser, check_forms
from photosync.api.schema import described
from photosync.apps.audit.acting import acting_as


def acting_for_token(view: Callable[..., Any]) -> Callable[..., Any]:
    """Record what is done inside as done by the token's account."""

    @wraps(view)
    def acting(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        with acting_as(request.auth.actor):
            return view(request, *args, **kwargs)

    return acting


class Interface(NinjaAPI):
    def get_openapi_schema(self, **given: Any) -> Any:
        return described(super().get_openapi_schema(**given))


api = Interface(
    title="Photo Sync",
    version=__version__,
    description="Keeps the portrait photos of a school's students and staff in step.",
    auth=ApiTokenAuth(),
    parser=JsonParser(),
    docs_url=None,
    urls_namespace="api-v1",
)
problems.install(api)
api.add_decorator(check_forms, mode="view")
api.add_decorator(acting_for_token, mode="operation")
api.add_router("/schools", schools.router)
api.add_router("/people", people.router)
api.add_router("/people", photos.router)
api.add_router("/rosters", rosters.router)
api.add_router("/periods", periods.router)
api.add_router("/profiles", profiles.router)
api.add_router("/sources", sources.router)
api.add_router("/inputs", inputs.router)
api.add_router("/inputs", deliveries.router)
api.add_router("/runs", runs.router)
api.add_router("/review", review.router)
api.add_router("/reporting-cycles", reporting.router)
api.add_router("/reporting-cycles", report_members.router)
api.add_router("/reporting-cycles", report_imports.router)
api.add_router("/reporting-cycles", archive.cycle_router)
api.add_router("", archive.router)
api.add_router("/users", users.router)
api.add_router("/notifications", notifications.router)
api.add_router("", report_making.router)
api.add_router("", erasing.router)
api.add_router("", photo_lists.router)
api.add_router("", calendar.router)
api.add_router("", end_of_year.router)
api.add_router("", tokens.router)
api.add_router("", records.router)
api.add_router("", installation.router)
