"""How a profile's options say by what its files are matched to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from photosync.core.errors import WrongUse, about_option
from photosync.core.match_rules import FoundBy, MatchMode, MatchRule
from photosync.core.people import IdentifierKey, PersonKind, quoted

MATCH_OPTIONS = ("match", "pattern", "index", "key", "ignore_case", "ignore_leading_zeros", "by")
FLAG_OPTIONS = frozenset({"ignore_case", "ignore_leading_zeros"})
YES = ("yes", "true", "on", "1")
NO = ("no", "false", "off", "0", "")
_CODE_OF = {PersonKind.STUDENT: IdentifierKey.STUDENT_CODE, PersonKind.STAFF: IdentifierKey.STAFF_CODE}


def rule_from(options: Mapping[str, Any], kinds: Sequence[str]) -> MatchRule:
    """Return the match rule that `options` describe for people of `kinds` (`student`, `staff`).

    Without `match`, a given `pattern` or `index` says how; without `key`, the codes of `kinds` are the
    keys. Raises WrongUse.
    """
    people = tuple(PersonKind(kind) for kind in kinds)
    mode = _mode(options)
    if mode is MatchMode.INDEX and not _text(options, "index"):
        raise WrongUse(
            "Files are to be matched by an index file, but none is named. Nothing was changed. "
            "Name it, such as idlink.txt.",
            command_line="--option index=FILE",
            option="index",
        )
    if mode is not MatchMode.INDEX and _text(options, "index"):
        raise WrongUse(
            f"An index file is named, but files are matched by {mode.words}. Nothing was changed. "
            "Match by an index file, or leave its name out.",
            option="index",
        )
    return MatchRule(
        mode=mode,
        pattern=_text(options, "pattern"),
        keys=_keys(_text(options, "key"), people),
        ignore_case=_flag(options, "ignore_case"),
        ignore_leading_zeros=_flag(options, "ignore_leading_zeros"),
        by=_found_by(_text(options, "by").lower(), mode),
    )


def is_delivery(options: Mapping[str, Any]) -> bool:
    """Whether `options` read the source as a photographer's delivery."""
    return _text(options, "match") == MatchMode.PHOTOGRAPHER


def _mode(options: Mapping[str, Any]) -> MatchMode:
    given = _text(options, "match").lower()
    if not given:
        if _text(options, "pattern"):
            return MatchMode.PATTERN
        return MatchMode.INDEX if _text(options, "index") else MatchMode.STEM
    try:
        return MatchMode(given)
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(given)} is not a way to match files. Nothing was changed. "
            f"Choose one of: {', '.join(MatchMode)}.",
            option="match",
        ) from exc


def _found_by(given: str, mode: MatchMode) -> FoundBy:
    if not given or mode is not MatchMode.PHOTOGRAPHER:
        return FoundBy.NAME
    try:
        return FoundBy(given)
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(given)} is not by what a person in a photographer's delivery is found. Nothing was changed. "
            f"Choose one of: {', '.join(FoundBy)}.",
            option="by",
        ) from exc


def _keys(given: str, people: tuple[PersonKind, ...]) -> tuple[IdentifierKey, ...]:
    if not given:
        return tuple(_CODE_OF[kind] for kind in people)
    with about_option("key"):
        return tuple(_key(name, people) for name in given.split(","))


def _key(name: str, people: tuple[PersonKind, ...]) -> IdentifierKey:
    try:
        key = IdentifierKey(name.strip().lower())
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(name.strip())} is not a match key. Nothing was changed. "
            f"Choose from: {', '.join(IdentifierKey)}."
        ) from exc
    if not set(key.kinds) & set(people):
        raise WrongUse(
            f"The profile does not sync the people who have a {key.words}. Nothing was changed. "
            "Choose another match key, or add the component."
        )
    return key


def _text(options: Mapping[str, Any], name: str) -> str:
    return str(options.get(name) or "").strip()


def flag_word(options: Mapping[str, Any], name: str) -> str:
    """Return `yes` or `no`, whichever way it was said. Raises WrongUse."""
    return "yes" if _flag(options, name) else "no"


def _flag(options: Mapping[str, Any], name: str) -> bool:
    given = str(options.get(name) or "").strip().lower()
    if given in YES:
        return True
    if given in NO:
        return False
    raise WrongUse(f"{name} is yes or no, not {quoted(given)}. Nothing was changed.")
