"""Which database is read, and who signs in: the options that photos and rosters of a database share."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.network import endpoint
from photosync.connectors.registry import Guard, Option
from photosync.connectors.sql.drivers import PORTS, TITLES, driver
from photosync.connectors.sql.login import Encryption, Limits, Login, checked_authority, plain_option
from photosync.connectors.sql.session import Database
from photosync.connectors.sql.statements import Flavour

DATABASE_OPTIONS = (
    Option(
        "database_type",
        "which database it is; mysql is MariaDB too",
        default=Flavour.POSTGRESQL.value,
        choices=tuple(each.value for each in Flavour),
    ),
    Option("host", "name or address of the server", required=True, leads=True),
    Option("port", "its port; empty for the usual one (5432, 3306, 1433)", leads=True),
    Option("database", "name of the database", required=True),
    Option("username", "who signs in; give that user SELECT on what is read, and nothing else", required=True),
    Option("password", "of that user", secret=True),
    Option(
        "encryption",
        "verified: encrypted, with a checked certificate; the others only at addresses that the operator named",
        default=Encryption.VERIFIED.value,
        choices=tuple(each.value for each in Encryption),
    ),
    Option("ca_pem", "the certificate of your own authority as text (PEM), if it has one", long=True),
)


def database_of(options: Mapping[str, str], guard: Guard, *, limits: Limits, connections: int) -> Database:
    """Return the database that the options name; nothing is connected yet. Raises WrongUse, Refused."""
    flavour = Flavour(options["database_type"])
    login = Login(
        endpoint(TITLES[flavour], options, default_port=PORTS[flavour]),
        plain_option(options, "database"),
        plain_option(options, "username"),
        options["password"],
        Encryption(options["encryption"]),
        checked_authority(options["ca_pem"]),
    )
    return Database(login, driver(flavour), guard.allowed_ranges, limits=limits, connections=connections)
