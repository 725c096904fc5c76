"""Academic reports: one page for each student, with photo and crest, from results to stored PDF documents."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw

from bench import inputs
from bench.installation import PROJECT, Installation
from bench.measuring import median, peak_memory, tree_memory_bytes
from bench.options import Options
from bench.table import Goal, Section, megabytes, seconds

CYCLE = "Bench"
SUBJECTS = ("English", "Mathematics", "Science", "History", "Visual Arts", "Music", "French", "Technologies")
COMMENT = "Works with care, asks good questions, and shows a sound understanding of the topics of this semester."
MOST_S, MOST_BYTES = 30, 300_000_000


def measure(options: Options) -> Section:
    section = Section(
        f"Academic reports, {options.photos:,} of one page",
        f"`photosync report make` from stored results: {len(SUBJECTS)} subjects with comments, the photo and a crest "
        "on each page, PDF/A-2a and PDF/UA-1, stored and recorded. Without what the command takes to start; the "
        "memory is that of the command and all that it starts, beyond what it has before it begins.",
        ("reports", "time", "processor time", "memory", "documents"),
    )
    photos = inputs.portraits(options.cache, options.photos)
    installation = Installation(options.work / "reports", photos, options.photos)
    installation.sync()
    _fill(installation, options)
    took, processor, memory, size = [], [], [], 0
    for _ in range(options.rounds):
        run_s, processor_s, extra, size = _made(installation, options.photos)
        took.append(run_s)
        processor.append(processor_s)
        memory.append(extra)
    installation.remove()
    run_s, extra_bytes = median(took), median(memory)
    each = f"{run_s / options.photos * 1000:.1f} ms"
    section.rows.append(
        (
            f"{options.photos:,}",
            seconds(run_s),
            each,
            megabytes(extra_bytes),
            f"{size / options.photos / 1000:.0f} kB",
        )
    )
    section.goals += [
        Goal.at_most("1,000 reports", run_s / options.photos * 1000, MOST_S, " s"),
        Goal.at_most("1,000 reports: memory beyond idle", extra_bytes / 1e6, MOST_BYTES / 1e6, " MB"),
    ]
    return section


def _fill(installation: Installation, options: Options) -> None:
    results, crest = options.work / "results.csv", options.work / "crest.png"
    with results.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("code", "subject", "mark", "grade", "effort", "teacher", "comment"))
        for number in range(options.photos):
            for place, subject in enumerate(SUBJECTS):
                mark = 40 + (number * 7 + place * 11) % 60
                rows.writerow((inputs.code_of(number), subject, mark, "B", "High", "Ms Wu", COMMENT))
    picture = Image.new("RGB", (600, 600), "white")
    ImageDraw.Draw(picture).polygon(((50, 30), (550, 30), (550, 380), (300, 580), (50, 380)), fill=(20, 80, 70))
    picture.save(crest)
    _say(installation, "report", "cycle", "add", CYCLE, "--codes-file", str(_codes(options)))
    _say(installation, "report", "results", CYCLE, str(results))
    _say(installation, "report", "design", "--crest", str(crest), "--sign", "Principal")


def _codes(options: Options) -> Path:
    path = options.work / "codes.txt"
    path.write_text("".join(f"{inputs.code_of(number)}\n" for number in range(options.photos)))
    return path


def _say(installation: Installation, *words: str) -> None:
    command = [sys.executable, "-m", "photosync", *words]
    subprocess.run(command, check=True, cwd=PROJECT, env=installation.environment(), stdout=subprocess.DEVNULL)


def _made(installation: Installation, reports: int) -> tuple[float, float, int, int]:
    """Make every report anew; return the seconds, those of the processor, the bytes of memory, and of documents."""
    command = [sys.executable, "-m", "bench.child", "reports"]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=installation.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()  # the process is ready
    idle = tree_memory_bytes(process.pid)
    begun_s = time.perf_counter()
    with peak_memory(process.pid) as peak:
        process.stdin.write("go\n")
        process.stdin.flush()
        answer = process.stdout.readline()
    took_s = time.perf_counter() - begun_s
    process.stdin.close()
    if process.wait() or not answer:
        raise SystemExit("the reports were not made")
    told = json.loads(answer)
    if told["made"] != reports:
        raise SystemExit(f"{told['made']} of {reports} reports were made")
    return took_s, float(told["processor_s"]), peak[0] - idle, int(told["bytes"])
