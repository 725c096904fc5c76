"""/sources: a data source as it would be, before there is a sync profile that reads it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import Body, OptionText, SchoolCode, ShortText, told
from photosync.api.source_shapes import MatchesShape, TriedShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import BOTH_COMPONENTS
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.sources.choosing import matches_document
from photosync.apps.sources.trying import try_profile

router = Router(tags=["profiles"])
MANAGE = Permission.SYNC_MANAGE


class UnsavedSource(Body):
    """A source as POST /profiles takes it, secrets among its options. Nothing of it is kept."""

    source: ShortText
    options: Annotated[dict[ShortText, OptionText], Field(max_length=50)] = {}
    components: Annotated[list[ShortText], Field(max_length=10)] = list(BOTH_COMPONENTS)

    def as_settings(self) -> ProfileSettings:
        return ProfileSettings(source_kind=self.source, options=self.options, components=self.components)


@router.post("/test", response=TriedShape, openapi_extra=told(MANAGE))
def try_unsaved_source(request: ApiRequest, body: UnsavedSource, school: SchoolCode = None) -> HttpResponse:
    """Look into a data source before anything is saved: what it holds, and whom it matches."""
    unsaved = SyncProfile(school=request.auth.school(school, MANAGE))
    return answer(request, try_profile(unsaved, body.as_settings()).document())


@router.post("/matches", response=MatchesShape, openapi_extra=told(MANAGE))
def count_in_source(request: ApiRequest, body: UnsavedSource, school: SchoolCode = None) -> HttpResponse:
    """Count whom the files of a source that was tested of late would match with these options. Nothing is saved."""
    unsaved = SyncProfile(school=request.auth.school(school, MANAGE))
    return answer(request, matches_document(unsaved, body.as_settings()))
