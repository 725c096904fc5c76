"""What commands say of the report archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.apps.reports.verifying import ArchiveVerified

BROKEN = (
    "The report archive is not what was archived. Nothing was changed. Compare it with a backup, and find out who "
    "could write to the database and its disk."
)


def archive_words(verified: ArchiveVerified) -> str:
    """Return one line, such as "Report archive: 214 reports checked, 0 missing, 0 damaged, 0 broken seals."."""
    return (
        f"Report archive: {_counted(verified.checked, 'report')} checked, {verified.missing} missing, "
        f"{verified.damaged} damaged, {_counted(verified.broken_seals, 'broken seal')}."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
