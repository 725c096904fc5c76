"""The pre-flight report: what a photographer is to mend in a delivery before it is used.

It says what the last run or preview of a profile found, in terms of files. It goes out of the school, so it names no
person: files and codes are what the photographer has anyway, and a person without a file is a code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames, not_named
from photosync.apps.profiles.matching import is_delivery
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import match_rule
from photosync.apps.review.looking import may_be_of_protected
from photosync.apps.runs.models import Run
from photosync.apps.runs.preflight_words import advice, heading
from photosync.apps.schools.models import School
from photosync.apps.sources.delivered import delivered_rows
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.opening import ProfileIndex, index_of
from photosync.apps.sources.time_limit import WITHIN_S, told_out_of_time
from photosync.connectors.registry import shipped
from photosync.core.errors import Refused
from photosync.core.instants import local_date
from photosync.core.match_rules import FoundBy, MatchMode
from photosync.core.people import quoted
from photosync.core.preflight import Problem, SeenFile, problems_of
from photosync.core.run_states import RunState
from photosync.core.wording import date_words
from photosync.engine.names import joined_path, original_name, readable_path
from photosync.engine.observe import batches

MOST_ROWS = 1_000
ROWS_AT_ONCE = 1_000
OTHERS_NAMED = 3


@dataclass(slots=True)
class Group:
    """All files with one problem; `rows` are (file or code, what more there is to say), MOST_ROWS at the most."""

    problem: Problem
    count: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return heading(self.problem, self.count)

    @property
    def advice(self) -> str:
        return advice(self.problem)

    @property
    def left_out(self) -> int:
        return self.count - len(self.rows)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS

    @property
    def has_more(self) -> bool:
        """Whether there is more to say of any of them than which it is."""
        return any(more for _what, more in self.rows)

    def add(self, what: str, more: str = "") -> None:
        self.count += 1
        if not self.is_full:
            self.rows.append((what, more))


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is wrong with the files of a profile's source, as its last run or preview found them."""

    of_school: School
    profile: str
    made_on: str
    seen_in: int
    files: int
    without_problem: int
    warnings: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def school(self) -> str:
        return self.of_school.name

    @property
    def sentence(self) -> str:
        """Return for instance "412 files came; 398 of them have nothing to mend."."""
        came = ngettext("%(number)d file came", "%(number)d files came", self.files) % {"number": self.files}
        good = ngettext(
            "%(number)d of them has nothing to mend", "%(number)d of them have nothing to mend", self.without_problem
        )
        return f"{came}; {good % {'number': self.without_problem}}."

    def document(self) -> dict[str, Any]:
        """Return it as the command line and the API show it."""
        return {
            "school": self.school,
            "profile": self.profile,
            "run": self.seen_in,
            "files": self.files,
            "without_problem": self.without_problem,
            "explanation": self.sentence,
            "warnings": list(self.warnings),
            "problems": [
                {
                    "problem": str(group.problem),
                    "title": group.title,
                    "advice": group.advice,
                    "count": group.count,
                    "rows": [{"what": what, "more": more} for what, more in group.rows],
                }
                for group in self.groups
            ],
        }


def preflight_of(profile: SyncProfile, now: datetime, *, in_time: bool = True) -> Preflight:
    """Return the report. Raises Refused before the first run or preview that came to its end, SourceUnavailable
    without its index file.

    Whoever waits at a page has it made `in_time`: raises OutOfTime where the source is read for longer than WITHIN_S.
    """
    run = Run.objects.filter(profile=profile, observed_count__gt=0, finished_at__isnull=False).order_by("-pk").first()
    if run is None:
        raise Refused(
            _("%(name)s has not read its data source yet, so there is nothing to report. Preview it first.")
            % {"name": profile.name},
            command_line=f'photosync sync "{profile.name}" --preview',
        )
    _refuse_unless_looked_at(profile, run)
    found = _Found(profile, run)
    found.look_at_files()
    with told_out_of_time(_too_slow):
        found.look_for_missing(WITHIN_S if in_time else None)
    found.look_for_people()
    return Preflight(
        of_school=profile.school,
        profile=profile.name,
        made_on=date_words(local_date(now, profile.school.zone)),
        seen_in=run.pk,
        files=found.files,
        without_problem=found.files - found.with_problem,
        warnings=tuple(found.names.texts(run.warnings)),
        groups=tuple(found.groups[each] for each in Problem if each in found.groups),
    )


