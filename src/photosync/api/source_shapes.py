"""The shapes of what was found in a data source."""

from __future__ import annotations

from ninja import Field, Schema


class TriedFileShape(Schema):
    file: str
    person: str
    reason: str


class TriedShape(Schema):
    files: int
    matched: int
    is_whole: bool = Field(description="False where the source holds more than was looked at.")
    explanation: str
    shown: list[TriedFileShape]
    warnings: list[str]
