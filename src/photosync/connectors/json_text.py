"""JSON from servers that are not trusted, in which numbers keep their digits: an identifier is text."""

from __future__ import annotations

import json
from typing import Any

MOST_VALUES = 3_000_000
"""Values in one document; what has more would fill memory, however short it is as text."""
LONGEST_NUMBER = 400


class NotJson(Exception):
    """The text goes on after "its answer": "is not JSON (line 3)"."""


class Whole(int):
    """A whole number that knows how it was written."""

    text: str


class Fraction(float):
    """A number that knows how it was written."""

    text: str


def read_json(content: bytes) -> Any:
    """Return the value of a document in UTF-8, UTF-16 or UTF-32; numbers are Whole or Fraction. Raises NotJson."""
    # A mark of some sort stands before every value but the first.
    if sum(map(content.count, (b"[", b"{", b",", b":"))) > MOST_VALUES:
        raise NotJson("has too many values to be read at once")
    try:
        return json.loads(content, parse_int=_whole, parse_float=_fraction, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotJson(f"is not JSON, or broke off (line {error.lineno}, column {error.colno})") from error
    except UnicodeDecodeError as error:
        raise NotJson("is not JSON: it has bytes that are not text") from error
    except RecursionError as error:
        raise NotJson("is nested too deeply") from error
    except ValueError as error:
        raise NotJson(f"is not JSON: {error}") from error


def text_of(value: object) -> str | None:
    """Return text, or a number, as it was written; None where there is none, or nothing in it.

    What is neither (null, yes or no, a list, an object) is none.
    """
    if isinstance(value, str):
        # A lone half of a pair is no character: nothing that is stored or shown can hold it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or None
    if isinstance(value, Whole | Fraction):
        return value.text
    return None


def _whole(text: str) -> Whole:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    number = Whole(text)
    number.text = text
    return number


def _fraction(text: str) -> Fraction:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    number = Fraction(text)
    number.text = text
    return number


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of it")
