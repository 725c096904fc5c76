"""What pages call the options of data sources and of rosters, the help under them, and their choices.

A kind with many options of its own has a module; what several share, and what kinds of files have, is here.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from photosync.web.source_words import json_api, ldap, oneroster_rest, roster_files, sftp, sif, smb, sql

LABELS: dict[str, Any] = {
    **json_api.LABELS,
    **ldap.LABELS,
    **oneroster_rest.LABELS,
    **roster_files.LABELS,
    **sftp.LABELS,
    **sif.LABELS,
    **smb.LABELS,
    **sql.LABELS,
    "path": _("Folder"),
    "archive.path": _("ZIP file"),
    "input": _("Input"),
    "match": _("Match files by"),
    "pattern": _("File-name pattern"),
    "index": _("Index file"),
    "by": _("Find people of a delivery by"),
    "key": _("Match key"),
    "ignore_case": _("Upper and lower case are equal"),
    "ignore_leading_zeros": _("Ignore leading zeros"),
    "names": _("Encoding of file names"),
    "bucket": _("Bucket"),
    "region": _("Region"),
    "endpoint": _("Address of the store"),
    "prefix": _("Folder in the bucket"),
    "access_key_id": _("Access key ID"),
    "secret_access_key": _("Secret access key"),
    "session_token": _("Session token"),
    "addressing": _("Where addresses name the bucket"),
    "webdav.address": _("WebDAV address of the folder"),
    "user": _("User"),
    "password": _("Password"),
    "ca_pem": _("Certificate of your own authority"),
}
"""By the name of the option; where a kind calls for other words, by that of the kind before it."""
HELP: dict[str, Any] = {
    **json_api.HELP,
    **ldap.HELP,
    **oneroster_rest.HELP,
    **roster_files.HELP,
    **sftp.HELP,
    **sif.HELP,
    **smb.HELP,
    **sql.HELP,
    "path": _("The whole path of the folder on the server, for example /srv/photos. Subfolders are read too."),
    "archive.path": _("The whole path of the ZIP file on the server, for example /srv/photos/2026.zip."),
    "pattern": _(
        "What file names look like, for example {code}_{any}, {last_name}_{first_name} or {first_name}{last_name}. "
        "Only with Match files by: pattern."
    ),
    "index": _("The file in the data source that says which picture is whose. Only with Match files by: index file."),
    "archive.index": _(
        "The file inside the ZIP that says which picture is whose, for example idlink.txt. "
        "Only with Match files by: index file."
    ),
    "bucket": _("The name of the bucket alone."),
    "region": _("Where the bucket is, for example ap-southeast-2. Other stores than Amazon's often need none."),
    "endpoint": _("For example https://s3.school.example. Leave it empty for Amazon S3."),
    "prefix": _("For example photos/2026. Leave it empty to read the whole bucket. Folders in it are read too."),
    "access_key_id": _("Of a user who may list and read the bucket, and nothing else."),
    "webdav.address": _(
        "At Nextcloud it looks like https://cloud.school.example/remote.php/dav/files/USER/FOLDER. "
        "Subfolders are read too."
    ),
    "webdav.user": _("Who signs in to the server. At Nextcloud, enter an app password below and not the user's own."),
    "ca_pem": _(
        "Only where an authority of your own signed the server's certificate: the certificate of that authority, as "
        "text (PEM)."
    ),
}
CHOICES: dict[str, Any] = {
    **json_api.CHOICES,
    **ldap.CHOICES,
    **oneroster_rest.CHOICES,
    **roster_files.CHOICES,
    **sif.CHOICES,
    **smb.CHOICES,
    **sql.CHOICES,
    "stem": _("the whole file name without its ending"),
    "pattern": _("a pattern with a named part"),
    "index": _("an index file"),
    "photographer": _("a photographer's delivery"),
    "name": _("name, grade and home room"),
    "auto": _("found out: UTF-8, else CP437"),
    "utf-8": _("UTF-8"),
    "cp437": _("CP437, of older Windows programs"),
    "addressing.auto": _("as is usual at that store"),
    "addressing.path": _("in the path"),
    "addressing.virtual": _("in the host's name"),
}
