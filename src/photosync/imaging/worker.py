"""One worker process of the pool: `python -m photosync.imaging.worker PARENT_PID SLOT_FD...`.

Speaks JSON lines on its standard input and output; picture bytes lie in the slot files it inherits, the
request's first and then, in their place, the renditions one after another. It ends when its input ends or
its parent dies. JSON and not pickle: what a hostile picture might make of this process must not reach the
parent as code.
"""

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from photosync.core.errors import ItemRejected
from photosync.imaging.settings import Rendered, RenderSettings
from photosync.imaging.wire import settings_from_json

_EXTRA_ADDRESS_SPACE_BYTES = 1_200_000_000
_TRIM_ABOVE_BYTES = 96_000_000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent_pid, slot_fds = int(arguments[0]), [int(fd) for fd in arguments[1:]]
    _die_with_parent(parent_pid)
    from photosync.imaging.rendering import render_content  # the native libraries, loaded before "ready"

    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    _limit_address_space()
    _silence_standard_streams()
    idle_bytes = _resident_bytes()
    replies.write(b'{"ready": true}\n')
    for line in requests:
        request = json.loads(line)
        fd = slot_fds[request["slot"]]
        settings = settings_from_json(request["settings"])
        reply = _reply(render_content, os.pread(fd, request["bytes"], 0), settings, fd)
        replies.write(json.dumps({"slot": request["slot"], **reply}).encode() + b"\n")
        if _resident_bytes() > idle_bytes + _TRIM_ABOVE_BYTES:
            _give_memory_back()


def _reply(render_content: Any, content: bytes, settings: RenderSettings, fd: int) -> dict[str, Any]:
    try:
        rendered: Rendered = render_content(content, settings)
    except ItemRejected as rejection:
        return {"rejected": {"message": rejection.message, "code": rejection.code}}
    place, seen, renditions = 0, {}, []
    for rendition in rendered.renditions:
        if rendition.sha256 not in seen:
            seen[rendition.sha256] = place
            place += os.pwrite(fd, rendition.content, place)
        renditions.append(
            {
                "name": rendition.name,
                "width_px": rendition.width_px,
                "height_px": rendition.height_px,
                "sha256": rendition.sha256,
                "at": seen[rendition.sha256],
                "bytes": len(rendition.content),
            }
        )
    return {
        "rendered": {
            "width_px": rendered.width_px,
            "height_px": rendered.height_px,
            "format_name": rendered.format_name,
            "source_sha256": rendered.source_sha256,
            "notes": rendered.notes,
            "look": rendered.look.hex(),
        },
        "renditions": renditions,
    }


def _die_with_parent(parent_pid: int) -> None:
    """Ask the kernel to end this process with the thread that started it.

    Elsewhere than on Linux the end of the input does it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C and service stops are the parent's business
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        raise SystemExit(0)


def _limit_address_space() -> None:
    if sys.platform != "linux":
        return
    now_bytes = _pages(0) * resource.getpagesize()
    most = now_bytes + _EXTRA_ADDRESS_SPACE_BYTES
    with contextlib.suppress(ValueError, OSError):  # an administrator's lower limit stays
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not leave faces in a core file


def _silence_standard_streams() -> None:
    """Native libraries may print; nothing of it may reach the reply stream or the terminal."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)


def _resident_bytes() -> int:
    return _pages(1) * resource.getpagesize() if sys.platform == "linux" else 0


def _pages(column: int) -> int:
    return int(Path("/proc/self/statm").read_bytes().split()[column])


def _give_memory_back() -> None:
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    main(sys.argv[1:])
