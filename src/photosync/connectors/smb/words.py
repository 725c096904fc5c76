"""What people are told when a share cannot be read: why, as a part of a sentence, and what to do."""

from __future__ import annotations

from photosync.connectors.folder.fetching import shown
from photosync.connectors.network import TIMED_OUT
from photosync.connectors.smb.statuses import FULL, GONE, IS_A_LINK, NO_NAME, Status
from photosync.connectors.smb.transport import Garbled, TimedOut
from photosync.core.errors import ItemRejected

Told = tuple[str, str]

RUN_AGAIN = "The next run tries again."
LOOK_AT_THE_LINE = "Check that the server is on and the network is whole. The next run tries again."
ASK_ABOUT = "Ask whoever looks after that server, and tell them this number. The next run tries again."
ENTER_IT = "Check user name and password and enter both again; a domain belongs to the name, as in SCHOOL\\photos."
UNLOCK = "Have it unlocked by whoever looks after that server, and see who enters a wrong password. Then run again."

GUEST: Told = (
    "it let Photo Sync in as a guest, as some do for a wrong password, and guests may be shown less than there is",
    ENTER_IT,
)
NOT_ENCRYPTED: Told = (
    "encryption is required, and the server offers none",
    "Turn on encryption there (SMB 3), or set encryption to auto if those on the way may see the photos.",
)
TOO_OLD: Told = (
    "it speaks none of the versions of SMB that are safe (2.1 or newer)",
    "Turn on SMB 2.1 or SMB 3 there. If it cannot, have the photos copied to a server that can.",
)
NO_SMB: Told = (
    "what answers there is no SMB server, or one that speaks SMB 1 alone",
    "Check host and port (a share is nearly always at 445), and turn on SMB 2.1 or newer on the server.",
)
CLOSED: Told = (
    "there is no SMB server at this address and port",
    "Check host and port, and that sharing of files is turned on there and let through by its firewall.",
)
NOT_REACHED: Told = (
    "there is no way to it",
    "Check host and port, and the network between this server and that one. The next run tries again.",
)
NO_FILES: Told = (
    "it is not a share of files but of a printer or of a service",
    "Choose a share that has the photos.",
)
NOT_THERE: Told = (
    "there is no such folder in the share",
    "Check the folder's path, from the top of the share, and that it was not moved or renamed. Then run again.",
)
UNASKABLE_FOLDER: Told = (
    "it cannot be asked for a folder of this name, so what is in it is not known",
    "Have it renamed, with letters, digits, spaces and hyphens alone. Then run again.",
)
TOO_MANY: Told = (
    "it holds more files than any source of photos",
    "Choose the folder with the photos. If there are so many, spread them over several.",
)

_SIGN_IN: dict[int, Told] = {
    Status.ACCOUNT_RESTRICTION: (
        "the account may not be used in this way",
        "Have its restrictions looked at by whoever looks after that server (an empty password is one).",
    ),
    Status.INVALID_LOGON_HOURS: (
        "the account may not be used at this time of day",
        "Have its hours changed by whoever looks after that server, or run the sync at another time.",
    ),
    Status.INVALID_WORKSTATION: (
        "the account may not be used from this machine",
        "Have this machine allowed by whoever looks after that server.",
    ),
    Status.PASSWORD_EXPIRED: (
        "the password of the account has expired",
        "Have a new one set that does not expire, and enter it here.",
    ),
    Status.PASSWORD_MUST_CHANGE: (
        "the password of the account must be changed before it can be used",
        "Have a new one set that need not be changed at the first use, and enter it here.",
    ),
    Status.ACCOUNT_DISABLED: (
        "the account is disabled",
        "Have it enabled by whoever looks after that server, or use another one.",
    ),
    Status.ACCOUNT_EXPIRED: (
        "the account has expired",
        "Have it extended by whoever looks after that server, or use another one.",
    ),
    Status.ACCOUNT_LOCKED_OUT: ("the account is locked, as after too many wrong passwords", UNLOCK),
    Status.LOGON_TYPE_NOT_GRANTED: (
        "the account may not be used over the network",
        "Have that right given to it (Access this computer from the network).",
    ),
    Status.NTLM_BLOCKED: (
        "the server does not accept NTLM, the way of signing in with a password",
        "Have NTLM allowed for this server, or install Kerberos for Photo Sync: pip install 'smbprotocol[kerberos]'.",
    ),
    Status.NO_LOGON_SERVERS: (
        "the server cannot reach its domain controller to check the password",
        "Have the domain looked at by whoever looks after that server. The next run tries again.",
    ),
    Status.TRUST_FAILURE: (
        "the server and the domain of the account do not trust each other",
        "Have the domain looked at by whoever looks after that server. The next run tries again.",
    ),
    Status.TIME_DIFFERENCE_AT_DC: (
        "the clock of the server or of its domain is wrong",
        "Have the clocks set right. The next run tries again.",
    ),
}
_SIGN_IN |= dict.fromkeys(
    (Status.LOGON_FAILURE, Status.WRONG_PASSWORD, Status.NO_SUCH_USER), ("user name or password is wrong", ENTER_IT)
)

