import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.patterns import PatternTooSlow, parse_pattern
from photosync.core.people import IdentifierKey


@pytest.mark.parametrize(
    ("pattern", "text", "parts"),
    [
        ("{code}", "0417", ("0417", None)),
        ("Student_{code}", "student_0417", ("0417", None)),
        ("{code}_STUDENT", "0417_Student", ("0417", None)),
        ("{code}_{any}", "12345_Last_First", ("12345", None)),
        ("{code}_{any}", "12345_", ("12345", None)),
        ("{code}_{any}", "12345", None),
        ("{any}_{code}", "Last_First_12345", ("12345", None)),
        ("{any}_{code}_{any}", "Last_12345_1", ("12345", None)),
        ("{any}_{code}_{any}", "Van_Last_12345_1", None),
        ("{year}_{code}", "2026_0417", ("0417", "2026")),
        ("{year}{code}", "20260417", ("0417", "2026")),
        ("{code}-{year}", "04-17-2026", ("04-17", "2026")),
        ("{any}_{year}{code}", "a_20261_20272", ("2", "2027")),
        ("{year}/{code}", "2026/0417", ("0417", "2026")),
        ("{year}/{code}", "photos/2026/0417", None),
        ("{any}/{year}/{code}", "photos/2026/0417", ("0417", "2026")),
        ("{student_code}.front", "0417.front", ("0417", None)),
        ("{code}.x", "0417ax", None),
        (r"(?P<code>\d+)", "0417", ("0417", None)),
        (r"(?P<code>\d+)", "0417a", None),
        (r"(?<id>\d+)(?:-(?P<year>\d+))?", "0417", ("0417", None)),
        (r"(?<id>\d+)(?:-(?P<year>\d+))?", "0417-2026", ("0417", "2026")),
        (r"(?P<year>\d{4})/.*/(?P<key>[^/]+)", "2026/7A/Mia/0417", ("0417", "2026")),
        (r"(?:(?P<code>\d+)|none)", "none", ("", None)),
        (r"\{(?P<code>\d{2})\}", "{17}", ("17", None)),
        (r"(?P<code>\p{Lu}\d{1,3})", "Ä12", ("Ä12", None)),
    ],
)
def test_pattern_reads_name(pattern: str, text: str, parts: tuple[str, str | None] | None) -> None:
    assert parse_pattern(pattern).parts(text) == parts


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (
            "photo",
            "it does not say where the key stands; write for example {code}_{any}, or the regular expression "
            "(?P<code>[0-9]+)_.*",
        ),
        (
            "(?P<year>[0-9]{4})",
            "it does not say where the key stands; write for example {code}_{any}, or the regular expression "
            "(?P<code>[0-9]+)_.*",
        ),
        ("{code}_{id}", "it names more than one key (code, id); name one"),
        ("(?P<code>a)(?P<email>b)", "it names more than one key (code, email); name one"),
        (
            "{code}_{yaer}",
            'it has no part called "yaer"; the key is one of code, id, key, student_code, staff_code, '
            "alternate_id, username, email, and beside it there can be year and, in a template, any",
        ),
        (
            "(?P<code>a)(?P<last>b)",
            'it has no part called "last"; the key is one of code, id, key, student_code, staff_code, '
            "alternate_id, username, email, and beside it there can be year and, in a template, any",
        ),
        ("{year}{code}_{year}", "it names the year twice"),
        ("{code}_{4}", "it has a brace that belongs to no part such as {code}"),
        (
            "{code}{any}",
            "nothing tells where {code} ends and {any} begins; put the character that separates them between",
        ),
        (
            "{any}{year}{code}",
            "nothing tells where {any} ends and {code} begins; put the character that separates them between",
        ),
        ("(?P<code>a", "missing ) at position 10"),
        (
            "(?P<code>abc){e<=1}",
            "a brace in it is not a repeat such as {4}; write \\{ for the character itself",
        ),
    ],
)
def test_pattern_that_cannot_be_used_says_why(pattern: str, why: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        parse_pattern(pattern)

    assert refusal.value.message == (f'The file-name pattern "{pattern}" cannot be used: {why}. Nothing was changed.')


def test_pattern_too_long_is_refused() -> None:
    with pytest.raises(WrongUse) as refusal:
        parse_pattern("{code}" + "x" * 295)

    assert refusal.value.message == (
        "The file-name pattern has 301 characters; at most 300 are possible. Nothing was changed. Give a shorter one."
    )


@pytest.mark.parametrize(
    ("pattern", "identifier"),
    [
        ("{code}", None),
        ("{id}", None),
        ("(?P<key>.)", None),
        ("{student_code}", IdentifierKey.STUDENT_CODE),
        ("(?P<email>.+)", IdentifierKey.EMAIL),
    ],
)
def test_pattern_may_name_the_identifier(pattern: str, identifier: IdentifierKey | None) -> None:
    assert parse_pattern(pattern).identifier is identifier


def test_pattern_that_backtracks_without_end_is_given_up() -> None:
    pattern = parse_pattern(r"(?P<code>(?:[a-z]|[a-y]|a+)+)[0-9]x?")

    with pytest.raises(PatternTooSlow):
        pattern.parts("a" * 60 + "!")


@given(st.text(alphabet="{}()?P<>codeyar|[]\\^$*+.~&-_/a4 ", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused_in_words(text: str) -> None:
    for pattern in (text, "{code}_" + text, "(?P<code>a)" + text):
        try:
            parse_pattern(pattern).parts("a")
        except WrongUse as refusal:
            assert "Nothing was changed." in refusal.message  # noqa: PT017  (most texts are refused)
        except PatternTooSlow:
            pass


# The oracle tries every way to share a text out among the parts of a template.

Part = tuple[str, str]
LITERALS = st.sampled_from(["_", "-", "a", "_a", "B", "/", "_B/"])


@st.composite
def templates(draw: st.DrawFn) -> list[Part]:
    fields = ["code"] + ["any"] * draw(st.integers(0, 3)) + ["year"] * draw(st.integers(0, 1))
    fields = draw(st.permutations(fields))
    parts: list[Part] = [("text", draw(st.just("") | LITERALS))]
    for before, after in zip(fields, [*fields[1:], "end"], strict=True):
        parts.append(("field", before))
        closed = "year" not in (before, after) and after != "end"
        parts.append(("text", draw(LITERALS if closed else st.just("") | LITERALS)))
    pieces = [(kind, piece) for kind, value in parts for piece in re.split("(/)", value)]
    return [part for part in pieces if part[1]]


NAMES = st.text(alphabet="_-aAbB1/", max_size=8)


def _beside(parts: list[Part], at: int) -> set[str]:
    found = set()
    for step in (-1, 1):
        other = at + step
        while 0 <= other < len(parts) and parts[other] == ("field", "year"):
            other += step
        if 0 <= other < len(parts) and parts[other][0] == "text":
            found.add(parts[other][1].lower()[0 if step == 1 else -1])
    return found - {"/"}


def _anys_around(parts: list[Part], at: int) -> int:
    """Count the {any} in the part of the path that `at` stands in."""
    marked = [("here" if n == at else v) if k == "field" else v for n, (k, v) in enumerate(parts)]
    inside = next(piece for piece in _pieces(marked) if "here" in piece)
    return inside.count("any") + (parts[at] == ("field", "any"))


def _pieces(values: list[str]) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for value in values:
        if value == "/":
            pieces.append([])
        else:
            pieces[-1].append(value)
    return pieces


def _readings(parts: list[Part], text: str, at: int = 0) -> set[tuple[str, str | None]]:
    if at == len(parts):
        return {("", None)} if not text else set()
    kind, value = parts[at]
    if kind == "text":
        fits = text.lower().startswith(value.lower())
        return _readings(parts, text[len(value) :], at + 1) if fits else set()
    if value == "year":
        fits = re.fullmatch("[0-9]{4}", text[:4]) is not None
        return {(code, text[:4]) for code, _ in _readings(parts, text[4:], at + 1)} if fits else set()
    anys = _anys_around(parts, at)
    excluded = {"/"} | (_beside(parts, at) if anys > (value == "any") else set())
    readings: set[tuple[str, str | None]] = set()
    for length in range(int(value == "code"), len(text) + 1):
        taken = text[:length]
        if excluded & set(taken.lower()):
            break
        for code, year in _readings(parts, text[length:], at + 1):
            readings.add((taken if value == "code" else code, year))
    return readings


@given(templates(), st.lists(NAMES | st.sampled_from(["2026", "2027"]), max_size=4).map("".join), st.data())
def test_template_reads_a_name_in_one_way_only(parts: list[Part], text: str, data: st.DataObject) -> None:
    template = "".join(f"{{{value}}}" if kind == "field" else value for kind, value in parts)
    try:
        pattern = parse_pattern(template)
    except WrongUse:
        assume(False)
    if data.draw(st.booleans()):
        fill = {"code": NAMES, "any": NAMES, "year": st.just("2026")}
        text = "".join(data.draw(fill[value]) if kind == "field" else value.upper() for kind, value in parts)

    readings = _readings(parts, text)

    read = pattern.parts(text)
    assert readings == (set() if read is None else {read})
