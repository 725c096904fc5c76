"""A source on a Samba of the tests, with short limits."""

from ipaddress import ip_network

from photosync.connectors.smb.line import Reached
from photosync.connectors.smb.place import place_from
from photosync.connectors.smb.source import SmbSource
from photosync.outgoing import AllowedRanges
from tests.services.samba import SHARE, USER

LOOPBACK = AllowedRanges((ip_network("127.0.0.0/8"),))
CONNECT_WITHIN_S = 10.0
ANSWER_WITHIN_S = 10.0


def reached(samba, folder="", *, share=SHARE, username=USER, password=None, port=None, **others):
    options = {"host": "127.0.0.1", "port": str(port or samba.port), "share": share, "folder": folder}
    limits = {"needs_encryption": False, "connect_within_s": CONNECT_WITHIN_S, "answer_within_s": ANSWER_WITHIN_S}
    password = samba.password if password is None else password
    return Reached(place_from(options), username, password, allowed=LOOPBACK, **{**limits, **others})


def source(samba, folder="", *, index=None, window_entries=1_000, most_in_a_folder=1_000_000, **others):
    where = reached(samba, folder, **others)
    return SmbSource(where, index=index, window_entries=window_entries, most_in_a_folder=most_in_a_folder)
