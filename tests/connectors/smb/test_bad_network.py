"""A line that breaks, stalls, drips and garbles: nothing hangs, no listing ends quietly, no photo comes changed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from photosync.connectors.smb import words
from photosync.connectors.smb.transport import TimedOut
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.engine.fetch_ahead import fetched_ahead
from photosync.engine.ports import FileToFetch
from tests.connectors.smb.forger import forging_line
from tests.connectors.smb.reaching import source
from tests.services.bad_network import Faults, bad_network

SHORT_S = 1.5
NOTHING = "Nothing was concluded from it, so nothing was changed."
DO = "Check that the server is on and the network is whole. The next run tries again."
SILENT = "there was no answer within 1.5 seconds"
LOST = "the connection was lost"
CHANGED = "what came was changed on its way, or is not what an SMB server sends"
PHOTO = bytes(range(256)) * 12_000
SMALL = b"a small photo"
FILES = 3_000


@pytest.fixture(scope="module", autouse=True)
def photos(samba, old_samba):
    """A folder of many; and on both servers a large photo and a small one."""
    many = samba.files / "many"
    many.mkdir()
    for number in range(FILES):
        (many / f"{number:06}.jpg").touch()
    for each in (samba, old_samba):
        photos = each.files / "photos"
        photos.mkdir()
        (photos / "large.jpg").write_bytes(PHOTO)
        (photos / "small.jpg").write_bytes(SMALL)


@pytest.fixture
def network(samba):
    with bad_network(samba.port) as network:
        yield network


def over(network, samba, folder="photos", **others):
    limits = {"connect_within_s": SHORT_S, "answer_within_s": SHORT_S}
    return source(samba, folder, port=network.port, **{**limits, **others})


def listed(opened):
    return [entry.name for _, entries in opened.entries(list(opened.pages())) for entry in entries]


def unlisted(opened):
    with pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    return raised.value.message


def fetched(opened, name):
    return opened.fetch("", name, limit_bytes=10_000_000).content


def failed(step, network, reason, do=DO):
    return f"{step} failed on the SMB server 127.0.0.1 (port {network.port}): {reason}. {NOTHING} {do}"


def test_port_where_nothing_listens_is_told(network, samba):
    network.refuse()
    with over(network, samba) as opened:
        assert unlisted(opened) == failed(
            "Connecting",
            network,
            "there is no SMB server at this address and port",
            "Check host and port, and that sharing of files is turned on there and let through by its firewall.",
        )


@pytest.mark.parametrize(
    ("passes", "step"),
    [(0, "Connecting"), (300, "Signing in as photographer"), (710, "Opening the share photos")],
)
def test_server_that_falls_silent_while_it_lets_in_is_given_up(network, samba, passes, step):
    network.disturb(down=Faults(stall_after=passes))
    with over(network, samba) as opened:
        assert unlisted(opened) == failed(step, network, SILENT)


@pytest.mark.parametrize(("passes", "step"), [(300, "Signing in as photographer"), (710, "Opening the share photos")])
def test_line_that_breaks_while_the_server_lets_in_is_told(network, samba, passes, step):
    network.disturb(down=Faults(cut_after=passes))
    with over(network, samba) as opened:
        assert unlisted(opened) == failed(step, network, LOST)


def test_what_is_no_smb_server_is_told(network, samba):
    network.disturb(down=Faults(flip_every=1))
    with over(network, samba) as opened:
        assert unlisted(opened) == failed(
            "Connecting",
            network,
            "what answers there is no SMB server, or one that speaks SMB 1 alone",
            "Check host and port (a share is nearly always at 445), and turn on SMB 2.1 or newer on the server.",
        )


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Faults(stall_after=150_000), SILENT),
        (Faults(cut_after=150_000), LOST),
        (Faults(end_after=150_000), LOST),
        (Faults(flip_at=frozenset({150_000})), CHANGED),
    ],
)
def test_listing_that_breaks_off_is_none(network, samba, fault, reason):
    """The folder's content is of about 350 kB, so that the fault falls into its midst."""
    with over(network, samba, "many") as opened:
        network.disturb(down=fault)
        assert unlisted(opened) == failed("Listing the folder many of the share photos", network, reason)
        network.mend()
        assert len(listed(opened)) == FILES


