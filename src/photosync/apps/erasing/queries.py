"""Reading erasures, and telling what one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.erasing.holdings import Holdings, holdings_of
from photosync.apps.erasing.models import Erasure, Scope, Why
from photosync.apps.erasing.services import hash_of_code
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind
from photosync.core.wording import list_words

COLUMNS = (
    "id",
    "at",
    "scope",
    "kind",
    "person",
    "why",
    "note",
    "by",
    "versions",
    "pictures",
    "pictures_kept",
    "blobs",
    "size_bytes",
    "unarchived_reports",
    "archived_reports_kept",
    "archived",
    "allowed_at",
    "applied_again_at",
)
CYCLES_NAMED = 10


def erasures_of(school: School, *, code: str = "") -> QuerySet[Erasure]:
    """Return the erasures of a school, the newest first; with `code`, those of whoever had that code."""
    rows = Erasure.objects.filter(school=school).select_related("school", "person")
    if not code.strip():
        return rows
    return rows.filter(who__in=[hash_of_code(school.code, kind.value, code.strip()) for kind in PersonKind])


def erasure_document(row: Erasure) -> dict[str, Any]:
    """Return the record as the command line and the API show it; times with the school's offset."""
    zone = row.school.zone
    document: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}
    times = {name: getattr(row, name) for name in ("at", "allowed_at", "applied_again_at")}
    told = {name: None if at is None else at.astimezone(zone).isoformat() for name, at in times.items()}
    whose = (
        None if row.person is None else {"kind": row.person.kind, "code": row.person.code, "name": row.person.label}
    )
    return document | told | {"person": whose, "archived_reports_kept": len(row.archived)}


def erasure_rows(rows: QuerySet[Erasure]) -> Iterator[list[object]]:
    """Yield the report as rows for a spreadsheet, the column names first."""
    yield list(COLUMNS)
    for row in rows.iterator(chunk_size=2_000):
        document = erasure_document(row)
        person: Mapping[str, str] | None = document["person"]
        document["person"] = "" if person is None else person["code"]
        document["archived"] = "; ".join(f"{each['cycle']} ({each['number']})" for each in row.archived)
        yield ["" if document[name] is None else document[name] for name in COLUMNS]


def preview_of(person: Person, scope: Scope) -> dict[str, Any]:
    """Return what erasing would do, in counts and in sentences. Nothing is written."""
    holdings = holdings_of(person, scope)
    whose = {"kind": person.kind, "code": person.code, "name": person.label}
    return {
        "scope": scope.value,
        "person": whose,
        **holdings.document(),
        "explanation": sentences_of(person, holdings),
    }


def sentences_of(person: Person, holdings: Holdings) -> list[str]:
    """Return what would be erased, what stays, and what is not in our hands."""
    photos, *further = _erased(person, holdings)
    return [photos, *_originals(holdings), *further, *_stays(holdings), *_source(holdings)]


def _originals(holdings: Holdings) -> list[str]:
    count = len(holdings.originals)
    if not count:
        return []
    told = ngettext(
        "%(number)d original file that was kept goes too.", "%(number)d original files that were kept go too.", count
    )
    return [told % {"number": count}]


def _erased(person: Person, holdings: Holdings) -> list[str]:
    told = []
    count = holdings.versions
    if count:
        years = list_words([str(year) for year in holdings.years])
        told.append(
            ngettext(
                "%(number)d photo of %(years)s is erased, with all that was made of it.",
                "%(number)d photos of %(years)s are erased, with all that was made of them.",
                count,
            )
            % {"number": count, "years": years}
        )
    else:
        told.append(_("There is no photo of any year."))
    if holdings.scope is Scope.PHOTOS:
        told.append(
            _("%(person)s stays in the roster. No photo is kept from then on, until someone allows it again.")
            % {"person": person}
        )
        return told
    told.append(
        _(
            "The person goes as a whole: name, identifiers, consent, decisions in review, and the name in the record "
            "of what was done. Results in reporting cycles go too."
        )
    )
    if holdings.unarchived_reports:
        told.append(
            ngettext(
                "%(number)d report that is not archived is erased.",
                "%(number)d reports that are not archived are erased.",
                holdings.unarchived_reports,
            )
            % {"number": holdings.unarchived_reports}
        )
    return told


def _stays(holdings: Holdings) -> list[str]:
    told = []
    if holdings.drops.kept:
        told.append(
            ngettext(
                "%(number)d picture stays, because someone else has the same.",
                "%(number)d pictures stay, because someone else has the same.",
                len(holdings.drops.kept),
            )
            % {"number": len(holdings.drops.kept)}
        )
    count = len(holdings.archived)
    if count:
        cycles = list(dict.fromkeys(str(each["cycle"]) for each in holdings.archived))
        named = list_words(cycles[:CYCLES_NAMED])
        told.append(
            ngettext(
                "The archive keeps %(number)d report with the name and photo on it, of %(cycles)s.",
                "The archive keeps %(number)d reports with the name and photo on them, of %(cycles)s.",
                count,
            )
            % {"number": count, "cycles": named}
        )
    else:
        told.append(_("The archive keeps nothing of the person."))
    return told


def _source(holdings: Holdings) -> list[str]:
    if holdings.scope is Scope.PHOTOS:
        return [_("Files in the data source stay there, and are not used. This cannot be undone.")]
    return [
        _(
            "Files in the data source stay there. A roster that names the person makes a new person, with photos of "
            "those files. This cannot be undone."
        )
    ]


def why_words(row: Erasure) -> str:
    return str(Why(row.why).label)
