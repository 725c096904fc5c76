"""First sync of portraits, against programs that only make the three renditions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import inputs
from bench.installation import PROJECT, Installation, RunTook
from bench.measuring import median, run_program, where
from bench.options import Options
from bench.table import Goal, Section, megabytes, seconds

HALF_OF_THE_CORES = "2"
Command = Callable[[Path, Path], list[str]]


def measure(options: Options) -> Section:
    """Measure in turns, so that what else the machine does falls on all of them."""
    folder = inputs.portraits(options.cache, options.photos)
    ours: list[RunTook] = []
    bare: list[float] = []
    for number in range(options.rounds):
        ours.append(_first_sync(options, folder, look_at_memory=number == 0))
        bare.append(pyvips_loop_s(folder, options.photos))
    section = Section(
        f"First sync of {options.photos} portraits",
        "Portraits of 1600x2000 to 2400x3200 pixels, 0.8 to 2.2 MB. Photo Sync matches them to people, checks each "
        "for damage, hashes it, makes the renditions of 960, 480 and 160 pixels, keeps them durably and publishes "
        "them. The others only make the renditions, two processes at a time.",
        ("program", "photos", "time", "photos/s", "processor time a photo"),
    )
    run_s = median([each.run_s for each in ours])
    section.rows.append(
        _row(
            "Photo Sync",
            options.photos,
            run_s,
            f"{median([e.processor_s for e in ours]) / options.photos * 1e3:.0f} ms",
        )
    )
    section.rows.append(_row("bare pyvips loop, renditions in memory", options.photos, median(bare), ""))
    section.rows += _slower_programs(options, folder)
    section.about += (
        f" Beside its run the command took {seconds(median([e.start_s for e in ours]))} to start and end; its "
        f"processes had {megabytes(max(e.extra_memory_bytes for e in ours))} beyond the idle one at the most."
    )
    section.goals.append(
        Goal.at_least("First sync, as a share of the bare pyvips loop's speed", median(bare) / run_s, 0.85)
    )
    return section


def pyvips_loop_s(folder: Path, count: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "bench.pyvips_loop", str(folder), str(count)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def _first_sync(options: Options, folder: Path, *, look_at_memory: bool) -> RunTook:
    installation = Installation(options.work / "first-sync", folder, options.photos)
    took = installation.sync(look_at_memory=look_at_memory)
    assert took.counts["added"] == options.photos, took.counts
    installation.remove()
    return took


def _row(name: str, photos: int, took_s: float, processor: str) -> Sequence[str]:
    return name, f"{photos}", seconds(took_s), f"{photos / took_s:.1f}", processor


def _slower_programs(options: Options, folder: Path) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    paths = sorted(folder.iterdir())[: options.peer_photos]
    for name, program, photos_each, script in PROGRAMS:
        if where(program) is None:
            rows.append((name, "", "not installed", "", ""))
            continue
        walls, processors = [], []
        for _ in range(options.rounds):
            out = options.work / "renditions"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            listed = options.work / "photos.txt"
            listed.write_text("".join(f"{path}\n" for path in paths))
            each = [
                "xargs",
                "-a",
                str(listed),
                "-P",
                HALF_OF_THE_CORES,
                "-n",
                str(photos_each),
                "sh",
                "-c",
                script,
                "sh",
            ]
            took = run_program(each, environment={"OUT": str(out), **ONE_THREAD})
            made = list(out.iterdir())
            assert len(made) == 3 * len(paths), f"{name} made {len(made)} files"
            walls.append(took.wall_s)
            processors.append(took.processor_s)
        shutil.rmtree(options.work / "renditions")
        rows.append(_row(name, len(paths), median(walls), f"{median(processors) / len(paths) * 1e3:.0f} ms"))
    return rows


ONE_THREAD = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1"}
_MAGICK = (
    ' -auto-orient -thumbnail "960x960>" -quality 85 -write "$OUT/$n-960.jpg"'
    ' -thumbnail "480x480>" -write "$OUT/$n-480.jpg" -thumbnail "160x160>" "$OUT/$n-160.jpg"; done'
)
PROGRAMS = (
    (
        "vipsthumbnail (libvips-tools)",
        "vipsthumbnail",
        25,
        'for e in 960 480 160; do vipsthumbnail "$@" --size "${e}x${e}>" -o "$OUT/%s-$e.jpg[Q=85,strip]"; done',
    ),
    (
        "ImageMagick",
        "convert",
        5,
        'for f in "$@"; do n=$(basename "$f" .jpg); convert -define jpeg:size=960x960 "$f"' + _MAGICK,
    ),
    (
        "GraphicsMagick",
        "gm",
        5,
        'for f in "$@"; do n=$(basename "$f" .jpg); gm convert -size 960x960 "$f"' + _MAGICK,
    ),
)
"""Name, program, photos for each start of the script, the script: `$@` are the photos, `$OUT` the folder."""
