"""The kind `ldap`, as `photosync roster kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Roster
from photosync.connectors.roster.ldap.settings import Disabled, Encryption, Sort, login_of, settings_of
from photosync.connectors.roster.registry import RosterKind
from photosync.core.errors import Refused


def _open(options: Mapping[str, str], guard: Guard, _today: date) -> Roster:
    login, settings = login_of(options), settings_of(options)
    try:
        from photosync.connectors.roster.ldap.roster import LdapRoster
    except ImportError as error:
        raise Refused(
            "Directories cannot be read by this installation: ldap3 is not installed. Nothing was changed. Let the "
            "operator of the server install Photo Sync with the extra ldap.",
            command_line='pip install "photosync[ldap]"',
        ) from error
    return LdapRoster(login, settings, guard.allowed_ranges)


LDAP = RosterKind(
    name="ldap",
    title="LDAP directory",
    summary="Active Directory, OpenLDAP or another directory: students and staff, each below a base and by a filter.",
    options=(
        Option(
            "directory",
            "which kind it is; it decides which attributes are read, unless attributes says otherwise",
            default=Sort.ACTIVE_DIRECTORY.value,
            choices=tuple(each.value for each in Sort),
        ),
        Option("host", "name of the server, as its certificate has it", required=True),
        Option("port", "its port; empty for the usual one (636 with ldaps, else 389)"),
        Option(
            "encryption",
            "ldaps or starttls, with a checked certificate; none only at addresses that the operator named",
            default=Encryption.LDAPS.value,
            choices=tuple(each.value for each in Encryption),
        ),
        Option("ca_pem", "the certificate of your own authority as text (PEM), if it has one", long=True),
        Option(
            "user", "who signs in: a DN, or user@domain; may read what is read here, and nothing else", required=True
        ),
        Option("password", "of that user", required=True, secret=True),
        Option("students_base", "where students are, such as ou=students,dc=school,dc=example; empty: none are read"),
        Option("students_filter", "which entries below are students; empty: everyone who is a person"),
        Option("staff_base", "where staff are; empty: none are read"),
        Option("staff_filter", "which entries below are staff; empty: everyone who is a person"),
        Option(
            "attributes",
            "other attributes than the usual ones: FIELD=ATTRIBUTE, or an attribute alone, one on each line",
            long=True,
        ),
        Option(
            "disabled",
            "left: who is disabled at Active Directory (userAccountControl) has left",
            default=Disabled.STAYS.value,
            choices=tuple(each.value for each in Disabled),
        ),
        Option("page_size", "how many entries are asked for at a time, 10 to 1000", default="500"),
    ),
    open=_open,
    # The encryption and the authority decide who can read the password, as the host does.
    secrets_go_to=("host", "port", "encryption", "ca_pem"),
)
