"""What an import of a roster did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from photosync.core.people import PersonKind

MOST_REFUSALS_SHOWN = 1_000
MOST_ABSENT_NAMED = 100


@dataclass(frozen=True, slots=True)
class RefusedRow:
    line: int
    code: str
    reason: str


@dataclass(slots=True)
class RosterReport:
    """Each row is in exactly one of new, changed, unchanged, left, returned, skipped, refused.

    `returned` had left and is back; `left` has left by the status column; `skipped` has left and was never
    known here. `absent` counts active people whom the file does not name; `absent_left` those of them who
    are marked as left, or would be.
    """

    kind: PersonKind
    preview: bool
    columns: Mapping[str, str]
    unknown_columns: tuple[str, ...]
    recognised: str = ""
    """What the file was recognised as, such as "CSV with semicolons, Windows-1252"; "" where it says nothing."""
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    returned: int = 0
    skipped: int = 0
    refused: int = 0
    absent: int = 0
    absent_left: int = 0
    refusals: list[RefusedRow] = field(default_factory=list)
    """The first MOST_REFUSALS_SHOWN of them."""
    absent_named: list[str] = field(default_factory=list)
    """Name and code of the first MOST_ABSENT_NAMED of those who are absent."""
    warnings: list[str] = field(default_factory=list)

    def refuse(self, line: int, code: str, reason: str) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS_SHOWN:
            self.refusals.append(RefusedRow(line, code, reason))

    @property
    def leaving(self) -> int:
        return self.left + self.absent_left

    def document(self) -> dict[str, Any]:
        """Return the report as the command line and the API show it."""
        return {
            "kind": self.kind.value,
            "preview": self.preview,
            "recognised": self.recognised,
            "columns": dict(self.columns),
            "unknown_columns": list(self.unknown_columns),
            "counts": {
                "rows": self.rows,
                "new": self.new,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "left": self.left,
                "returned": self.returned,
                "skipped": self.skipped,
                "refused": self.refused,
                "absent": self.absent,
                "absent_left": self.absent_left,
            },
            "refused": [{"line": row.line, "code": row.code, "reason": row.reason} for row in self.refusals],
            "warnings": list(self.warnings),
        }
