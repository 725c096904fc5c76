"""First sync of the same portraits from every kind of source that this machine can offer, beside the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import inputs
from bench.installation import PROJECT, Installation, RunTook
from bench.measuring import median
from bench.options import Options
from bench.sftp_server import sftp_server
from bench.smb_server import smb_server
from bench.table import Goal, Section, seconds

FOLDER, ARCHIVE, SFTP, SMB = "folder", "archive", "sftp", "smb"


@dataclass(slots=True)
class _Way:
    """One way for the portraits to come. `asked_for` is the share of the folder's speed; None: no goal."""

    name: str
    kind: str
    source: Path | Mapping[str, str]
    asked_for: float | None = None
    first: list[RunTook] = field(default_factory=list)
    again: list[RunTook] = field(default_factory=list)

    @property
    def first_s(self) -> float:
        return median([run.run_s for run in self.first])


def measure(options: Options) -> Section:
    """Measure in turns, so that what else the machine does falls on all of them."""
    with ExitStack() as servers:
        ways = _ways(options, servers)
        for _ in range(options.rounds):
            for way in ways:
                _run(options, way)
    section = Section(
        f"{options.photos} portraits from a folder and from elsewhere",
        "The portraits of the first sync, by each kind of source. The second run finds nothing changed and reads no "
        "photo.",
        ("source", "first sync", "photos/s", "processor time a photo", "nothing changed"),
    )
    section.rows += [_row(options.photos, way) for way in ways]
    section.goals += [
        Goal.at_least(
            f"First sync from a {way.name}, as a share of the folder's speed",
            ways[0].first_s / way.first_s,
            way.asked_for,
        )
        for way in ways
        if way.asked_for is not None
    ]
    return section


def _ways(options: Options, servers: ExitStack) -> tuple[_Way, ...]:
    """Return every way; the servers that are needed for them run until `servers` is closed."""
    folder = inputs.portraits(options.cache, options.photos)
    return (
        _Way("folder", FOLDER, folder),
        _Way("ZIP, packed (Deflate)", ARCHIVE, inputs.portraits_zip(options.cache, options.photos), 0.9),
        _Way("SFTP server on loopback", SFTP, servers.enter_context(sftp_server(folder, PROJECT)), 0.7),
        _Way("Windows share (Samba on loopback)", SMB, servers.enter_context(smb_server(folder)), 0.7),
    )


def _run(options: Options, way: _Way) -> None:
    installation = Installation(options.work / "sources", way.source, options.photos, kind=way.kind)
    way.first.append(installation.sync())
    assert way.first[-1].counts["added"] == options.photos, way.first[-1].counts
    way.again.append(installation.sync())
    assert way.again[-1].counts["unchanged"] == options.photos, way.again[-1].counts
    installation.remove()


def _row(photos: int, way: _Way) -> Sequence[str]:
    processor_s = median([run.processor_s for run in way.first])
    return (
        way.name,
        seconds(way.first_s),
        f"{photos / way.first_s:.1f}",
        f"{processor_s / photos * 1e3:.0f} ms",
        seconds(median([run.run_s for run in way.again])),
    )
