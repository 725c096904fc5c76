"""What a person reads when a server says no, from a real server wherever it can be brought to say so."""

import os
import tempfile
from pathlib import Path

import pytest
from smbprotocol.open import CreateDisposition, CreateOptions, ImpersonationLevel, LockFlags, Open, SMB2LockElement

from photosync.connectors.smb import words
from photosync.connectors.smb.line import open_line
from photosync.connectors.smb.source import SmbSource
from photosync.connectors.smb.statuses import Status
from photosync.connectors.smb.transport import Garbled
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.smb.reaching import reached, source
from tests.services import samba as servers

NOTHING = "Nothing was concluded from it, so nothing was changed."
READ_AND_WRITE = 0x0012_019F


@pytest.fixture(scope="module")
def barred():
    """A folder that every user of this machine may enter, and in it what none of them may read."""
    with tempfile.TemporaryDirectory(prefix="photosync-barred-") as folder:
        barred = Path(folder)
        barred.chmod(0o755)
        (barred / "closed").mkdir(mode=0o000)
        (barred / "closed.jpg").touch(mode=0o000)
        yield barred


@pytest.fixture(scope="module")
def strict_samba(barred):
    """A server with shares of every sort."""
    shares = {
        "barred": {"path": str(barred), "force user": ""},
        "others": {"valid users": "nobody"},
        "dismounted": {"path": str(barred / "not there")},
        "printer": {"printable": "yes"},
        "single": {"max connections": "1"},
        "dfs": {"msdfs root": "yes"},
        "process": {"path": f"/proc/{os.getpid()}"},
    }
    with servers.running(shares=shares) as running:
        yield running


def said(samba, **options):
    """Return what listing the source raises."""
    with source(samba, **options) as opened, pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    return raised.value.message


def server(samba):
    return f"the SMB server 127.0.0.1 (port {samba.port})"


def fetched(opened, name, folder=""):
    return opened.fetch(folder, name, limit_bytes=1_000_000).content


def test_wrong_password_and_unknown_user_are_told_alike(samba):
    for username, password in ((servers.USER, "wrong"), ("nobody-knows", None)):
        assert said(samba, username=username, password=password) == (
            f"Signing in as {username} failed on {server(samba)}: user name or password "
            f"is wrong. {NOTHING} Check user name and password and enter both again; a domain belongs to the name, "
            r"as in SCHOOL\photos."
        )


def test_password_is_in_no_message_and_no_text_of_a_source(samba):
    where = reached(samba, password="Sesame-7")
    with source(samba, password="Sesame-7") as opened, pytest.raises(SourceUnavailable) as raised:
        list(opened.pages())
    told = []
    error = raised.value
    while error is not None:
        told += [str(error), repr(error)]
        error = error.__cause__
    assert "Sesame-7" not in repr((told, where))


def test_domain_belongs_to_the_user_name(samba):
    (samba.files / "of the domain").mkdir()
    with source(samba, "of the domain", username=rf"SCHOOL\{servers.USER}") as opened:
        assert list(opened.pages()) == []


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        (
            "locked",
            ("-c", "[L          ]"),
            "the account is locked, as after too many wrong passwords. {nothing} Have it unlocked by whoever looks "
            "after that server, and see who enters a wrong password. Then run again.",
        ),
        (
            "disabled",
            ("-c", "[D          ]"),
            "the account is disabled. {nothing} Have it enabled by whoever looks after that server, or use another "
            "one.",
        ),
        (
            "leaver",
            ("--kickoff-time", "1000000"),
            "the account has expired. {nothing} Have it extended by whoever looks after that server, or use another "
            "one.",
        ),
    ],
)
def test_account_that_may_not_be_used_is_told_with_the_reason(samba, name, changes, reason):
    samba.add_account(name)
    samba.change_account(name, *changes)
    assert said(samba, username=name) == (
        f"Signing in as {name} failed on {server(samba)}: {reason.format(nothing=NOTHING)}"
    )


def test_password_that_has_expired_is_told(strict_samba):
    """Passwords live for a second there, for as long as this test takes."""
    age = ("pdbedit", "-s", str(strict_samba.config), "-P", "maximum password age", "-C")
    strict_samba.run(*age, "1")
    try:
        message = ""
        while not message:
            with source(strict_samba) as opened:
                try:
                    list(opened.pages())
                except SourceUnavailable as error:
                    message = error.message
    finally:
        strict_samba.run(*age, "-1")
    assert message == (
        f"Signing in as {servers.USER} failed on {server(strict_samba)}: the password of "
        f"the account has expired. {NOTHING} Have a new one set that does not expire, and enter it here."
    )