_SHARE: dict[int, Told] = {
    Status.BAD_NETWORK_NAME: (
        "the server has no share of this name, or the disk behind it is not there",
        "Check the share's name and that it is still shared. Then run again.",
    ),
    Status.ACCESS_DENIED: (
        "the account may not use this share",
        "Have it allowed to read the share by whoever looks after that server. Then run again.",
    ),
    Status.BAD_DEVICE_TYPE: NO_FILES,
    Status.PATH_NOT_COVERED: (
        "it is a DFS folder that leads to another server, and such are not followed",
        "Choose that server and share themselves: Windows shows them under Properties > DFS.",
    ),
}

_DISK: dict[int, Told] = dict.fromkeys(
    (
        Status.DEVICE_OFF_LINE,
        Status.NO_SUCH_DEVICE,
        Status.NO_MEDIA_IN_DEVICE,
        Status.DEVICE_NOT_CONNECTED,
        Status.DEVICE_POWER_FAILURE,
        Status.DEVICE_NOT_READY,
        Status.UNEXPECTED_NETWORK_ERROR,
        Status.VOLUME_DISMOUNTED,
    ),
    (
        "the disk that the share is on is offline",
        "Have the disk looked at by whoever looks after that server. The next run tries again.",
    ),
)
_DISK |= dict.fromkeys(
    (
        Status.DISK_CORRUPT_ERROR,
        Status.DATA_ERROR,
        Status.CRC_ERROR,
        Status.IO_DEVICE_ERROR,
        Status.IO_TIMEOUT,
        Status.DEVICE_BUSY,
    ),
    (
        "the disk that the share is on could not be read",
        "Have the disk looked at by whoever looks after that server. The next run tries again.",
    ),
)
_FULL: dict[int, Told] = dict.fromkeys(
    FULL,
    (
        "it lets no more connections in",
        "Wait until others have left, or have its limit raised. The next run tries again.",
    ),
)
_FOLDER: dict[int, Told] = {
    Status.ACCESS_DENIED: (
        "the account may not look into it",
        "Have it allowed to read that folder and what is in it. Then run again.",
    ),
    Status.PATH_NOT_COVERED: _SHARE[Status.PATH_NOT_COVERED],
}
_FOLDER |= dict.fromkeys(GONE, NOT_THERE)
_FOLDER |= dict.fromkeys(NO_NAME, UNASKABLE_FOLDER)
_FILE: dict[int, Told] = {
    Status.ACCESS_DENIED: (
        "the account may not read it",
        "Have it allowed to read that file; the next run reads it.",
    ),
    Status.FILE_IS_OFFLINE: (
        "its bytes are in an archive that is not at hand",
        "Have it brought back; the next run reads it.",
    ),
    Status.CLOUD_FILE_PROVIDER_NOT_RUNNING: (
        "its bytes are in a cloud that the server cannot reach",
        "Have it kept on the server too; the next run reads it.",
    ),
}
_FILE[Status.CLOUD_FILE_NETWORK_UNAVAILABLE] = _FILE[Status.CLOUD_FILE_PROVIDER_NOT_RUNNING]
_FILE |= dict.fromkeys(
    (Status.SHARING_VIOLATION, Status.FILE_LOCK_CONFLICT, Status.LOCK_NOT_GRANTED),
    (
        "another program has it open and lets nobody else read it",
        "Close it there, such as in the photographer's program; the next run reads it.",
    ),
)
_FILE |= dict.fromkeys(
    (Status.VIRUS_INFECTED, Status.VIRUS_DELETED),
    (
        "the virus scanner of the server does not let it be read",
        "Have the file looked at there. The next run tries again.",
    ),
)


def sign_in(status: int) -> Told:
    return told(status, _SIGN_IN | _FULL)


def share(status: int) -> Told:
    return told(status, _SHARE | _DISK | _FULL | _SIGN_IN)


def folder(status: int) -> Told:
    return told(status, _FOLDER | _DISK | _FULL)


def file(status: int) -> Told:
    return told(status, _FILE | _DISK | _FULL)


def told(status: int, known: dict[int, Told]) -> Told:
    """Return what is told of `status`: its own words where it is `known`, else its number."""
    if status in known:
        return known[status]
    names = [f"{each.name}, " for each in Status if each == status]
    return f"it answered with an error ({''.join(names)}0x{status:08X})", ASK_ABOUT


def lost(error: Exception) -> str:
    """Return why a connection is of no use any more, as a part of a sentence."""
    if isinstance(error, TimedOut) and error.is_late:
        minutes, seconds = divmod(error.seconds, 60)
        within = f"{error.seconds:g} seconds" if seconds else f"{minutes:g} minutes"
        return f"it did not come within {within}"
    if isinstance(error, TimedOut):
        return TIMED_OUT.format(seconds=error.seconds)
    if isinstance(error, Garbled):
        return "what came was changed on its way, or is not what an SMB server sends"
    return "the connection was lost"


def rejected(status: int, path: str) -> ItemRejected | None:
    """Return why the file at `path` is never read as it is; None where another time it may be."""
    if status in IS_A_LINK:
        return link(path)
    return unaskable(path) if status in NO_NAME else None


def link(path: str) -> ItemRejected:
    return ItemRejected(
        f"{shown(path)} is a link to somewhere else (a symbolic link, a junction or a DFS folder), so it was not "
        "followed. Put the file itself into the folder.",
        code="outside_source",
    )


def unaskable(path: str) -> ItemRejected:
    return ItemRejected(
        f"{shown(path)} has a name that the server cannot be asked for. It was not read. Rename it, with letters, "
        "digits, spaces and hyphens alone.",
        code="unaskable_name",
    )
