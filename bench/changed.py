"""A run that finds one file in a hundred changed, against programs that bring a copy of the folder up to date."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import inputs
from bench.first_sync import pyvips_loop_s
from bench.installation import Installation, RunTook
from bench.measuring import Took, median, run_program, where
from bench.options import Options
from bench.table import Goal, Section, seconds


def measure(options: Options) -> Section:
    """Change files of nobody, several times; then, once, as many portraits of people."""
    count = options.fewer_files
    share = count // 100
    photos = inputs.portraits(options.cache, share)
    others = inputs.portraits(options.cache, share, first=500_000)
    source = _source(options, count, photos)
    installation = Installation(options.work / "changed", source, share)
    installation.sync()
    copies = {name: _copy(source, options.work / name) for name in ("rsync", "rclone")}
    ours: list[RunTook] = []
    theirs: dict[str, list[Took]] = {"rsync": [], "rclone": []}
    for number in range(options.rounds):
        _change_files_of_nobody(source, share, f"round {number}")
        ours.append(_synced(installation, count))
        _bring_up_to_date(source, copies, theirs)
    _change_portraits(source, others)
    with_photos = _synced(installation, count)
    assert with_photos.counts["replaced"] == share, with_photos.counts
    theirs_then: dict[str, list[Took]] = {"rsync": [], "rclone": []}
    _bring_up_to_date(source, copies, theirs_then)
    bare_s = pyvips_loop_s(others, share)
    for folder in (source, *copies.values()):
        shutil.rmtree(folder)
    installation.remove()
    return _section(count, share, ours, theirs, with_photos, theirs_then, bare_s)


def _section(
    count: int,
    share: int,
    ours: list[RunTook],
    theirs: dict[str, list[Took]],
    with_photos: RunTook,
    theirs_then: dict[str, list[Took]],
    bare_s: float,
) -> Section:
    section = Section(
        f"1 % of {count:,} files changed",
        f"A nested tree in which {share:,} people have a portrait. First {share:,} files of nobody change; then, "
        "once, all portraits are replaced by those of other people: that is the work on the changed photos too.",
        ("changed", "program", "time", "processor time"),
    )
    run_s = median([run.run_s for run in ours])
    rsync_s = median([took.wall_s for took in theirs["rsync"]])
    section.rows.append(
        ("files of nobody", "Photo Sync", seconds(run_s), seconds(median([run.processor_s for run in ours])))
    )
    for name, command in _NAMES.items():
        if theirs[name]:
            walls, processors = zip(*((t.wall_s, t.processor_s) for t in theirs[name]), strict=True)
            section.rows.append(("files of nobody", command, seconds(median(walls)), seconds(median(processors))))
    then_s = theirs_then["rsync"][0].wall_s
    section.rows += [
        ("portraits", "Photo Sync", seconds(with_photos.run_s), seconds(with_photos.processor_s)),
        ("portraits", _NAMES["rsync"], seconds(then_s), seconds(theirs_then["rsync"][0].processor_s)),
        ("portraits", "bare pyvips loop over the changed photos", seconds(bare_s), ""),
    ]
    section.goals += [
        Goal.at_most("1 % changed, files of nobody: time as a share of rsync -a --delete", run_s / rsync_s, 1.0),
        Goal.at_most(
            "1 % changed, portraits: time as a share of rsync -a --delete and the bare pyvips loop",
            with_photos.run_s / (then_s + bare_s),
            1.0,
        ),
    ]
    return section


_NAMES = {"rsync": "rsync -a --delete", "rclone": "rclone sync"}


def _source(options: Options, count: int, photos: Path) -> Path:
    """Return a tree of its own, with the portraits in a folder beside the others; links cost no space."""
    source = options.work / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(inputs.tree(options.cache, count, inputs.NESTED), source, copy_function=_copy_file)
    shutil.copytree(photos, source / "portraits", copy_function=_copy_file)
    return source


def _copy_file(one: str, other: str) -> None:
    shutil.copyfile(one, other)
    shutil.copystat(one, other)


def _copy(source: Path, copy: Path) -> Path:
    shutil.rmtree(copy, ignore_errors=True)
    run_program(["rsync", "-a", f"{source}/", f"{copy}/"])
    return copy


def _change_files_of_nobody(source: Path, share: int, text: str) -> None:
    """Change one file in a hundred, spread over all folders."""
    for number, path in enumerate(_files_of_nobody(source)):
        if number % 100 == 0 and number // 100 < share:
            path.write_text(f"{text}, {path.name}")


def _files_of_nobody(source: Path) -> Iterator[Path]:
    for folder in sorted(source.iterdir()):
        if folder.name != "portraits":
            yield from sorted(folder.iterdir())


def _change_portraits(source: Path, others: Path) -> None:
    for path in others.iterdir():
        shutil.copyfile(path, source / "portraits" / path.name)


def _synced(installation: Installation, count: int) -> RunTook:
    took = installation.sync()
    assert took.counts["observed"] == count + count // 100, took.counts
    return took


def _bring_up_to_date(source: Path, copies: dict[str, Path], times: dict[str, list[Took]]) -> None:
    times["rsync"].append(run_program(["rsync", "-a", "--delete", f"{source}/", f"{copies['rsync']}/"]))
    if where("rclone"):
        command = ["rclone", "sync", "--log-level", "ERROR", str(source), str(copies["rclone"])]
        times["rclone"].append(run_program(command))