@pytest.mark.parametrize(
    ("share", "reason"),
    [
        (
            "nothing-of-the-sort",
            "the server has no share of this name, or the disk behind it is not there. {nothing} Check the share's "
            "name and that it is still shared. Then run again.",
        ),
        (
            "dismounted",
            "the server has no share of this name, or the disk behind it is not there. {nothing} Check the share's "
            "name and that it is still shared. Then run again.",
        ),
        (
            "others",
            "the account may not use this share. {nothing} Have it allowed to read the share by whoever looks after "
            "that server. Then run again.",
        ),
        (
            "printer",
            "it is not a share of files but of a printer or of a service. {nothing} Choose a share that has the "
            "photos.",
        ),
    ],
)
def test_share_that_cannot_be_opened_is_told_with_the_reason(strict_samba, share, reason):
    assert said(strict_samba, share=share) == (
        f"Opening the share {share} failed on {server(strict_samba)}: {reason.format(nothing=NOTHING)}"
    )


def test_folder_that_is_not_there_is_no_empty_listing(samba):
    assert said(samba, folder="2026/Portraits") == (
        f"Listing the folder 2026/Portraits of the share photos failed on {server(samba)}"
        f": there is no such folder in the share. {NOTHING} Check the folder's path, from the top of the share, and "
        "that it was not moved or renamed. Then run again."
    )


def test_folder_that_may_not_be_read_breaks_the_listing(strict_samba):
    assert said(strict_samba, share="barred") == (
        f"Listing the folder closed of the share barred failed on {server(strict_samba)}: "
        f"the account may not look into it. {NOTHING} Have it allowed to read that folder and what is in it. Then "
        "run again."
    )


def test_file_that_may_not_be_read_is_tried_later(strict_samba):
    with source(strict_samba, share="barred") as opened, pytest.raises(TryLater) as raised:
        fetched(opened, "closed.jpg")
    assert raised.value.message == (
        f"closed.jpg could not be read from {server(strict_samba)}: the account may not "
        "read it. It was left as it is. Have it allowed to read that file; the next run reads it."
    )


def test_disk_that_fails_is_told(strict_samba):
    """The memory of a process, at address 0, is a file that every kernel refuses to read as a broken disk does."""
    with source(strict_samba, share="process") as opened, pytest.raises(TryLater) as raised:
        fetched(opened, "mem")
    assert raised.value.message == (
        f"mem could not be read from {server(strict_samba)}: the disk that the share is "
        "on could not be read. It was left as it is. Have the disk looked at by whoever looks after that server. The "
        "next run tries again."
    )


def test_server_that_is_full_lets_one_line_do_all_the_work(strict_samba):
    (strict_samba.files / "single.jpg").write_bytes(b"one")
    with source(strict_samba, share="single") as opened:
        half = opened.read_folder("")
        assert half is not None
        next(half)
        with source(strict_samba, share="single", connect_within_s=2.0) as other, pytest.raises(TryLater) as raised:
            list(other.pages())
        half.close()
        assert fetched(opened, "single.jpg") == b"one"
    assert raised.value.message == (
        f"Opening the share single failed on {server(strict_samba)}: it lets no more "
        f"connections in. {NOTHING} Wait until others have left, or have its limit raised. The next run tries again."
    )


