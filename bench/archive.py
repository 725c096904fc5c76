"""The report archive: PDFs that come in as one ZIP are read, imported, archived for good and verified."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from pathlib import Path

from bench import inputs
from bench.installation import PROJECT, Installation
from bench.measuring import median, peak_memory, tree_memory_bytes
from bench.options import Options
from bench.table import Goal, Section, megabytes, seconds

REPORT_BYTES = 100_000
STEPS = {
    "read": "read the ZIP and find whose each is",
    "import": "import them",
    "archive": "archive them",
    "verify": "verify them",
}
Took = tuple[float, float, int]
"""Seconds, seconds of the processor, and bytes of memory."""
MOST_S, MOST_BYTES = 60, 300_000_000
PDF = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>
endobj
2 0 obj<</Type/Pages/Kids[]/Count 0>>
endobj
3 0 obj<</Length %d>>stream
%b
endstream
endobj
trailer<</Size 4/Root 1 0 R>>
startxref
0
%%%%EOF
"""


def measure(options: Options) -> Section:
    section = Section(
        f"The report archive, {options.photos:,} PDFs of {REPORT_BYTES // 1000} kB",
        "One ZIP of them, named by student code, as jobs that a worker does. Reading stores each PDF; archiving "
        "reads it back, seals it and keeps the photo with it; verifying hashes every PDF and photo anew and checks "
        "every seal. The memory is that of the process, beyond what it has before the first step.",
        ("step", "time", "processor time", "memory"),
    )
    photos = inputs.portraits(options.cache, options.photos)
    installation = Installation(options.work / "archive", photos, options.photos)
    installation.sync()
    took: dict[str, list[Took]] = defaultdict(list)
    for round_number in range(options.rounds):
        zipped = _zip(options.work / "reports.zip", options.photos, round_number)
        for step, measured in _taken_in(installation, zipped, options.photos).items():
            took[step].append(measured)
        zipped.unlink()
    installation.remove()
    whole_s = most_bytes = 0.0
    for step, words in STEPS.items():
        step_s, processor_s, extra = (median(numbers) for numbers in zip(*took[step], strict=True))
        section.rows.append((words, seconds(step_s), seconds(processor_s), megabytes(extra)))
        whole_s, most_bytes = whole_s + step_s, max(most_bytes, extra)
    whole_s *= 1_000 / options.photos
    section.goals += [
        Goal.at_most("1,000 reports read, imported, archived and verified", whole_s, MOST_S, " s"),
        Goal.at_most("1,000 reports archived: memory beyond idle", most_bytes / 1e6, MOST_BYTES / 1e6, " MB"),
    ]
    return section


def _zip(path: Path, reports: int, round_number: int) -> Path:
    """Write a ZIP of PDFs that cannot be packed smaller, as those with a photo cannot; each round has others."""
    chance = random.Random(round_number)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(reports):
            content = chance.randbytes(REPORT_BYTES)
            archive.writestr(f"{inputs.code_of(number)}.pdf", PDF % (len(content), content))
    return path


def _taken_in(installation: Installation, zipped: Path, reports: int) -> dict[str, Took]:
    """Take the ZIP into a new cycle, step by step; return what each step took."""
    command = [sys.executable, "-m", "bench.child", "archive", "--source", str(zipped)]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=installation.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()  # the process is ready
    idle, measured = tree_memory_bytes(process.pid), {}
    for step in STEPS:
        begun_s = time.perf_counter()
        with peak_memory(process.pid) as peak:
            process.stdin.write(f"{step}\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline() or "{}")
        took_s = time.perf_counter() - begun_s
        if told.get("number") != reports:
            raise SystemExit(f"{step}: {told} instead of {reports} reports")
        measured[step] = took_s, float(told["processor_s"]), peak[0] - idle
    process.stdin.close()
    process.wait()
    return measured
