"""What went wrong in a database, in the words of people: the server's codes, sorted into a few kinds of trouble."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from photosync.connectors.network import TIMED_OUT

LONGEST_SAID = 300


class Sort(Enum):
    """A kind of trouble: what happened, and what to do about it."""

    SIGN_IN = "it did not accept the user name and password", "Check both."
    GIVES_AWAY = (
        "it asks for the password itself, and whether it is the server that is meant was not checked",
        (
            "Choose encryption=verified; where the server has an authority of its own, paste that one's certificate "
            "(ca_pem)."
        ),
    )
    NOT_LET_IN = "it did not let Photo Sync in", "Check user name, password and database."
    DATABASE = (
        "it has no such database, or this user may not use it",
        "Check the name of the database and the rights of the user.",
    )
    DENIED = "the user may not read what the query asks for", "Let the user SELECT from those tables or views."
    QUERY = "it cannot work out the query", "Correct the query; try it in the database first."
    DATA = (
        "a value there does not fit what the query does with it",
        "Correct that value, or let the query take any, for example by comparing codes as text.",
    )
    READ_ONLY = "the query would change something, and Photo Sync only reads", "Write a query that reads only."
    LOCKED = "another program kept the rows locked for too long", "Run again later."
    FULL = "it has too many connections already", "Run again later, or let the server have more connections."
    CANCELLED = (
        "the query was ended because it took too long",
        "Make it quicker, for example with an index, or run again when the server has less to do.",
    )
    DRIPS = "it had not come whole when its time was up", "Check the network and the server, then run again."
    CERTIFICATE = (
        "its certificate is not to be trusted",
        "Check the name of the host, or paste the certificate of the authority that issued it (ca_pem).",
    )
    NOT_ENCRYPTED = (
        "it offers no encryption",
        (
            "Let whoever runs it switch encryption on. Without it, only addresses can be read that the operator of "
            "this server named, with encryption=none."
        ),
    )
    NO_TRUST = (
        "it does not encrypt, its certificate is not to be trusted, or it is no such server",
        (
            "Check the host, its port and its certificate; where it has an authority of its own, paste that one's "
            "certificate (ca_pem)."
        ),
    )
    REFUSED = "the connection was refused", "Check that the database is running, and the port."
    LOST = "the connection broke off", "Check the network and the server, then run again."
    OTHER = "it could not answer", "Look into what it says, then run again."

    @property
    def reason(self) -> str:
        return self.value[0]

    @property
    def do(self) -> str:
        return self.value[1]


class Failure(NamedTuple):
    """What a driver's error means. `said` are the server's own words, for whoever wrote the query; may be empty."""

    sort: Sort
    said: str = ""
    seconds: float | None = None
    """Where there was no answer: within so many."""

    @property
    def reason(self) -> str:
        if self.seconds is not None:
            return TIMED_OUT.format(seconds=self.seconds)
        said = one_line(self.said)
        return f"{self.sort.reason} ({said})" if said else self.sort.reason

    @property
    def is_silence(self) -> bool:
        """Whether the time was up, whatever has come by then."""
        return self.seconds is not None or self.sort is Sort.DRIPS

    @property
    def do(self) -> str:
        if self.seconds is not None:
            return "Check the network and the server, then run again."
        return self.sort.do


def one_line(said: str) -> str:
    """Return what a server says on one line that is not long, with nothing in it that is no text."""
    plain = "".join(char if char.isprintable() else " " for char in said)
    short = " ".join(plain.split()).rstrip(".")
    return short if len(short) <= LONGEST_SAID else f"{short[:LONGEST_SAID]}..."
