"""The shapes of what was found in a data source."""

from __future__ import annotations

from ninja import Field, Schema

from photosync.api.shapes import Moment


class TriedFileShape(Schema):
    file: str
    person: str
    reason: str


class CountedShape(Schema):
    files: int
    is_whole: bool
    matched: int
    without_key: int = Field(description="Files that have no code or name where the rule looks for one.")
    of_nobody: int
    in_doubt: int = Field(description="Files that fit more than one person, or contradict what the school knows.")
    set_aside: int = Field(description="Files that are not used, and no one is asked: another one counts instead.")
    people: int = Field(description="People whom at least one file matches.")
    people_in_all: int
    by_key: dict[str, int] = Field(description="How many files each match key alone would match.")
    explanation: str


class MatchesShape(Schema):
    counted: CountedShape | None = Field(
        description="None where the files are not known: the source was neither tested nor read of late."
    )


class FoundLicenceShape(Schema):
    path: str
    sha256: str = Field(description="Of the bytes of the text: another text is another licence.")
    text: str


class TriedShape(Schema):
    files: int
    matched: int
    without_photo: int = Field(description="Records that have no photo now; they are not among the files.")
    is_whole: bool = Field(description="False where the source holds more than was looked at.")
    explanation: str
    counted: CountedShape | None
    shown: list[TriedFileShape]
    notes: list[str] = Field(description="How an index file was read: which variant it is, what is set aside.")
    warnings: list[str]
    licences: list[FoundLicenceShape] = Field(
        description="Those of a photographer's delivery, to be accepted before the first sync."
    )


class PreflightRowShape(Schema):
    what: str = Field(description="A file, or the code of a person.")
    more: str


class PreflightProblemShape(Schema):
    problem: str
    title: str
    advice: str
    count: int
    rows: list[PreflightRowShape] = Field(description="1,000 at the most.")


class PreflightShape(Schema):
    school: str
    profile: str
    run: int = Field(description="The run or preview that found it.")
    files: int
    without_problem: int
    explanation: str
    warnings: list[str]
    problems: list[PreflightProblemShape]


class LicenceShape(FoundLicenceShape):
    accepted_at: Moment | None
    accepted_by: str


class LicencesShape(Schema):
    """The licences that the data source held when it was last read."""

    items: list[LicenceShape]
