"""The shapes of Sync UI inputs, their files and deliveries."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field, Schema

from photosync.api.fields import NO_NUL, Body, LongText, ShortText
from photosync.api.shapes import Moment
from photosync.core.input_names import LONGEST_PATH, MARK

MOST_ASKED = 5_000
LARGEST_SIZE = 2**63 - 1
Size = Annotated[int, Field(ge=0, le=LARGEST_SIZE)]
Path = Annotated[str, Field(max_length=2 * LONGEST_PATH, pattern=NO_NUL)]


class InputShape(Schema):
    id: int
    name: str
    description: str
    option: str = Field(description="What the option `input` of a sync profile holds; it stays when it is renamed.")
    files: int
    size_bytes: int
    created_at: Moment
    created_by: str
    changed_at: Moment | None = Field(description="When its content last changed.")
    changed_by: str | None
    used_by: list[str] = Field(description="The sync profiles that read it.")


class Inputs(Schema):
    items: list[InputShape]
    next: str | None


class InputFileShape(Schema):
    id: int
    path: str
    size_bytes: int
    sha256: str
    arrived_at: Moment
    arrived_by: str


class InputFiles(Schema):
    items: list[InputFileShape]
    next: str | None


class ArchiveShape(Schema):
    archive: int
    name: str
    size_bytes: int
    received_bytes: int = Field(description="Where the next part begins.")


class NotTaken(Schema):
    file: str
    reason: str


class DeliveryShape(Schema):
    delivery: int
    input: str
    mode: Literal["add", "replace"]
    state: Literal["open", "queued", "running", "done", "dropped"]
    explanation: str = Field(description="Why it is open again, where unpacking failed.")
    files: int
    size_bytes: int
    began_at: Moment
    began_by: str | None = Field(description="Null for a token that may only deliver, where another did.")
    finished_at: Moment | None
    finished_by: str | None
    unpacked: int
    to_unpack: int
    archives: list[ArchiveShape]
    outcome: dict[str, int] = Field(
        description="added, replaced, unchanged, removed, refused; empty until it is done."
    )
    refused: list[NotTaken]


class Deliveries(Schema):
    items: list[DeliveryShape]
    next: str | None


class SentShape(Schema):
    path: str
    state: Literal["taken", "ignored"]
    reason: str


class MatchesShape(Schema):
    photos: int = Field(description="Of the delivery, that are there now.")
    matched: int | None = Field(description="Null where it cannot be said now.")
    is_whole: bool = Field(description="False where the delivery holds more than was looked at.")
    explanation: str


class Missing(Schema):
    missing: list[str]


class Cleared(InputShape):
    cleared: int = Field(description="How many files were taken out.")


class NewInput(Body):
    name: ShortText
    description: LongText = ""


class ChangedInput(Body):
    """What is left out, or null, stays as it is."""

    name: ShortText | None = None
    description: LongText | None = None


class Cloned(Body):
    name: ShortText


class Begun(Body):
    """`add` keeps what is not delivered; with `replace` it goes when the delivery is finished."""

    mode: Literal["add", "replace"] = "add"


class HeldFile(Body):
    path: Path
    size_bytes: Size
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""


class Held(Body):
    files: Annotated[list[HeldFile], Field(max_length=MOST_ASKED)]


class NewArchive(Body):
    """Two ZIPs of one name and size are told apart by their marks; without one, the second is taken for the first."""

    name: Annotated[str, Field(min_length=1, max_length=2 * LONGEST_PATH, pattern=NO_NUL)] = Field(
        description="With / between folders, if there are any."
    )
    size_bytes: Size
    mark: Annotated[str, Field(pattern=f"^{MARK}$")] = Field(
        "", description="The SHA-256 of the ZIP, or whatever else is another for another ZIP."
    )


class Matching(Body):
    """How the files are matched: the options of a sync profile with the source `input`, without `input` itself."""

    options: Annotated[dict[ShortText, LongText], Field(max_length=20)] = {}
    components: Annotated[list[ShortText], Field(max_length=10)] = ["students", "staff"]