@pytest.mark.parametrize("locks_a_part", [False, True])
def test_file_that_the_photographers_program_has_open_is_tried_later(samba, locks_a_part):
    (samba.files / "open.jpg").write_bytes(b"half of a phot")
    program = open_line(reached(samba))
    opened_there = Open(program._tree, "open.jpg")
    opened_there.create(
        ImpersonationLevel.Impersonation,
        READ_AND_WRITE,
        0,
        0x1 if locks_a_part else 0,
        CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    if locks_a_part:
        part = SMB2LockElement()
        part["offset"], part["length"] = 0, 5
        part["flags"].set_flag(LockFlags.SMB2_LOCKFLAG_EXCLUSIVE_LOCK)
        part["flags"].set_flag(LockFlags.SMB2_LOCKFLAG_FAIL_IMMEDIATELY)
        opened_there.lock([part])
    with source(samba) as opened:
        with pytest.raises(TryLater) as raised:
            fetched(opened, "open.jpg")
        program.close()
        (samba.files / "open.jpg").write_bytes(b"a photo")
        content = b""
        while not content:  # until the server has noticed that the program is gone
            try:
                content = fetched(opened, "open.jpg")
            except TryLater as error:
                assert error.message == raised.value.message  # noqa: PT017 - the same as before, and then none
    assert content == b"a photo"
    assert raised.value.message == (
        f"open.jpg could not be read from {server(samba)}: another program has it open "
        "and lets nobody else read it. It was left as it is. Close it there, such as in the photographer's program; "
        "the next run reads it."
    )


def test_dfs_folder_is_listed_and_not_followed(strict_samba):
    (strict_samba.files / "elsewhere").symlink_to(r"msdfs:other\share")
    message = (
        "{} is a link to somewhere else (a symbolic link, a junction or a DFS folder), so it was not followed. Put "
        "the file itself into the folder."
    )
    with source(strict_samba, share="dfs") as opened:
        listed = [entry.name for _, entries in opened.entries(list(opened.pages())) for entry in entries]
        assert listed.count("elsewhere") == 1
        for folder, name in (("", "elsewhere"), ("elsewhere", "1.jpg")):
            with pytest.raises(ItemRejected) as raised:
                fetched(opened, name, folder)
            path = f"{folder}/{name}".lstrip("/")
            assert (raised.value.code, raised.value.message) == ("outside_source", message.format(path))
    assert said(strict_samba, share="dfs", folder="elsewhere/2026") == (
        f"Listing the folder elsewhere/2026 of the share dfs failed on {server(strict_samba)}: "
        f"it is a DFS folder that leads to another server, and such are not followed. {NOTHING} "
        "Choose that server and share themselves: Windows shows them under Properties > DFS."
    )
    (strict_samba.files / "elsewhere").unlink()


@pytest.mark.parametrize("mapping", ["Bad User", "Bad Password"])
def test_guest_is_never_taken_for_the_account(mapping):
    """Such a server would show what guests may see: nothing, perhaps, and every photo would seem to be gone."""
    with servers.running(settings={"map to guest": mapping}, shares={"open": {"guest ok": "yes"}}) as samba:
        assert said(samba, share="open", username="nobody-knows") == (
            f"Signing in as nobody-knows failed on {server(samba)}: it let Photo Sync in "
            f"as a guest, as some do for a wrong password, and guests may be shown less than there is. {NOTHING} "
            "Check user name and password and enter both again; a domain belongs to the name, as in SCHOOL\\photos."
        )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"server max protocol": "SMB2_02"},
            "it speaks none of the versions of SMB that are safe (2.1 or newer). {nothing} Turn on SMB 2.1 or SMB 3 "
            "there. If it cannot, have the photos copied to a server that can.",
        ),
        (
            {"server max protocol": "NT1", "server min protocol": "NT1"},
            "what answers there is no SMB server, or one that speaks SMB 1 alone. {nothing} Check host and port (a "
            "share is nearly always at 445), and turn on SMB 2.1 or newer on the server.",
        ),
    ],
)
def test_server_that_is_too_old_is_refused(settings, reason):
    with servers.running(settings=settings) as samba:
        assert said(samba) == (f"Connecting failed on {server(samba)}: {reason.format(nothing=NOTHING)}")


def test_server_that_takes_no_password_over_ntlm_is_told():
    with servers.running(settings={"ntlm auth": "disabled"}) as samba:
        assert said(samba) == (
            f"Signing in as {servers.USER} failed on {server(samba)}: the server does not "
            f"accept NTLM, the way of signing in with a password. {NOTHING} Have NTLM allowed for this server, or "
            "install Kerberos for Photo Sync: pip install 'smbprotocol[kerberos]'."
        )


def test_encryption_that_is_required_and_not_to_be_had_is_refused(old_samba):
    assert said(old_samba, needs_encryption=True) == (
        f"Connecting failed on {server(old_samba)}: encryption is required, and the server "
        f"offers none. {NOTHING} Turn on encryption there (SMB 3), or set encryption to auto if those on the way may "
        "see the photos."
    )


