"""A run that finds nothing changed, against programs that compare two folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import inputs
from bench.installation import Installation, RunTook
from bench.measuring import Took, median, run_program, where
from bench.options import Options
from bench.table import Goal, Section, megabytes, seconds

MOST_EXTRA_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class _Tree:
    """One tree, measured. `first` is the run that listed it first; the others found nothing changed."""

    name: str
    first: RunTook
    runs: Sequence[RunTook]
    rsync: Sequence[Took]
    rclone: Sequence[Took]

    @property
    def run_s(self) -> float:
        return median([run.run_s for run in self.runs if not run.extra_memory_bytes])

    @property
    def extra_bytes(self) -> int:
        return max(run.extra_memory_bytes for run in self.runs)


def measure(options: Options) -> Section:
    section = Section(
        f"Nothing changed among {options.files:,} files",
        "Empty files that belong to nobody, which is the most that a run can have to count. Nested means 1,000 files "
        "in each folder, flat all in one. rsync and rclone compare with an empty folder, which is the least they can "
        "do.",
        ("tree", "program", "time", "processor time", "memory beyond idle"),
    )
    few = _measured(options, options.fewer_files, inputs.NESTED, with_rclone=False)
    many = _measured(options, options.files, inputs.NESTED, with_rclone=True)
    flat = _measured(options, options.files, inputs.FLAT, with_rclone=False)
    for tree in (few, many, flat):
        section.rows += _rows(tree)
    for tree in (many, flat):
        ratio = tree.run_s / median([took.wall_s for took in tree.rsync])
        section.goals += [
            Goal.at_most(f"Nothing changed, {tree.name}: time as a share of rsync -an", ratio, 1.0),
            Goal.at_most(f"Nothing changed, {tree.name}: memory beyond idle", tree.extra_bytes / 1e6, 100, " MB"),
        ]
    section.goals.append(
        Goal.at_most(f"Nothing changed, {many.name}: times as long as {few.name}", many.run_s / few.run_s, 11)
    )
    return section


def _measured(options: Options, count: int, shape: str, *, with_rclone: bool) -> _Tree:
    folder = inputs.tree(options.cache, count, shape)
    installation = Installation(options.work / "unchanged", folder, 10)
    first = installation.sync(look_at_memory=True)
    assert first.counts["observed"] == count, first.counts
    empty = options.work / "empty"
    empty.mkdir(exist_ok=True)
    runs, rsync, rclone = [], [], []
    for number in range(options.rounds + 1):
        # Looking at the memory costs time, so that run does not count for the time.
        runs.append(installation.sync(look_at_memory=number == options.rounds))
        assert runs[-1].counts["observed"] == count, runs[-1].counts
        rsync.append(run_program(["rsync", "-an", f"{folder}/", f"{empty}/"]))
        if with_rclone and number == 0 and where("rclone"):
            rclone.append(run_program(_rclone_command(folder, empty)))
    installation.remove()
    return _Tree(f"{count:,} {shape}", first, runs, rsync, rclone)


def _rclone_command(folder: Path, empty: Path) -> list[str]:
    return ["rclone", "sync", "--dry-run", "--log-level", "ERROR", str(folder), str(empty)]


def _rows(tree: _Tree) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [
        (
            tree.name,
            "Photo Sync",
            seconds(tree.run_s),
            seconds(median([run.processor_s for run in tree.runs])),
            megabytes(tree.extra_bytes),
        ),
        (tree.name, "rsync -an", *_took(tree.rsync), ""),
    ]
    if tree.rclone:
        rows.append((tree.name, "rclone sync --dry-run (once)", *_took(tree.rclone), ""))
    first = tree.first
    rows.append(
        (
            tree.name,
            "Photo Sync, the run that listed it first (once)",
            seconds(first.run_s),
            seconds(first.processor_s),
            megabytes(first.extra_memory_bytes),
        )
    )
    return rows


def _took(times: Sequence[Took]) -> tuple[str, str]:
    return seconds(median([each.wall_s for each in times])), seconds(median([each.processor_s for each in times]))
