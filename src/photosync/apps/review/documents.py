"""Review as documents for the command line and the API, and files named as people write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames, may_be_protected, not_named
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.review.looking import may_be_of_protected
from photosync.apps.review.models import ReviewDecision
from photosync.apps.review.queues import Queue, Waiting
from photosync.apps.review.remembered import decisions_in_force
from photosync.apps.review.services import path_of
from photosync.apps.review.suggestions import collision_for, suggestions_for
from photosync.apps.review.without_photo import PersonWithout, told_of, without_photo
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.queries import files_in
from photosync.core.errors import NotFound, WrongUse
from photosync.core.people import quoted
from photosync.engine.names import stored_name

State = ListedFile.State
ROWS_AT_ONCE = 500
LOADED_WITH = ("page", "profile__school", "person", "picture")


def waiting_documents(waiting: Waiting, queue: Queue) -> Iterator[dict[str, Any]]:
    """Yield every file that waits in `queue`, with whom it may be; of protected people only what may be seen."""
    rows, last = waiting.files(queue).select_related(*LOADED_WITH), 0
    while part := list(rows.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        last = part[-1].pk
        yield from file_documents(part, queue, waiting.school, shows_protected=waiting.shows_protected)


def file_documents(
    files: Sequence[ListedFile], queue: Queue, school: School, *, shows_protected: bool
) -> list[dict[str, Any]]:
    """Return `files` of a queue as documents; of one that may be of a protected person neither name nor reason."""
    names = ProtectedNames(school.pk, shown=shows_protected)
    hidden = set() if shows_protected else may_be_of_protected(files, names)
    return [
        _file_document(each, queue, is_hidden=each.pk in hidden, shows_protected=shows_protected) for each in files
    ]


def _file_document(file: ListedFile, queue: Queue, *, is_hidden: bool, shows_protected: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "queue": queue.value,
        "profile": file.profile.name,
        "file": not_named() if is_hidden else path_of(file),
        "run": file.noted_in_run,
        "year": file.academic_year,
        "person": None if file.person is None else person_words(file.person),
        "reason_code": file.reason_code,
        "reason": may_be_protected() if is_hidden else file.reason,
        "suggestions": [],
    }
    # Who is suggested tells what the file is called.
    if queue in (Queue.UNMATCHED, Queue.COLLISION) and not is_hidden:
        found = (collision_for if queue is Queue.COLLISION else suggestions_for)(
            file, shows_protected=shows_protected
        )
        document["suggestions"] = [person_words(each.person) | {"why": each.why} for each in found]
    return document


def without_photo_documents(school: School, now: datetime, *, shows_protected: bool) -> Iterator[dict[str, Any]]:
    """Yield everyone of whom no photo of this academic year is shown, and what there is of each instead."""
    year = academic_year_now(school, now)
    rows, last = without_photo(school, year, shows_protected=shows_protected).order_by("pk"), 0
    while part := list(rows.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        last = part[-1].pk
        yield from map(without_document, told_of(part, year))


def without_document(each: PersonWithout) -> dict[str, Any]:
    return {
        "queue": Queue.WITHOUT_PHOTO.value,
        "person": person_words(each.person),
        "year_level": each.person.year_level,
        "shown_year": each.shown_year,
        "withdrawn": each.is_withdrawn,
        "rejected_files": each.rejected,
        "files_in_review": each.in_review,
    }


def person_words(person: Person) -> dict[str, str]:
    return {"kind": person.kind, "code": person.code, "name": person.label}


def decision_document(made: ReviewDecision, names: ProtectedNames | None = None) -> dict[str, Any]:
    """Return a decision; `undone_at` is null while it is in force. `names` are those that its file may not tell."""
    zone = made.school.zone
    return {
        "decision": made.pk,
        "verdict": made.verdict,
        "profile": None if made.profile is None else made.profile.name,
        "file": made.path if names is None else names.path(made.path),
        "person": None if made.person is None else person_words(made.person),
        "year": made.academic_year,
        "made_by": made.made_by,
        "made_at": made.made_at.astimezone(zone).isoformat(timespec="seconds"),
        "undone_by": made.undone_by or None,
        "undone_at": None
        if made.undone_at is None
        else made.undone_at.astimezone(zone).isoformat(timespec="seconds"),
    }


def decisions_of(school: School, profile: SyncProfile | None = None) -> Iterator[ReviewDecision]:
    """Yield the decisions in force, the newest first; what was decided along with another goes with that."""
    rows = decisions_in_force().filter(school=school, part_of__isnull=True)
    if profile is not None:
        rows = rows.filter(profile=profile)
    yield from rows.select_related("school", "profile", "person").order_by("-pk").iterator(chunk_size=ROWS_AT_ONCE)


def file_named(school: School, path: str, profile: SyncProfile | None = None) -> ListedFile:
    """Return the file that waits in review under this path in its source. Raises NotFound, WrongUse."""
    folder, _, name = path.strip().rpartition("/")
    profiles = [profile] if profile is not None else list(SyncProfile.objects.filter(school=school))
    found = [
        file
        for each in profiles
        for file in files_in(each.pk, [State.UNMATCHED, State.REVIEW, State.REJECTED])
        .filter(page__folder=stored_name(folder), name=stored_name(name))
        .select_related(*LOADED_WITH)[:1]
    ]
    if not found:
        raise NotFound(
            f"No file {quoted(path)} waits in review. Nothing was changed. See those that wait.",
            command_line="photosync review list",
        )
    if len(found) > 1:
        names = ", ".join(quoted(file.profile.name) for file in found)
        raise WrongUse(
            f"{quoted(path)} waits for several sync profiles: {names}. Nothing was changed. Say which is meant.",
            command_line="--profile NAME",
        )
    return found[0]
