"""Thumbnails over HTTP with session and permission check, against nginx giving out the same files to anyone."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import inputs
from bench.installation import PROJECT, Installation
from bench.measuring import median, where
from bench.options import Options
from bench.table import Goal, Section

PHOTOS = 100
CONNECTIONS = 16
MOST_MS = 20
STARTS_WITHIN_S = 30
UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
SHARE, STRETCH = 0.08, 0.12


@dataclass(frozen=True, slots=True)
class _Load:
    per_s: float
    p99_ms: float


def measure(options: Options) -> Section:
    section = Section(
        f"Thumbnails over HTTP, {CONNECTIONS} connections",
        f"wrk asks for the thumbnails of {PHOTOS} people in turn, one thread, on this machine. `photosync serve`, "
        "which also runs the scheduler, checks session and permission; nginx, two workers, gives the same files to "
        "anyone.",
        ("server", "answers/s", "99th percentile"),
    )
    if missing := [program for program in ("nginx", "wrk") if where(program) is None]:
        section.rows.append((f"not measured: {' and '.join(missing)} not installed", "", ""))
        return section
    photos = inputs.portraits(options.cache, PHOTOS)
    installation = Installation(options.work / "serving", photos, PHOTOS)
    installation.sync()
    files = installation.photos()
    script = _script(options.work / "wrk.lua", files, installation.session_key())
    ours, theirs = [], []
    with _photosync(installation) as ours_at, _nginx(options.work / "nginx", files) as theirs_at:
        for _ in range(options.rounds):
            ours.append(_load(ours_at, script, options.wrk_s))
            theirs.append(_load(theirs_at, script, options.wrk_s))
    installation.remove()
    for name, loads in (("photosync serve", ours), ("nginx", theirs)):
        rate, late = median([load.per_s for load in loads]), median([load.p99_ms for load in loads])
        section.rows.append((name, f"{rate:,.0f}", f"{late:.1f} ms"))
    share = median([load.per_s for load in ours]) / median([load.per_s for load in theirs])
    late_ms = median([load.p99_ms for load in ours])
    section.goals += [
        Goal.at_least("Thumbnails, as a share of nginx's answers", share, SHARE),
        Goal.at_least("Thumbnails, the same, as hoped for", share, STRETCH),
        Goal.at_most("Thumbnails, 99th percentile", late_ms, MOST_MS, " ms"),
    ]
    return section


def _script(path: Path, files: Mapping[str, str], session_key: str) -> Path:
    listed = ",\n".join(f'"{each}"' for each in files)
    path.write_text(
        f"local paths = {{\n{listed}\n}}\nlocal requests = {{}}\nlocal at = 0\n"
        "init = function(args)\n"
        f'  wrk.headers["Cookie"] = "sessionid={session_key}"\n'
        '  for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end\n'
        "end\n"
        "request = function() at = at % #requests + 1; return requests[at] end\n"
    )
    return path


def _load(address: str, script: Path, for_s: int) -> _Load:
    command = [
        where("wrk") or "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{for_s}s",
        "--latency",
        "-s",
        str(script),
        address,
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(f"{address} did not answer every request:\n{told}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    assert rate, told
    assert late, told
    return _Load(float(rate[1]), float(late[1]) * UNITS_MS[late[2]])


@contextmanager
def _photosync(installation: Installation) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "photosync", "serve", "--port", str(port)]
    with started(command, port, installation.environment()) as address:
        yield address


@contextmanager
def _nginx(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    shutil.rmtree(folder, ignore_errors=True)
    for path, blob in files.items():
        served = folder / "files" / path.lstrip("/")
        served.parent.mkdir(parents=True)
        shutil.copyfile(blob, served)
    port = free_port()
    for opened in (folder, *folder.rglob("*")):
        opened.chmod(0o755 if opened.is_dir() else 0o644)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; user root; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events { worker_connections 256; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n"
        "  open_file_cache max=1000;\n"
        f"  types {{ image/jpeg jpg; }} client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}\n"
    )
    with started([where("nginx") or "nginx", "-c", str(configuration)], port, None) as address:
        yield address
    shutil.rmtree(folder)


@contextmanager
def started(command: list[str], port: int, environment: Mapping[str, str] | None) -> Iterator[str]:
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{process.args!r} did not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
