"""The kind `sftp`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.index_option import index_path
from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S, endpoint
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options
from photosync.core.errors import Refused, WrongUse, about_option

PORT = 22


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    from photosync.connectors.sftp.host_keys import host_keys_in

    try:
        from photosync.connectors.sftp.login import login_in
        from photosync.connectors.sftp.session import Place
        from photosync.connectors.sftp.source import SftpSource
    except ImportError as error:
        raise Refused(
            "SFTP needs the extra sftp, which is not installed on this server. Nothing was read. Ask the operator of "
            'the server to install it: pip install "photosync[sftp]".'
        ) from error
    folder = options["folder"].strip()
    if "\0" in folder:
        raise WrongUse(
            "The folder on the SFTP server cannot have a zero byte in its name. Nothing was changed.", option="folder"
        )
    with about_option("host_key"):
        host_keys = host_keys_in(options["host_key"])
    place = Place(
        server=endpoint("SFTP server", options, default_port=PORT),
        host_keys=host_keys,
        login=login_in(options),
        folder=folder,
        connect_within_s=CONNECT_WITHIN_S,
        answer_within_s=ANSWER_WITHIN_S,
    )
    return SftpSource(place, guard.allowed_ranges, index=index_path(options, inside="folder"))


SFTP = ConnectorKind(
    name="sftp",
    title="SFTP server",
    summary="A folder on a server that is reached by SFTP, with the files in it and in its subfolders.",
    options=(
        Option("host", "name or address of the SFTP server, such as files.school.example", required=True, leads=True),
        Option("port", "its port, where it is not 22", leads=True),
        Option("username", "who signs in there", required=True),
        Option("password", "the password of that user", secret=True),
        Option("private_key", "the private key of that user, as OpenSSH writes it", secret=True, long=True),
        Option("passphrase", "the passphrase of the private key", secret=True),
        Option(
            "host_key",
            "the server's host key or its SHA256 fingerprint, as who runs it confirms; several take a line each",
            long=True,
        ),
        Option("folder", "the folder there; empty: the one that the user begins in"),
        *match_options(index="the index file, relative to the folder"),
    ),
    open=_open,
)
