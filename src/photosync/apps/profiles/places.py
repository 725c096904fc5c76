"""Where a data source or a roster is, as its options say, and what of that holds when they change.

One rule for both: nobody lets a stored secret be sent to where they say, and the operator's leave is for one path.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from photosync.apps.profiles.source_secrets import HoldsOptions, kept_secrets, set_secrets
from photosync.connectors.registry import Option
from photosync.core.errors import Refused, WrongUse
from photosync.core.wording import list_words


class Called(NamedTuple):
    """What is said in refusals: "The source", "server", "Nothing was changed."."""

    what: str
    place: str
    nothing: str


def options_now(holder: HoldsOptions) -> dict[str, str]:
    """Return what the holder is opened with, without secrets that cannot be read any more."""
    return {**holder.options, **kept_secrets(holder)}


def options_that_fit(options: Sequence[Option], former: Mapping[str, str]) -> dict[str, str]:
    """Return which values hold for another kind, with these options. A secret never does."""
    return {
        each.name: former[each.name]
        for each in options
        if each.name in former and not each.secret and (not each.choices or former[each.name] in each.choices)
    }


def check_secrets_stay(
    called: Called, secrets: Collection[str], former: Mapping[str, str], asked: Mapping[str, str]
) -> None:
    """Refuse to keep a secret, at a place that is another, which is not entered again. Raises WrongUse.

    Whoever may change the place did not see the secret.
    """
    again = sorted(name for name in secrets if former.get(name) and name not in asked)
    if again:
        raise WrongUse(
            f"{called.what} would be at another {called.place} than the one that {list_words(again)} was entered "
            f"for. {called.nothing} Enter it again for this {called.place}.",
            command_line=f"--secret-file {again[0]}=FILE",
            option=again[0],
        )


def put_options(holder: HoldsOptions, secrets: Collection[str], given: Mapping[str, str]) -> None:
    """Let `given` be all options of the holder, the secrets among them sealed. The caller saves."""
    holder.options = {name: value for name, value in given.items() if name not in secrets}
    set_secrets(holder, {name: value for name, value in given.items() if name in secrets})


def has_leave(former: Mapping[str, str], given: Mapping[str, str], *, granted: bool) -> bool:
    """Whether the operator has chosen just this path outside the allowed roots before."""
    return granted and former.get("path") == given.get("path")


class TryOpen(Protocol):
    def __call__(self, *, may_override: bool) -> None: ...


def needs_leave(try_open: TryOpen, *, may_override: bool) -> bool:
    """Return whether `try_open` opens only with the operator's leave. Raises Refused where there is none."""
    try:
        try_open(may_override=False)
    except Refused:
        if not may_override:
            raise
        try_open(may_override=True)
        return True
    return False
