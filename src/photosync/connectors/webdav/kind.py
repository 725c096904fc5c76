"""The kind `webdav`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.index_option import index_path
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    from photosync.connectors.webdav.asking import Server
    from photosync.connectors.webdav.place import place_of
    from photosync.connectors.webdav.source import WebdavSource

    place = place_of(options)
    index = index_path(options, inside="folder on the server")
    server = Server(
        place, options["user"].strip(), options["password"], guard.allowed_ranges, ca_pem=options["ca_pem"]
    )
    return WebdavSource(server, index=index)


WEBDAV = ConnectorKind(
    name="webdav",
    title="WebDAV folder",
    summary="A folder on a WebDAV server, such as Nextcloud, ownCloud or Apache.",
    options=(
        Option(
            "address",
            "WebDAV address of the folder; at Nextcloud https://HOST/remote.php/dav/files/USER/FOLDER",
            required=True,
            leads=True,
        ),
        Option("user", "who signs in to the server; empty where it asks for no one"),
        Option("password", "the user's password; at Nextcloud an app password", secret=True),
        *match_options(index="the index file, as a path inside the folder"),
        Option(
            "ca_pem", "certificate of the authority that signed the server's, if it is not a public one", long=True
        ),
    ),
    open=_open,
    omits_sizes=True,
)
