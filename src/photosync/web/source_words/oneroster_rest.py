"""The words of Data Management > Rosters for a OneRoster service."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "oneroster_rest.address": _("Address of the service"),
    "oneroster_rest.version": _("OneRoster version"),
    "oneroster_rest.sign_in": _("Sign-in"),
    "oneroster_rest.token_address": _("Token address"),
    "oneroster_rest.client_id": _("Client ID or consumer key"),
    "oneroster_rest.secret": _("Client secret or consumer secret"),
    "oneroster_rest.scope": _("Scope"),
    "oneroster_rest.code": _("Student and staff code"),
    "oneroster_rest.roll_group": _("Roll group"),
    "oneroster_rest.org": _("School in it"),
    "oneroster_rest.ca_pem": _("Certificate of your own authority"),
}
HELP: dict[str, Any] = {
    "oneroster_rest.address": _(
        "For example https://sis.school.example, or all of it up to the version, such as "
        "https://sis.school.example/ims/oneroster/v1p1."
    ),
    "oneroster_rest.sign_in": _(
        "With a client ID, a client secret and a token address it is OAuth 2.0. With a consumer key and a consumer "
        "secret alone it is OAuth 1.0a, which OneRoster 1.1 has; SHA-256 unless you were told SHA-1."
    ),
    "oneroster_rest.token_address": _(
        "The whole address that gives tokens (client credentials). Only for OAuth 2.0."
    ),
    "oneroster_rest.client_id": _("As whoever runs the school's system gave it to you, with the secret."),
    "oneroster_rest.scope": _(
        "Only for OAuth 2.0. Leave it empty for roster-core.readonly of the version, which only reads. Type none "
        "where the service wants no scope."
    ),
    "oneroster_rest.org": _(
        "Where the service is of several schools: the name, identifier or sourcedId of yours. Empty: everyone."
    ),
}
CHOICES: dict[str, Any] = {
    "oneroster_rest.version.auto": _("found out: 1.2 where it is there"),
    "oneroster_rest.sign_in.oauth2": _("OAuth 2.0: a token"),
    "oneroster_rest.sign_in.oauth1_sha256": _("OAuth 1.0a: signed, SHA-256"),
    "oneroster_rest.sign_in.oauth1_sha1": _("OAuth 1.0a: signed, SHA-1"),
}