OFFLINE = (
    "the disk that the share is on is offline",
    "Have the disk looked at by whoever looks after that server. The next run tries again.",
)
UNREADABLE = (
    "the disk that the share is on could not be read",
    "Have the disk looked at by whoever looks after that server. The next run tries again.",
)


@pytest.mark.parametrize(
    ("told", "status", "words_of_it"),
    [
        (words.sign_in, Status.PASSWORD_MUST_CHANGE, (
            "the password of the account must be changed before it can be used",
            "Have a new one set that need not be changed at the first use, and enter it here.",
        )),
        (words.sign_in, Status.ACCOUNT_RESTRICTION, (
            "the account may not be used in this way",
            "Have its restrictions looked at by whoever looks after that server (an empty password is one).",
        )),
        (words.sign_in, Status.INVALID_LOGON_HOURS, (
            "the account may not be used at this time of day",
            "Have its hours changed by whoever looks after that server, or run the sync at another time.",
        )),
        (words.sign_in, Status.INVALID_WORKSTATION, (
            "the account may not be used from this machine",
            "Have this machine allowed by whoever looks after that server.",
        )),
        (words.sign_in, Status.LOGON_TYPE_NOT_GRANTED, (
            "the account may not be used over the network",
            "Have that right given to it (Access this computer from the network).",
        )),
        (words.sign_in, Status.NO_LOGON_SERVERS, (
            "the server cannot reach its domain controller to check the password",
            "Have the domain looked at by whoever looks after that server. The next run tries again.",
        )),
        (words.sign_in, Status.TRUST_FAILURE, (
            "the server and the domain of the account do not trust each other",
            "Have the domain looked at by whoever looks after that server. The next run tries again.",
        )),
        (words.sign_in, Status.TIME_DIFFERENCE_AT_DC, (
            "the clock of the server or of its domain is wrong",
            "Have the clocks set right. The next run tries again.",
        )),
        (words.share, Status.PATH_NOT_COVERED, (
            "it is a DFS folder that leads to another server, and such are not followed",
            "Choose that server and share themselves: Windows shows them under Properties > DFS.",
        )),
        *((of, status, OFFLINE) for of in (words.share, words.folder, words.file) for status in (
            Status.DEVICE_OFF_LINE, Status.NO_MEDIA_IN_DEVICE, Status.DEVICE_NOT_READY, Status.VOLUME_DISMOUNTED,
        )),
        *((words.folder, status, UNREADABLE) for status in (
            Status.DISK_CORRUPT_ERROR, Status.CRC_ERROR, Status.IO_DEVICE_ERROR, Status.IO_TIMEOUT,
        )),
        (words.file, Status.FILE_IS_OFFLINE, (
            "its bytes are in an archive that is not at hand", "Have it brought back; the next run reads it.",
        )),
        (words.file, Status.CLOUD_FILE_NETWORK_UNAVAILABLE, (
            "its bytes are in a cloud that the server cannot reach",
            "Have it kept on the server too; the next run reads it.",
        )),
        (words.file, Status.VIRUS_INFECTED, (
            "the virus scanner of the server does not let it be read",
            "Have the file looked at there. The next run tries again.",
        )),
        (words.file, Status.NOT_SUPPORTED, (
            "it answered with an error (NOT_SUPPORTED, 0xC00000BB)",
            "Ask whoever looks after that server, and tell them this number. The next run tries again.",
        )),
        (words.file, 0xC0001234, (
            "it answered with an error (0xC0001234)",
            "Ask whoever looks after that server, and tell them this number. The next run tries again.",
        )),
    ],
)  # fmt: skip
def test_what_no_samba_can_be_brought_to_say_is_told_too(told, status, words_of_it):
    assert told(status) == words_of_it


class Garbling(SmbSource):
    """What the server says when it is asked whether the source is still there makes no sense."""

    def _look_at_the_root(self, line):
        raise Garbled


def test_answer_about_the_share_itself_that_makes_no_sense_ends_the_run(samba):
    with Garbling(reached(samba)) as opened, pytest.raises(SourceUnavailable) as raised:
        fetched(opened, "never.jpg")
    assert raised.value.message == (
        f"Reading never.jpg failed on {server(samba)}: what came was changed on its way, or is not what an SMB "
        "server sends. Nothing was concluded from it, so nothing was changed. Check that the server is on and the "
        "network is whole. The next run tries again."
    )
