"""What came of a reading, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.rosters.models import RosterReading

DECIDE = "Approve or discard reading {reading}."


def outcome_words(reading: RosterReading) -> str:
    """Return for instance "3 new, 2 changed, 1 marked as left, 806 unchanged."; of a preview, what it would be."""
    counts = reading.counts.values()

    def total(*names: str) -> int:
        return sum(each.get(name, 0) for each in counts for name in names)

    parts = [
        (total("new"), _("%(number)d new")),
        (total("changed"), _("%(number)d changed")),
        (total("left", "absent_left"), _("%(number)d marked as left")),
        (total("returned"), _("%(number)d back again")),
    ]
    told = [words % {"number": number} for number, words in parts if number]
    if not told:
        told = [_("nothing to change") if reading.is_preview else _("nothing changed")]
    told.append(_("%(number)d unchanged") % {"number": total("unchanged")})
    if refused := total("refused"):
        told.append(
            ngettext("%(number)d row could not be used", "%(number)d rows could not be used", refused)
            % {"number": refused}
        )
    said = ", ".join(told)
    if reading.is_preview:
        told_of = [_("It would be: %(counts)s. Nothing was written.") % {"counts": said}]
        if reading.would_be_held:
            told_of += [_("The reading itself would be held."), *reading.held_because]
        return " ".join(told_of)
    return f"{said[:1].upper()}{said[1:]}."


def held_words(breaches: Sequence[str], reading: int) -> str:
    """Return what a held reading says: what would happen, that nothing did, what to do."""
    return " ".join([*breaches, "Nothing was changed.", DECIDE.format(reading=reading)])


def without_decision(explanation: str, reading: int) -> str:
    """Return what a held reading says once there is nothing to decide on it any more."""
    return explanation.replace(DECIDE.format(reading=reading), "").strip()
