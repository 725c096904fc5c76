"""`make bench`: measure, print, and write docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pyvips

from bench import archive, changed, first_sync, pages, reports, serving, sources, unchanged
from bench.installation import PROJECT
from bench.measuring import where
from bench.options import PAGES, SECTIONS, Options, read_options
from bench.table import Section, goals_markdown

MEASURES = dict(
    zip(
        SECTIONS,
        (
            first_sync.measure,
            unchanged.measure,
            changed.measure,
            sources.measure,
            serving.measure,
            reports.measure,
            archive.measure,
        ),
        strict=True,
    )
)
MEASURES[PAGES] = pages.measure
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PAGES_BEGIN, PAGES_END = "<!-- pages: begin -->", "<!-- pages: end -->"


def main() -> None:
    options = read_options(PROJECT / "docs" / "benchmarks.md")
    options.work.mkdir(parents=True, exist_ok=True)
    begun_s = time.monotonic()
    sections = []
    try:
        for name in options.sections:
            print(f"measuring: {name} ...", flush=True)
            sections.append(MEASURES[name](options))
            print(f"\n{sections[-1].markdown()}\n", flush=True)
    finally:
        shutil.rmtree(options.work, ignore_errors=True)
    print(
        f"{goals_markdown(sections)}\n\n{machine(options)}\n\nTook {(time.monotonic() - begun_s) / 60:.1f} minutes."
    )
    if options.sections in (SECTIONS, (PAGES,)):
        write(options, sections)


def write(options: Options, sections: list[Section]) -> None:
    """Put the tables between the two marks of the document; the words around them stay."""
    document = options.result.read_text(encoding="utf-8")
    begin, end = (PAGES_BEGIN, PAGES_END) if options.sections == (PAGES,) else (BEGIN, END)
    before, _, rest = document.partition(begin)
    _, _, after = rest.partition(end)
    measured = "\n\n".join([machine(options), goals_markdown(sections), *(each.markdown() for each in sections)])
    options.result.write_text(f"{before}{begin}\n\n{measured}\n\n{end}{after}", encoding="utf-8")
    print(f"Written to {options.result}.")


def machine(options: Options) -> str:
    """Return what was measured on, and how busy that was."""
    versions = ", ".join(
        f"{name} {version}"
        for name, version in (
            ("Python", platform.python_version()),
            ("libvips", ".".join(str(pyvips.version(part)) for part in range(3))),
            ("rsync", _first_line(["rsync", "--version"])),
            ("rclone", _first_line(["rclone", "version"])),
            ("nginx", _first_line(["nginx", "-v"])),
            ("ImageMagick", _first_line(["convert", "-version"])),
            ("GraphicsMagick", _first_line(["gm", "version"])),
        )
        if version
    )
    return (
        f"Measured on {datetime.now(UTC):%A %-d %B %Y}, {os.cpu_count()} cores ({_processor()}), "
        f"{_memory_gb():.0f} GB of memory, {_system()}; {versions}. Database: "
        f"{'PostgreSQL' if os.environ.get('PHOTOSYNC_DATABASE_URL') else 'SQLite'}. Medians of {options.rounds}, "
        f"warm cache. Load of the machine at the end, over the last 15 minutes: {os.getloadavg()[2]:.1f}."
    )


def _first_line(command: list[str]) -> str:
    """Return the version number in the first line that `command` prints; "" where it is not installed."""
    try:
        done = subprocess.run([where(command[0]) or "", *command[1:]], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    words = (done.stdout or done.stderr).splitlines()[0].replace("/", " ").split()
    return next((word.strip("v,") for word in words if any(c.isdigit() for c in word) and "." in word), "")


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in facts if line.startswith("model name")), "unknown")


def _memory_gb() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


if __name__ == "__main__":
    main()
