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


def main() -> None:
    options = read_options(PROJECT / "docs" / "benchmarks.md")
    options.work.mkdir(parents=True, exist_ok=True)
    begun_s = time.monotonic()
    try:
        for name in options.sections:
            print(f"measuring: {name} ...", flush=True)
            told = f"{MEASURES[name](options).markdown()}\n\n{machine(options)}"
            print(f"\n{told}\n", flush=True)
            if options.are_full:
                write(options.result, name, told)
    finally:
        shutil.rmtree(options.work, ignore_errors=True)
    print(f"Took {(time.monotonic() - begun_s) / 60:.1f} minutes.")


def write(document: Path, section: str, told: str) -> None:
    """Put what was measured between the two marks of its section; all else in the document stays."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{document} has no place for {section}: {begin} and {end}")
    document.write_text(f"{before}{begin}\n\n{told}\n\n{end}{after}", encoding="utf-8")
    print(f"Written to {document}.")


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