def test_listing_of_chosen_pages_that_breaks_off_is_none(network, samba):
    with over(network, samba, "many") as opened:
        pages = list(opened.pages())
        network.disturb(down=Faults(cut_after=150_000))
        with pytest.raises(SourceUnavailable) as raised:
            list(opened.entries(pages))
    assert raised.value.message == failed("Listing the folder many of the share photos", network, LOST)


def test_line_that_was_lost_between_two_calls_is_made_anew(network, samba):
    with over(network, samba) as opened:
        assert sorted(listed(opened)) == ["large.jpg", "small.jpg"]
        network.cut()
        assert sorted(listed(opened)) == ["large.jpg", "small.jpg"]
        network.cut()
        assert fetched(opened, "small.jpg") == SMALL


def test_server_that_is_gone_makes_the_source_unavailable(network, samba):
    with over(network, samba) as opened:
        listed(opened)
        network.lose()
        with pytest.raises(SourceUnavailable):
            fetched(opened, "small.jpg")
        network.mend()
        assert fetched(opened, "small.jpg") == SMALL


def test_photo_that_breaks_off_once_is_fetched_anew(network, samba):
    with over(network, samba) as opened:
        listed(opened)
        (line,) = network.connections
        network.disturb(down=Faults(cut_after=1_500_000), connection=line.number)
        assert fetched(opened, "large.jpg") == PHOTO
        assert len(network.connections) == 2


def later(network, reason):
    return (
        f"large.jpg could not be read from the SMB server 127.0.0.1 (port {network.port}): {reason}. It was left as "
        "it is. The next run reads it again."
    )


def tried(opened, times):
    told = []
    for _ in range(times):
        with pytest.raises(TryLater) as raised:
            fetched(opened, "large.jpg")
        told.append((type(raised.value), raised.value.message))
    return told


def test_photo_that_breaks_off_every_time_is_tried_later(network, samba):
    """The others can be read: it is no fault of the line."""
    with over(network, samba) as opened:
        network.disturb(down=Faults(cut_after=1_500_000))
        assert tried(opened, 4) == [(TryLater, later(network, LOST))] * 4
        assert fetched(opened, "small.jpg") == SMALL


def test_photos_that_stall_one_after_the_other_end_the_run(network, samba):
    with over(network, samba, answer_within_s=0.5) as opened:
        network.disturb(down=Faults(stall_after=1_500_000))
        silent = "there was no answer within 0.5 seconds"
        assert tried(opened, 3) == [
            (TryLater, later(network, silent)),
            (TryLater, later(network, silent)),
            (SourceUnavailable, failed("Reading large.jpg", network, silent)),
        ]


def test_photo_that_stalls_is_not_waited_for_twice(network, samba):
    with over(network, samba) as opened:
        listed(opened)
        network.disturb(down=Faults(stall_after=1_500_000))
        with pytest.raises(TryLater) as raised:
            fetched(opened, "large.jpg")
        assert len(network.connections) == 1
    assert raised.value.message == (
        f"large.jpg could not be read from the SMB server 127.0.0.1 (port {network.port}): {SILENT}. It was left as "
        "it is. The next run reads it again."
    )


def test_slow_line_is_waited_for_as_long_as_something_comes(network, samba):
    """Twice as long as the limit on silence."""
    with over(network, samba) as opened:
        listed(opened)
        network.disturb(down=Faults(bytes_per_s=3_000_000))
        assert fetched(opened, "large.jpg") == PHOTO


def test_answer_that_drips_is_not_waited_for_without_end(network, samba):
    """A piece of a photo would take half an hour so; never is there silence."""
    with over(network, samba, answer_within_s=0.4) as opened:
        listed(opened)
        network.disturb(down=Faults(bytes_per_s=600))
        with pytest.raises(TryLater) as raised:
            fetched(opened, "large.jpg")
    assert raised.value.message == later(network, "it did not come within 4 seconds")


@pytest.mark.parametrize(("seconds", "told"), [(1.2, "1.2 seconds"), (600.0, "10 minutes")])
def test_time_that_a_photo_did_not_come_within_is_told(seconds, told):
    assert words.lost(TimedOut(seconds, is_late=True)) == f"it did not come within {told}"


