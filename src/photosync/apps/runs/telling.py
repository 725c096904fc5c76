"""What is recorded of what people ask of runs. What a run itself did is in its plan, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import Change, record
from photosync.apps.people.models import Person
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import Part
from photosync.core.wording import list_words
from photosync.engine.observe import batches

MOST_NAMED = 20
MOST_LOOKED_UP = 400


def record_on_run(act: Act, run: Run, changes: Iterable[Change] = (), *, note: str = "") -> None:
    """Record `act` on `run`, and of which profile it is."""
    name = run.profile.name
    record(act, run, school=run.profile.school, changes=[("profile", name, name), *changes], note=note)


def record_undo(undone: Run, run: Run) -> None:
    """Record that `run` is to undo another, as a whole or for one person."""
    name, number = run.profile.name, str(run.pk)
    changes = [("profile", name, name), ("undone_by_run", number, number)]
    person = run.undoes_person
    if person is not None:
        changes.append(("person", str(person), str(person)))
    record(Act.RUN_UNDONE, undone, school=run.profile.school, person_id=run.undoes_person_id, changes=changes)


def told_part(run: Run, rest: Run | None, part: Part) -> str:
    """Return what was approved of `run` and what was put off to the held run `rest`; empty where all was approved."""
    if rest is None:
        return ""
    approved = run.items.filter(state=PlanItem.State.PLANNED).count()
    put_off = rest.items.filter(state=PlanItem.State.PLANNED).count()
    return _("Approved in part (%(part)s): %(approved)s. Put off: %(put_off)s, held as run %(run)d.") % {
        "part": part.told(),
        "approved": _changes(approved),
        "put_off": _changes(put_off),
        "run": rest.pk,
    }


def _changes(number: int) -> str:
    return ngettext("%(number)d change", "%(number)d changes", number) % {"number": number}


def told_left_out(run: Run, people: Collection[int]) -> str:
    """Return whose planned changes are left out of an approval, as a sentence; empty where no one's are."""
    planned = run.items.filter(state=PlanItem.State.PLANNED)
    found: set[int] = set()
    for part in batches(sorted(people), MOST_LOOKED_UP):
        found.update(
            Person.objects.filter(pk__in=planned.filter(person_id__in=part).values("person_id")).values_list(
                "pk", flat=True
            )
        )
    if not found:
        return ""
    named = [str(person) for person in Person.objects.filter(pk__in=sorted(found)[:MOST_NAMED])]
    further = len(found) - MOST_NAMED
    if further > 0:
        named.append(ngettext("%(number)d more", "%(number)d more", further) % {"number": further})
    return _("Left out: %(people)s.") % {"people": list_words(named)}
