"""The kind `oneroster_rest`: a service that gives users, classes and enrollments over HTTP, OneRoster 1.1 or 1.2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Roster
from photosync.connectors.roster.oneroster.users import OPTIONS
from photosync.connectors.roster.registry import RosterKind

AUTO: Final = "auto"
NO_SCOPE: Final = "none"
OAUTH2, SIGNED_SHA256, SIGNED_SHA1 = "oauth2", "oauth1_sha256", "oauth1_sha1"


def _open(options: Mapping[str, str], guard: Guard, today: date) -> Roster:
    # Late: what speaks HTTP takes longer to load than all the command line besides.
    from photosync.connectors.roster.oneroster.rest import open_service

    return open_service(options, guard, today)


ONEROSTER_REST = RosterKind(
    name="oneroster_rest",
    title="OneRoster service (REST)",
    summary="The school's system gives students and staff over HTTP, OneRoster 1.1 or 1.2, by OAuth 2.0 or 1.0a.",
    options=(
        Option(
            "address",
            "address of the service, with or without /ims/oneroster and the version at its end",
            required=True,
            leads=True,
        ),
        Option(
            "version", "version of OneRoster; auto: 1.2 where it is there", default=AUTO, choices=(AUTO, "1.1", "1.2")
        ),
        Option(
            "sign_in",
            "oauth2: by a token; oauth1_sha256, oauth1_sha1: each request is signed (OAuth 1.0a), version 1.1 only",
            default=OAUTH2,
            choices=(OAUTH2, SIGNED_SHA256, SIGNED_SHA1),
        ),
        Option("token_address", "whole address that gives tokens; needed with oauth2", leads=True),
        Option("client_id", "client ID; with OAuth 1.0a the consumer key", required=True),
        Option("secret", "client secret; with OAuth 1.0a the consumer secret", required=True, secret=True),
        Option(
            "scope", "scope to ask for with oauth2; empty: roster-core.readonly of the version; none: without one"
        ),
        *OPTIONS,
        Option(
            "ca_pem",
            "certificate (PEM) of the authority that signed the server's, where it is the school's own",
            long=True,
        ),
    ),
    open=_open,
    # Whoever answers, and who vouches for them: not only at which address.
    secrets_go_to=("address", "token_address", "ca_pem"),
)