def _too_slow(_count: int) -> str:
    return _(
        "The data source took longer than %(seconds)d seconds to say which photos should be in it, so the report was "
        "not made. Nothing was changed. Try again when it has less to do, or ask the operator of this server to make "
        "the report there, where it may take longer."
    ) % {"seconds": int(WITHIN_S)}


def _refuse_unless_looked_at(profile: SyncProfile, run: Run) -> None:
    """Raise Refused where files came that no run has come to: nothing is known of them, good or bad."""
    states = [ListedFile.State.TO_MATCH]
    if run.state == RunState.FAILED:
        states.append(ListedFile.State.TO_FETCH)
    number = ListedFile.objects.filter(profile=profile, state__in=states).count()
    if not number:
        return
    told = ngettext(
        "%(number)d file of %(name)s has not been looked at yet, so there is nothing to report. Preview it, and "
        "see that the preview does not fail.",
        "%(number)d files of %(name)s have not been looked at yet, so there is nothing to report. Preview it, and "
        "see that the preview does not fail.",
        number,
    )
    raise Refused(
        told % {"number": number, "name": profile.name},
        command_line=f'photosync sync "{profile.name}" --preview',
    )


class _Found:
    def __init__(self, profile: SyncProfile, run: Run) -> None:
        self.profile = profile
        self.run = run
        self.names = ProtectedNames(profile.school_id)
        self.files = 0
        self.with_problem = 0
        self.groups: dict[Problem, Group] = {}
        self._small_px = settings.PHOTOSYNC_RENDITION_SIZES.card_px
        self._omits_sizes = shipped().kind(profile.source_kind).omits_sizes

    def _group(self, problem: Problem) -> Group:
        return self.groups.setdefault(problem, Group(problem))

    def _add(self, problem: Problem, what: str, more: str = "") -> None:
        self._group(problem).add(what, more)

    def look_at_files(self) -> None:
        self.files = ListedFile.objects.filter(profile=self.profile).count()
        for files in batches(self._suspicious(), ROWS_AT_ONCE):
            hidden = may_be_of_protected(files, self.names)
            for file in files:
                self._look_at(file, is_hidden=file.pk in hidden)

    def _look_at(self, file: ListedFile, *, is_hidden: bool) -> None:
        width, height = (file.picture.width_px, file.picture.height_px) if file.picture else (None, None)
        seen = SeenFile(file.state, file.reason_code, self._is_listed_empty(file), width, height)
        found = problems_of(seen, small_px=self._small_px)
        self.with_problem += bool(found)
        for problem in found:
            if file.person is not None and file.person.protected:
                self._add(problem, _("a file that is not named here: its person is protected"))
            elif is_hidden:
                self._add(problem, not_named())
            else:
                # What more there is may be a query of its own: not for the files that are only counted.
                more = "" if self._group(problem).is_full else self._more(problem, file)
                self._add(problem, _path_of(file), more)

    def _is_listed_empty(self, file: ListedFile) -> bool:
        """Whether the source says that the file has no bytes, and none were read of it after all."""
        return file.size_bytes == 0 and not file.sha256 and not self._omits_sizes

    def _suspicious(self) -> Iterator[ListedFile]:
        wide = Q(picture__width_px__gt=F("picture__height_px"))
        small = Q(picture__width_px__lt=self._small_px, picture__height_px__lt=self._small_px)
        told = ~Q(reason_code="") | Q(state__in=(ListedFile.State.FAILED, ListedFile.State.REJECTED))
        empty = Q(pk__in=()) if self._omits_sizes else Q(size_bytes=0, sha256="")
        rows = ListedFile.objects.filter(told | wide | small | empty, profile=self.profile)
        rows = rows.exclude(state=ListedFile.State.DISMISSED).select_related("page", "picture", "person", "profile")
        yield from rows.order_by("page__folder", "name").iterator(chunk_size=ROWS_AT_ONCE)

    def _more(self, problem: Problem, file: ListedFile) -> str:
        if problem in (Problem.SIDEWAYS, Problem.SMALL) and file.picture is not None:
            return f"{file.picture.width_px} x {file.picture.height_px} px"
        if problem is Problem.NOT_USABLE:
            return file.reason
        if problem in (Problem.UNMATCHED, Problem.AMBIGUOUS):
            return self._sought(file)
        if problem is Problem.SAME_PICTURE and file.picture_id is not None:
            return self._others(file, picture=file.picture_id)
        if problem is Problem.TWO_PICTURES and file.person_id is not None:
            return self._others(file, person=file.person_id)
        return ""

    def _sought(self, file: ListedFile) -> str:
        """Return by what someone was looked for: a code or a name, in the file's name or in an index."""
        value = file.key_value
        rule = match_rule(self.profile)
        if rule.mode is MatchMode.INDEX or (rule.mode is MatchMode.PHOTOGRAPHER and rule.by is FoundBy.NAME):
            return _("listed as %(name)s") % {"name": quoted(value)} if value else _("not listed")
        if not rule.has_key:
            return _("called %(name)s") % {"name": quoted(value)} if value else _("no name in the file name")
        # Without a code there may be names all the same, of rows that do not count.
        return _code(value) if value and file.reason_code != "no_key" else _("no code in the name")

    def _others(self, file: ListedFile, **same: int) -> str:
        rows = ListedFile.objects.filter(profile=self.profile, **same).exclude(
            Q(pk=file.pk) | Q(person__protected=True)
        )
        rows = rows.select_related("page")
        names = [self.names.path_of_matched(_path_of(each)) for each in rows.order_by("pk")[: OTHERS_NAMED + 1]]
        if not names:
            return ""
        more = _(" and more") if len(names) > OTHERS_NAMED else ""
        return _("also %(names)s") % {"names": ", ".join(names[:OTHERS_NAMED])} + more

    def look_for_missing(self, within_s: float | None) -> None:
        """Files that the index lists and that did not come."""
        if is_delivery(self.profile.options):
            for row in delivered_rows(self.profile, after_run=self.run.pk, within_s=within_s):
                if row.counts and row.size_bytes is None:
                    self._add(
                        Problem.MISSING,
                        self.names.path(row.path),
                        _("line %(line)d of %(index)s") % {"line": row.line, "index": row.index},
                    )
            return
        index = index_of(self.profile, match_rule(self.profile), within_s=within_s)
        if not isinstance(index, ProfileIndex) or not index.digest:
            return
        rows = ListedFile.objects.filter(profile=self.profile).values_list("page__folder", "name")
        listed = ((original_name(folder), original_name(name)) for folder, name in rows.iterator(ROWS_AT_ONCE))
        for name, said in sorted(index.missing(listed).items(), key=itemgetter(0)):
            code = _code(said) if isinstance(said, str) else ""
            if self.names.tell_of(name, code) or (isinstance(said, str) and self.names.are_known_by((said,))):
                self._add(Problem.MISSING, not_named())
            else:
                self._add(Problem.MISSING, readable_path(name), code)

    def look_for_people(self) -> None:
        """Whom the delivery has no file of at all, by code; not those who are protected or left."""
        has_file = ListedFile.objects.filter(profile=self.profile, person=OuterRef("pk"))
        people = _expected(self.profile).filter(~Exists(has_file)).order_by("kind", "code")
        for kind, code in people.values_list("kind", "code").iterator(chunk_size=ROWS_AT_ONCE):
            self._add(Problem.NO_FILE, code, _("staff") if kind == "staff" else _("student"))


def _expected(profile: SyncProfile) -> QuerySet[Person]:
    people = Person.objects.filter(school=profile.school_id, kind__in=profile.components)
    return people.filter(protected=False, keeps_no_photo=False).exclude(status=Person.Status.LEFT)


def _code(value: str) -> str:
    return _("code %(code)s") % {"code": quoted(value)}


def _path_of(file: ListedFile) -> str:
    return readable_path(joined_path(original_name(file.page.folder), original_name(file.name)))
