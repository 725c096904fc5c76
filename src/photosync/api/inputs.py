"""/inputs: Sync UI inputs, the containers that photos are delivered into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import Id, SchoolCode, told
from photosync.api.idempotency import idempotent
from photosync.api.input_shapes import (
    ChangedInput,
    Cleared,
    Cloned,
    InputFiles,
    Inputs,
    InputShape,
    Matching,
    NewInput,
)
from photosync.api.paging import After, Limit, part
from photosync.api.source_shapes import TriedShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.inputs import services
from photosync.apps.inputs.documents import file_document, input_document, input_documents
from photosync.apps.inputs.models import Input, InputFile
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.sources.trying import try_profile
from photosync.core.errors import NotFound, WrongUse

router = Router(tags=["inputs"])
VIEW, MANAGE = Permission.SYNC_VIEW, Permission.SYNC_MANAGE


def the_input(request: ApiRequest, input_id: int, needs: Permission | Sequence[Permission]) -> Input:
    missing = NotFound(_("There is no input {number}. Nothing was done.").format(number=input_id))
    found = Input.objects.select_related("school").filter(pk=input_id).first()
    if found is None:
        raise missing
    request.auth.reach(found.school, needs, missing)
    return found


@router.get("", response=Inputs, openapi_extra=told(VIEW))
def list_inputs(
    request: ApiRequest, school: SchoolCode = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List the inputs of a school, with how much each holds."""
    the_school = request.auth.school(school, VIEW)
    rows = Input.objects.filter(school=the_school)
    return answer(request, part(rows, lambda page: input_documents(page, the_school), after=after, limit=limit))


@router.post("", response={201: InputShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def add_input(request: ApiRequest, body: NewInput, school: SchoolCode = None) -> HttpResponse:
    """Make an empty input. A name that is in use is refused."""
    the_school = request.auth.school(school, MANAGE)
    made = services.add_input(
        the_school, body.name, description=body.description, by=request.auth.name, now=request.auth.now
    )
    return _made(request, made)


@router.get("/{input_id}", response=InputShape, openapi_extra=told(VIEW))
def show_input(request: ApiRequest, input_id: Id) -> HttpResponse:
    """Show an input: how much it holds, and which sync profiles read it."""
    return answer(request, input_document(the_input(request, input_id, VIEW)))


@router.patch("/{input_id}", response=InputShape, openapi_extra=told(MANAGE))
def change_input(request: ApiRequest, input_id: Id, body: ChangedInput) -> HttpResponse:
    """Rename an input, or describe it otherwise. Sync profiles that read it go on reading it."""
    found = the_input(request, input_id, MANAGE)
    if body.name is None and body.description is None:
        raise WrongUse(_("No change was given. Nothing was done."))
    changed = services.change_input(found, name=body.name, description=body.description)
    return answer(request, input_document(changed))


@router.post("/{input_id}/clone", response={201: InputShape}, openapi_extra=told(MANAGE, once=True))
@idempotent
def clone_input(request: ApiRequest, input_id: Id, body: Cloned) -> HttpResponse:
    """Make a new input with the same files. A name that is in use is refused."""
    found = the_input(request, input_id, MANAGE)
    return _made(request, services.clone_input(found, body.name, by=request.auth.name, now=request.auth.now))


@router.post("/{input_id}/clear", response=Cleared, openapi_extra=told(MANAGE, once=True))
@idempotent
def clear_input(request: ApiRequest, input_id: Id) -> HttpResponse:
    """Take every file out of an input."""
    found = the_input(request, input_id, MANAGE)
    count = services.clear_input(found, by=request.auth.name, now=request.auth.now)
    return answer(request, input_document(the_input(request, input_id, MANAGE)) | {"cleared": count})


@router.delete("/{input_id}", response={204: None}, openapi_extra=told(MANAGE))
def delete_input(request: ApiRequest, input_id: Id) -> HttpResponse:
    """Delete an input with its files. One that a sync profile reads is refused."""
    services.delete_input(the_input(request, input_id, MANAGE))
    return HttpResponse(status=204)


@router.post("/{input_id}/test", response=TriedShape, openapi_extra=told(MANAGE))
def test_input(request: ApiRequest, input_id: Id, body: Matching) -> HttpResponse:
    """Say what an input holds and whom its files match. Nothing is saved."""
    found = the_input(request, input_id, MANAGE)
    changes = ProfileSettings(
        source_kind="input", options={**body.options, "input": found.option}, components=body.components
    )
    return answer(request, try_profile(SyncProfile(school=found.school), changes).document())


@router.get("/{input_id}/files", response=InputFiles, openapi_extra=told(VIEW))
def list_files(request: ApiRequest, input_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the files of an input, in the order in which they came."""
    found = the_input(request, input_id, VIEW)
    rows = InputFile.objects.filter(input=found)
    sees = Permission.DATA_MANAGE in request.auth.may(found.school)
    names = ProtectedNames(found.school_id, shown=sees)

    def shown(page: list[InputFile]) -> list[dict[str, Any]]:
        return [file_document(each, found.school, names) for each in page]

    return answer(request, part(rows, shown, after=after, limit=limit))


@router.delete("/{input_id}/files/{input_file_id}", response={204: None}, openapi_extra=told(MANAGE))
def remove_file(request: ApiRequest, input_id: Id, input_file_id: Id) -> HttpResponse:
    """Take one file out of an input."""
    found = the_input(request, input_id, MANAGE)
    services.remove_file(found, input_file_id, by=request.auth.name, now=request.auth.now)
    return HttpResponse(status=204)


def _made(request: ApiRequest, made: Input) -> HttpResponse:
    return answer(request, input_document(made), status=201, location=f"/api/v1/inputs/{made.pk}")
