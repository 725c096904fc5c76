"""The pool of worker processes: streaming, the same results, and what a crash, a stop or a kill costs."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from photosync.core.errors import ItemRejected, TryLater
from photosync.imaging import Rendered, RenderPool, RenderSettings, rejections, render
from tests.imaging import pictures
from tests.portraits import make_portrait

SETTINGS = RenderSettings()


@pytest.fixture
def pool() -> Iterator[RenderPool]:
    with RenderPool(2, time_limit_s=30) as pool:
        yield pool


def wait_until(is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def told(result: Rendered | ItemRejected) -> object:
    return (result.code, result.message) if isinstance(result, ItemRejected) else result


def resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def slow_picture() -> bytes:
    """A picture that keeps a worker busy, with 240 MB, for most of a second."""
    return pictures.encoded(pictures.flat(6300, 6300), "JPEG", progressive=True, subsampling=0)


def test_pool_gives_what_render_gives(pool: RenderPool) -> None:
    items = {str(seed): make_portrait(seed, 500, 640, orientation=seed % 8 + 1) for seed in range(8)}
    items["gray"] = pictures.encoded(pictures.portrait("L"), "PNG")
    results = dict(pool.imap(items.items(), SETTINGS))
    assert results == {key: render(content, SETTINGS) for key, content in items.items()}


def test_pool_gives_refusals_in_their_words(pool: RenderPool) -> None:
    damaged = make_portrait(1, 500, 640)[:-5000]
    results = dict(pool.imap([("empty", b""), ("damaged", damaged), ("text", b"no picture")], SETTINGS))
    assert {key: told(result) for key, result in results.items()} == {
        "empty": told(rejections.empty()),
        "damaged": told(rejections.damaged("JPEG")),
        "text": told(rejections.not_an_image()),
    }


def test_pool_hands_notes_and_settings_through(pool: RenderPool) -> None:
    settings = RenderSettings(min_short_edge_px=10, jpeg_quality=50)
    content = pictures.encoded(pictures.flat(60, 80), "JPEG", icc_profile=b"this is no profile")
    assert dict(pool.imap([(1, content)], settings)) == {1: render(content, settings)}
    assert len(render(content, settings).notes) == 1


def test_no_more_than_the_window_is_read_ahead(pool: RenderPool) -> None:
    read: list[int] = []

    def items() -> Iterator[tuple[int, bytes]]:
        for seed in range(12):
            read.append(seed)
            yield seed, make_portrait(seed, 200, 240)

    ahead = [len(read) - given for given, _ in enumerate(pool.imap(items(), SETTINGS, window=3))]
    assert (max(ahead), len(read)) == (3, 12)


def test_result_that_is_not_waited_for_does_not_block_the_next_run(pool: RenderPool) -> None:
    stream = pool.imap(((seed, make_portrait(seed, 400, 500)) for seed in range(100)), SETTINGS)
    next(stream)
    stream.close()
    content = make_portrait(1, 400, 500)
    assert dict(pool.imap([("next", content)], SETTINGS)) == {"next": render(content, SETTINGS)}


def test_error_of_the_source_comes_through(pool: RenderPool) -> None:
    def items() -> Iterator[tuple[int, bytes]]:
        yield 1, make_portrait(1, 200, 240)
        raise TryLater("the folder is gone")

    with pytest.raises(TryLater, match="the folder is gone"):
        list(pool.imap(items(), SETTINGS))


def test_two_threads_share_a_pool(pool: RenderPool) -> None:
    contents = {seed: make_portrait(seed, 400, 500) for seed in range(6)}
    results: list[dict[int, Rendered | ItemRejected]] = []
    threads = [
        threading.Thread(target=lambda: results.append(dict(pool.imap(contents.items(), SETTINGS)))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {seed: render(content, SETTINGS) for seed, content in contents.items()}
    assert results == [expected, expected]


def test_worker_killed_once_costs_nothing() -> None:
    with RenderPool(1) as pool:
        contents = [make_portrait(seed, 400, 500) for seed in range(3)]
        expected = [render(content, SETTINGS) for content in contents]
        assert pool.submit(contents[0], SETTINGS).result() == expected[0]
        (worker,) = pool.worker_pids()
        os.kill(worker, signal.SIGSTOP)
        futures = [pool.submit(content, SETTINGS) for content in contents]
        wait_until(futures[1].running)
        os.kill(worker, signal.SIGKILL)
        assert [future.result() for future in futures] == expected
        assert worker not in pool.worker_pids()


def test_picture_that_crashes_its_worker_again_and_again_is_rejected_and_the_others_are_not(
    pool: RenderPool,
) -> None:
    future = pool.submit(slow_picture(), SETTINGS)
    while not future.done():
        for pid in pool.worker_pids():
            if resident_bytes(pid) > 120_000_000:  # it is decoding
                os.kill(pid, signal.SIGSEGV)
                wait_until(lambda pid=pid: pid not in pool.worker_pids())
        time.sleep(0.002)
    assert told(future.result()) == told(rejections.crashed())
    others = [make_portrait(seed, 400, 500) for seed in range(4)]
    results = dict(pool.imap(enumerate(others), SETTINGS))
    assert results == {seed: render(content, SETTINGS) for seed, content in enumerate(others)}


def test_picture_that_takes_too_long_is_rejected_and_its_worker_replaced() -> None:
    with RenderPool(1, time_limit_s=2) as pool:
        content = make_portrait(1, 400, 500)
        assert pool.submit(content, SETTINGS).result() == render(content, SETTINGS)
        (stuck,) = pool.worker_pids()
        os.kill(stuck, signal.SIGSTOP)
        waiting = [pool.submit(make_portrait(seed, 400, 500), SETTINGS) for seed in (2, 3)]
        assert [told(future.result()) for future in waiting] == [
            told(rejections.too_slow(2)),
            render(make_portrait(3, 400, 500), SETTINGS),
        ]
        assert stuck not in pool.worker_pids()
        assert is_gone(stuck)


def test_worker_that_cannot_start_is_told_and_the_pool_can_be_tried_again(
    pool: RenderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_portrait(1, 400, 500)
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/bin/false")
        with pytest.raises(TryLater) as error:
            list(pool.imap([(1, content)], SETTINGS))
    assert error.value.message == (
        "No photo can be read: the picture worker does not start (no reason given). Nothing was changed. "
        "Check the server's memory and the installation, then run again."
    )
    assert dict(pool.imap([(1, content)], SETTINGS)) == {1: render(content, SETTINGS)}


def test_program_that_is_missing_is_told(pool: RenderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(TryLater) as error:
        list(pool.imap([(1, make_portrait(1, 400, 500))], SETTINGS))
    assert error.value.message == (
        "No photo can be read: the picture worker does not start "
        "([Errno 2] No such file or directory: '/nowhere/python'). Nothing was changed. "
        "Check the server's memory and the installation, then run again."
    )


def test_workers_start_late_and_end_when_idle() -> None:
    with RenderPool(2, idle_workers_end_after_s=0.2) as pool:
        assert pool.worker_pids() == []
        content = make_portrait(1, 400, 500)
        assert pool.submit(content, SETTINGS).result() == render(content, SETTINGS)
        wait_until(lambda: pool.worker_pids() == [])
        assert pool.submit(content, SETTINGS).result() == render(content, SETTINGS)


def test_workers_have_limits_and_no_core_files(pool: RenderPool) -> None:
    pool.submit(make_portrait(1, 400, 500), SETTINGS).result()
    worker = psutil.Process(pool.worker_pids()[0])
    assert worker.rlimit(resource.RLIMIT_CORE) == (0, 0)
    assert 1_200_000_000 < worker.rlimit(resource.RLIMIT_AS)[0] < 4_000_000_000


def test_workers_are_told_no_secrets_of_the_server(pool: RenderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOSYNC_SECRET_KEY", "not for workers")
    pool.submit(make_portrait(1, 400, 500), SETTINGS).result()
    assert "PHOTOSYNC_SECRET_KEY" not in psutil.Process(pool.worker_pids()[0]).environ()


def test_interrupt_of_the_whole_group_does_not_reject_pictures(pool: RenderPool) -> None:
    content = make_portrait(1, 400, 500)
    pool.submit(content, SETTINGS).result()
    (worker,) = pool.worker_pids()
    os.kill(worker, signal.SIGINT)
    os.kill(worker, signal.SIGTERM)
    assert pool.submit(content, SETTINGS).result() == render(content, SETTINGS)
    assert pool.worker_pids() == [worker]


def test_closed_pool_has_no_workers_and_takes_nothing() -> None:
    pool = RenderPool(2)
    pool.submit(make_portrait(1, 400, 500), SETTINGS).result()
    pids = pool.worker_pids()
    pool.close()
    assert ([is_gone(pid) for pid in pids], pool.worker_pids()) == ([True], [])
    with pytest.raises(RuntimeError, match="this pool is closed"):
        pool.submit(make_portrait(1, 400, 500), SETTINGS)


PARENT = """
import sys, time
from photosync.imaging import RenderPool, RenderSettings
content = sys.stdin.buffer.read()
pool = RenderPool(2)
futures = [pool.submit(content, RenderSettings()) for _ in range(4)]
futures[0].result()
print(*pool.worker_pids(), flush=True)
for _ in iter(int, 1):
    pool.submit(content, RenderSettings()).result()
"""


def test_parent_killed_in_the_middle_leaves_no_worker() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(make_portrait(1, 1600, 2000))
        parent.stdin.close()
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    wait_until(lambda: all(is_gone(pid) for pid in pids), seconds=10)