def test_photos_that_come_piece_by_piece_and_never_whole_end_the_run(network, samba, monkeypatch):
    """Each piece comes in its time, and all of them would take an hour."""
    monkeypatch.setattr("photosync.connectors.smb.source.WITHIN_S", 1.2)
    reason = "it did not come within 1.2 seconds"
    with over(network, samba, answer_within_s=5.0) as opened:
        network.disturb(down=Faults(bytes_per_s=1_000_000))
        assert tried(opened, 3) == [
            (TryLater, later(network, reason)),
            (TryLater, later(network, reason)),
            (SourceUnavailable, failed("Reading large.jpg", network, reason)),
        ]
        network.mend()
        assert fetched(opened, "large.jpg") == PHOTO


def test_closing_ends_what_is_under_way(network, samba):
    raised = []

    def fetch():
        try:
            fetched(opened, "large.jpg")
        except TryLater as error:
            raised.append((type(error), error.message))

    with over(network, samba, answer_within_s=600) as opened:
        listed(opened)
        network.disturb(down=Faults(stall_after=1_500_000))
        fetching = threading.Thread(target=fetch)
        fetching.start()
        while network.down_bytes < 1_500_000:
            pass
    fetching.join()
    assert raised == [
        (
            SourceUnavailable,
            "The share is no longer being read. Nothing was concluded from it, so nothing was changed. Run again.",
        )
    ]


def flipped_once(opened, network, at, name):
    """Fetch a file while the bytes `at` of the answers on the open line arrive turned round."""
    network.disturb(down=Faults(flip_at=frozenset(at)), connection=len(network.connections))
    try:
        return fetched(opened, name)
    except TryLater as error:
        return error.message
    finally:
        network.mend()


@pytest.mark.parametrize("which", ["signed", "encrypted"])
def test_no_byte_of_an_answer_may_change_unnoticed(which, samba, old_samba):
    """Headers, names of times, and the photo: whichever byte is turned, what comes is the photo or nothing."""
    server = {"signed": old_samba, "encrypted": samba}[which]
    # Signing in anew is not what this is about: it has all the time that a busy machine takes.
    limits = {"answer_within_s": 0.6, "connect_within_s": 30.0}
    with bad_network(server.port) as network, over(network, server, **limits) as opened:
        fetched(opened, "small.jpg")
        before = network.down_bytes
        fetched(opened, "small.jpg")
        answers_bytes = network.down_bytes - before
        outcomes = {flipped_once(opened, network, {at}, "small.jpg") for at in range(0, answers_bytes, 7)}
        silent = (
            f"small.jpg could not be read from the SMB server 127.0.0.1 (port {network.port}): there was no answer "
            "within 0.6 seconds. It was left as it is. The next run reads it again."
        )
    # A length that arrives larger lets more be waited for, that never comes.
    assert outcomes - {silent} == {SMALL}


@pytest.mark.parametrize("which", ["old_samba", "samba"])
def test_answers_without_signature_or_encryption_are_not_believed(which, request):
    """Else whoever sits on the line could put another photo into them, or say that there is none any more."""
    server = request.getfixturevalue(which)
    with forging_line(server.port) as port, source(server, "photos", port=port) as opened:
        with pytest.raises(SourceUnavailable) as raised:
            fetched(opened, "large.jpg")
        assert raised.value.message == (
            f"Opening the share photos failed on the SMB server 127.0.0.1 (port {port}): {CHANGED}. {NOTHING} {DO}"
        )


def test_garbled_photo_never_comes_through(network, samba):
    with over(network, samba) as opened:
        network.disturb(down=Faults(flip_every=700_001))
        assert tried(opened, 3) == [(TryLater, later(network, CHANGED))] * 3


def test_photos_are_fetched_ahead_of_one_another(network, samba):
    """Each stalls halfway until as many are on their way as the source reads at the same time."""
    with source(samba, "photos", port=network.port) as opened, ThreadPoolExecutor(1) as pool:
        assert opened.fetches_at_once >= 4
        files = [FileToFetch(number, "", "large.jpg", len(PHOTO), "") for number in range(opened.fetches_at_once)]
        network.disturb(down=Faults(stall_after=len(PHOTO) // 2))
        coming = pool.submit(list, fetched_ahead(opened, files, 10_000_000))
        while halfway(network) < opened.fetches_at_once and not coming.done():
            threading.Event().wait(0.01)
        network.mend()
        assert [outcome.content == PHOTO for _, outcome in coming.result()] == [True] * len(files)


def halfway(network):
    return sum(each.down.passed_bytes >= len(PHOTO) // 2 for each in network.connections)
