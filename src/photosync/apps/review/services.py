"""Deciding in review, and taking a decision back. Each takes effect with the next run.

While one of these writes, no run of the school does: both hold the run's row. A run that has read before what is
decided now finds out before it writes (`ledger.matching`, `ledger.planning`), and leaves the file to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.models import PhotoVersion
from photosync.apps.people.models import Person
from photosync.apps.review.models import OF_FILES, OF_PHOTOS, OF_PICTURES, ReviewDecision, Verdict
from photosync.apps.review.queues import CODES, Queue, queue_of
from photosync.apps.review.remembered import bytes_key, decisions_in_force, file_key, told
from photosync.apps.runs.ledger.observing import decide_again
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.errors import NotFound, Refused
from photosync.core.matching import no_photo_is_kept
from photosync.core.people import PersonKind, quoted
from photosync.core.plan import Reason
from photosync.core.run_states import ALIVE
from photosync.engine.names import joined_path, original_name, readable_path

State = ListedFile.State


def path_of(file: ListedFile) -> str:
    return readable_path(joined_path(original_name(file.page.folder), original_name(file.name)))


def accept(file_id: int, school: School, person: Person, *, by: str, now: datetime) -> ReviewDecision:
    """Decide that a file that waits in review is a photo of `person`.

    In Unmatched and Collision the file is matched; of a picture that came for several people it is said whose it
    is; an old photo that came back, or one of two pictures, becomes the one for its year. Raises NotFound, Refused.
    """
    with _deciding(school):
        file, queue = _waiting_file(file_id, school)
        _check_person(file, person)
        if queue in (Queue.UNMATCHED, Queue.COLLISION):
            made = _match(file, person, by, now)
        elif queue is Queue.SAME_PICTURE:
            made = _give_picture(file, person, by, now)
        elif queue is Queue.REJECTED:
            raise Refused(
                f"The picture {quoted(path_of(file))} cannot be used: {file.reason} Nothing was changed. "
                "Put a better file into the source, or dismiss this one."
            )
        else:
            made = _accept_photo(file, queue, person, by, now)
        record(Act.REVIEW_MATCHED, made, school=school, person_id=person.pk, note=_note(made))
    return made


def dismiss(file_id: int, school: School, *, by: str, now: datetime) -> ReviewDecision:
    """Decide against a file that waits in review; it is remembered. Raises NotFound, Refused.

    In Unmatched and Collision: not a person here. A picture of several people is nobody's photo. An old photo or one
    of two pictures is not the person's photo of that year. A refused picture is not shown until its bytes change.
    """
    with _deciding(school):
        file, queue = _waiting_file(file_id, school)
        if queue in (Queue.UNMATCHED, Queue.COLLISION):
            made = _decide(file, Verdict.NOBODY, by, now, code_before=file.reason_code, reason_before=file.reason)
            _say(file, State.DISMISSED, Reason.DISMISSED, told(made.verdict, by, now, school.zone))
        elif queue is Queue.REJECTED:
            made = _decide(file, Verdict.REFUSAL_SEEN, by, now, bytes_key=bytes_key(file))
            ListedFile.objects.filter(pk=file.pk).update(state=State.DISMISSED)
        elif queue is Queue.SAME_PICTURE:
            made = _decide(file, Verdict.PLACEHOLDER, by, now, picture=file.picture)
            _files_with(made, State.REVIEW, CODES[Queue.SAME_PICTURE]).update(state=State.TO_DECIDE)
        else:
            made = _decide(
                file, Verdict.DISMISSED, by, now, person=file.person, picture=file.picture, year=_year(file, now)
            )
            _in_review(file, CODES[queue]).update(state=State.TO_DECIDE)
        record(Act.REVIEW_DISMISSED, made, school=school, person_id=file.person_id, note=_note(made))
    return made


def undo(decision_id: int, school: School, *, by: str, now: datetime) -> ReviewDecision:
    """Take a decision back: what it was about waits again, at once or after the next run.

    A photo that a run has published meanwhile stays; undoing that run, or that person's photo, takes it back.
    Raises NotFound, and Refused where it was taken back before.
    """
    with _deciding(school):
        made = ReviewDecision.objects.filter(school=school, pk=decision_id).select_related("part_of").first()
        if made is None:
            raise NotFound(
                f"There is no decision {decision_id}. Nothing was changed. See those that there are.",
                command_line="photosync review decisions",
            )
        made = made.part_of or made
        if made.undone_at is not None:
            told_of = quoted(str(made))
            raise Refused(f"{made.undone_by} took the decision on {told_of} back already. Nothing was changed.")
        for each in (made, *made.parts.filter(undone_at__isnull=True)):
            each.undone_by, each.undone_at = by, now
            each.save(update_fields=("undone_by", "undone_at"))
            _let_wait_again(each, now)
        record(Act.REVIEW_UNDONE, made, school=school, person_id=made.person_id, note=_note(made))
    return made


@contextmanager
def _deciding(school: School) -> Iterator[None]:
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        alive = Run.objects.filter(profile__school=school, state__in=ALIVE).order_by("pk")
        list(alive.select_for_update(of=("self",)))
        yield


def _waiting_file(file_id: int, school: School) -> tuple[ListedFile, Queue]:
    rows = ListedFile.objects.select_related("page", "profile__school", "person", "picture")
    file = rows.filter(pk=file_id, profile__school=school).first()
    queue = None if file is None else queue_of(file)
    if file is None or queue is None:
        raise NotFound(
            "That file does not wait in review any more: someone decided on it, or a run has found it changed. "
            "Nothing was changed. Look at what waits now."
        )
    return file, queue


def _check_person(file: ListedFile, person: Person) -> None:
    profile = file.profile
    if person.school_id != profile.school_id:
        raise NotFound(f"{person} is not of this school. Nothing was changed.")
    if person.status == Person.Status.LEFT:
        raise Refused(
            f"{person} has left, so no photo is taken in. Nothing was changed. Dismiss the file, if at all."
        )
    if person.keeps_no_photo:
        raise Refused(f"{no_photo_is_kept(str(person))} Nothing was changed.")
    if person.kind not in profile.components:
        kind = PersonKind(person.kind).component
        raise Refused(
            f"{profile.name} does not sync {kind}, and {person} is one of them. Nothing was changed. "
            f"Switch on {kind} for it in Manage Sync first."
        )


def _decide(
    file: ListedFile, verdict: Verdict, by: str, now: datetime, *, year: int | None = None, **more: object
) -> ReviewDecision:
    """Store a decision about `file`; one in force that it contradicts is taken back."""
    listing = Listing.objects.get(profile=file.profile_id)
    made = ReviewDecision(
        school=file.profile.school,
        verdict=verdict,
        profile=file.profile,
        file_key=file_key(listing, file.page.folder, file.name),
        folder=file.page.folder,
        name=file.name,
        academic_year=year,
        made_by=by,
        made_at=now,
        **more,
    )
    _contradicted(made).update(undone_by=by, undone_at=now)
    made.save(force_insert=True)
    return made


def _contradicted(made: ReviewDecision) -> QuerySet[ReviewDecision]:
    rows = decisions_in_force().filter(school_id=made.school_id)
    if made.verdict in OF_FILES:
        return rows.filter(verdict__in=OF_FILES, profile=made.profile, file_key=made.file_key)
    if made.verdict in OF_PICTURES:
        return rows.filter(verdict__in=OF_PICTURES, picture=made.picture)
    if made.verdict in OF_PHOTOS:
        same = {"person": made.person, "academic_year": made.academic_year, "picture": made.picture}
        return rows.filter(verdict__in=OF_PHOTOS, **same)
    return rows.filter(verdict=made.verdict, profile=made.profile, file_key=made.file_key, bytes_key=made.bytes_key)


def _match(file: ListedFile, person: Person, by: str, now: datetime) -> ReviewDecision:
    made = _decide(
        file, Verdict.MATCHED, by, now, person=person, code_before=file.reason_code, reason_before=file.reason
    )
    ListedFile.objects.filter(pk=file.pk).update(state=State.TO_MATCH)
    return made


def _give_picture(file: ListedFile, person: Person, by: str, now: datetime) -> ReviewDecision:
    holders = _in_school(file).filter(picture=file.picture, person=person, state=State.REVIEW)
    if not holders.exists():
        raise Refused(
            f"No file with this picture is for {person}. Nothing was changed. Choose one of those it came for."
        )
    made = _decide(file, Verdict.PICTURE_OF, by, now, person=person, picture=file.picture)
    _files_with(made, State.REVIEW, CODES[Queue.SAME_PICTURE]).update(state=State.TO_DECIDE)
    return made


def _accept_photo(file: ListedFile, queue: Queue, person: Person, by: str, now: datetime) -> ReviewDecision:
    if file.person_id != person.pk:
        raise Refused(
            f"{quoted(path_of(file))} matches {file.person}, not {person}. Nothing was changed. "
            "If that is wrong, dismiss it and correct the file's name, or the roster."
        )
    year = _year(file, now)
    made = _decide(file, Verdict.ACCEPTED, by, now, person=person, picture=file.picture, year=year)
    if queue is Queue.TWO_PICTURES:
        for other in _in_review(file, CODES[queue]).exclude(picture=file.picture).select_related(*_WITH):
            if _year(other, now) == year and not _dismissed_with(made, other):
                more = {"person": person, "picture": other.picture, "part_of": made}
                _decide(other, Verdict.DISMISSED, by, now, year=year, **more)
    _in_review(file, CODES[queue]).update(state=State.TO_DECIDE)
    return made


_OF_PICTURES = (*CODES[Queue.SAME_PICTURE], *CODES[Queue.RETURNED], *CODES[Queue.TWO_PICTURES])
_WITH = ("page", "profile__school", "person", "picture")


def _dismissed_with(made: ReviewDecision, other: ListedFile) -> bool:
    return made.parts.filter(picture=other.picture).exists()


def _year(file: ListedFile, now: datetime) -> int:
    return file.academic_year or academic_year_now(file.profile.school, now)


def _in_school(file: ListedFile) -> QuerySet[ListedFile]:
    return ListedFile.objects.filter(profile__school_id=file.profile.school_id)


def _in_review(file: ListedFile, codes: tuple[str, ...]) -> QuerySet[ListedFile]:
    """Return the files of the same person and profile that wait for the same reason."""
    files = ListedFile.objects.filter(profile=file.profile, person=file.person, state=State.REVIEW)
    files = files.filter(reason_code__in=codes)
    return files if file.reason_code == Reason.TWO_PICTURES else files.filter(picture=file.picture)


def _files_with(made: ReviewDecision, state: ListedFile.State, codes: tuple[str, ...]) -> QuerySet[ListedFile]:
    """Return the files of the school with the picture of a decision, in `state` for one of the reasons."""
    files = ListedFile.objects.filter(picture=made.picture, profile__school_id=made.school_id)
    return files.filter(state=state, reason_code__in=codes)


def _say(file: ListedFile, state: ListedFile.State, code: str, reason: str) -> None:
    ListedFile.objects.filter(pk=file.pk).update(state=state, reason_code=code, reason=reason)


def _note(made: ReviewDecision) -> str:
    return str(Verdict(made.verdict).label)


def _let_wait_again(made: ReviewDecision, now: datetime) -> None:
    """Put what a decision was about back where it waited; where a run has followed it, the next run decides again."""
    if made.verdict in OF_FILES:
        for file in _files_named(made):
            _unmatch(file, made)
    elif made.verdict == Verdict.REFUSAL_SEEN:
        seen = [file.pk for file in _files_named(made) if bytes_key(file) == made.bytes_key]
        ListedFile.objects.filter(pk__in=seen, state=State.DISMISSED).update(state=State.REJECTED)
    else:
        _let_picture_wait_again(made, now)


def _let_picture_wait_again(made: ReviewDecision, now: datetime) -> None:
    files = ListedFile.objects.filter(picture=made.picture, profile__school_id=made.school_id)
    followed = files.filter(state=State.SETTLED)
    if made.verdict in OF_PHOTOS:
        files = files.filter(person=made.person)
        # Last year's file does not become this year's photo because a decision of last year is taken back.
        is_past = (made.academic_year or 0) < academic_year_now(made.school, now)
        of_the_year = Q(academic_year=made.academic_year)
        if not is_past:
            of_the_year |= Q(academic_year__isnull=True)
        followed = followed.filter(of_the_year, person=made.person)
    else:
        published = PhotoVersion.objects.filter(person=OuterRef("person"), picture=OuterRef("picture"))
        followed = followed.filter(~Exists(published))
    again = list(followed.values_list("pk", flat=True))
    files.filter(state=State.TO_DECIDE, reason_code__in=_OF_PICTURES).update(state=State.REVIEW)
    ListedFile.objects.filter(pk__in=again).update(state=State.TO_DECIDE, decided_sha256="", reason_code="")


def _files_named(made: ReviewDecision) -> list[ListedFile]:
    """Return the file of a decision as it is listed now, if it is."""
    listing = Listing.objects.filter(profile=made.profile).first()
    if listing is None or file_key(listing, made.folder, made.name) != made.file_key:
        return []  # of a source that is read no more
    files = ListedFile.objects.filter(page__listing=listing, page__folder=made.folder, name=made.name)
    return list(files.select_related("page"))


def file_of(made: ReviewDecision) -> ListedFile | None:
    """Return the file that a decision was made on, as it is listed now; None where it has gone."""
    return next(iter(_files_named(made)), None)


def _unmatch(file: ListedFile, made: ReviewDecision) -> None:
    is_fresh = file.person_id is None and file.state in (State.TO_MATCH, State.DISMISSED) and made.code_before
    if is_fresh:
        # Should its bytes be news, the next run must not take the picture that review showed for theirs.
        state = State.REVIEW if made.code_before in CODES[Queue.COLLISION] else State.UNMATCHED
        ListedFile.objects.filter(pk=file.pk).update(
            state=state, reason_code=made.code_before, reason=made.reason_before, picture=None
        )
        return
    decide_again(file.profile_id, [file.person_id])
    ListedFile.objects.filter(pk=file.pk).update(state=State.TO_MATCH, person=None)
    Listing.objects.filter(profile=file.profile_id).update(missing_unchecked=True)
