"""JSONPath (RFC 9535) as a data manager writes it, and what is found by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathQuery
from jsonpath_rfc9535.segments import JSONPathSegment

from photosync.connectors.network import Words
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

LONGEST_PATH: Final = 500
MOST_NAMES: Final = 8
MISSING: Final = object()


class _Environment(JSONPathEnvironment):
    """Without `match` and `search`: a pattern may take for ever on a text that a server chooses."""

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in ("match", "search"):
            del self.function_extensions[name]


_ENVIRONMENT = _Environment()


class Unfit(Exception):
    """An answer is not as the settings say. The text is a reason; `do` is a whole sentence."""

    def __init__(self, reason: str, do: str) -> None:
        super().__init__(reason)
        self.words = Words(reason, do)


class JsonPath:
    """One JSONPath. A path that does not begin with `$` begins below it: `data.items` is `$.data.items`.

    Raises WrongUse, naming the option, for what is none.
    """

    def __init__(self, text: str, option: str) -> None:
        self.text = text if text.startswith("$") else f"$.{text}"
        self.option = option
        try:
            if len(text) > LONGEST_PATH:
                raise _no_path(option, text, f"it has more than {LONGEST_PATH} characters")
            self._query = _ENVIRONMENT.compile(self.text)
        except (JSONPathError, RecursionError) as error:
            # The library's own words, without the place that it adds: a path is one line.
            why = str(error.args[0]) if error.args else "it is nested too deeply"
            raise _no_path(option, text, why) from error

    def first(self, value: Any) -> Any:
        """Return the first value that is there, null only where there is no other, or MISSING."""
        found: Any = MISSING
        for each in self.all(value):
            if each is not None:
                return each
            found = None
        return found

    def all(self, value: Any) -> Iterator[Any]:
        return _values(self._query, value)

    def records(self, answer: Any) -> list[Any]:
        """Return the records of an answer: what the path leads to, or what is in the lists that it leads to.

        No record is an answer only where there is a place for them; a list that is null or absent raises Unfit.
        """
        segments = self._query.segments
        plain = next((at for at, each in enumerate(segments) if not _is_single(each)), len(segments))
        head = _part(segments[:plain])
        place = next(_values(head, answer), MISSING)
        if not isinstance(place, list | dict):
            raise self._unfit(answer, str(head), is_null=place is None)
        if plain == len(segments) == 0 and isinstance(place, dict):
            raise self._unfit(answer, str(head), is_null=False)
        found: list[Any] = []
        for each in self.all(answer):
            if isinstance(each, list):
                found += each
            else:
                found.append(each)
        return found

    def _unfit(self, answer: Any, head: str, *, is_null: bool) -> Unfit:
        if is_null:
            what = f"has null at {_readable(head)}, where the list should be"
        else:
            what = "is one object and not a list" if head == "$" else f"has no list at {_readable(head)}"
        there = f"; it has {names_in(answer)}" if isinstance(answer, dict) and answer else ""
        return Unfit(
            f"its answer {what}{there}",
            "Set the option records to the JSONPath of the list, such as $.data, and check what this token may read.",
        )


def _values(query: JSONPathQuery, value: Any) -> Iterator[Any]:
    try:
        for node in query.finditer(value):
            yield node.value
    except (JSONPathError, RecursionError) as error:
        raise Unfit(
            f"its answer is nested too deeply for the JSONPath {quoted(str(query))}", "Write a path without `..`."
        ) from error


def _part(segments: Sequence[JSONPathSegment]) -> JSONPathQuery:
    return JSONPathQuery(env=_ENVIRONMENT, segments=tuple(segments))


def _is_single(segment: JSONPathSegment) -> bool:
    return _part([segment]).singular_query()


def _readable(query: str) -> str:
    """Return `$['data']['items']` as people write it: `$.data.items`."""
    return re.sub(r"\['([^']*)'\]", r".\1", query)


def names_in(answer: dict[str, Any]) -> str:
    """Return the first names in an object of JSON, as a part of a sentence."""
    names = [quoted(name) for name in list(answer)[:MOST_NAMES]]
    return ", ".join(names) + (", ..." if len(answer) > MOST_NAMES else "")


def _no_path(option: str, text: str, why: str) -> WrongUse:
    return WrongUse(
        f"The option {option} is not a JSONPath: {quoted(text)} ({why}). Nothing was changed. Write one such as "
        "$.id or $.photo.url; match() and search() are not available.",
        option=option,
    )
