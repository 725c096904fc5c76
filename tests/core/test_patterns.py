import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.patterns import Parts, PatternTooSlow, parse_pattern
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
def test_pattern_reads_key_and_year(pattern: str, text: str, parts: tuple[str, str | None] | None) -> None:
    assert parse_pattern(pattern).parts(text) == (None if parts is None else Parts(key=parts[0], year=parts[1]))


@pytest.mark.parametrize(
    ("pattern", "text", "parts"),
    [
        ("{last_name}_{first_name}", "Chen_Mia", Parts(both_names="Chen_Mia")),
        ("{last_name}_{first_name}", "Van_Der_Berg_Jan", Parts(both_names="Van_Der_Berg_Jan")),
        ("{last_name}_{first_name}", "Chen", None),
        ("{last_name}_{first_name}", "_Mia", None),
        ("{last_name}, {first_name}", "O'Brien, Mary-Jane", Parts(both_names="O'Brien, Mary-Jane")),
        ("{first_name}{last_name}", "JamesSmith", Parts(both_names="JamesSmith")),
        ("IMG {first_name}{last_name}", "img JamesSmith", Parts(both_names="JamesSmith")),
        ("{first_name}{last_name}_{any}", "JamesSmith_2_x", Parts(both_names="JamesSmith")),
        ("{last_name}_{first_name}_{any}", "Chen_Mia_2_x", Parts(last_name="Chen", first_name="Mia")),
        ("{any}-{last_name}_{first_name}", "7-A-Chen_Mia", Parts(last_name="Chen", first_name="Mia")),
        ("{code}_{last_name}_{first_name}", "0417_Van_Berg_Jan", Parts(key="0417", both_names="Van_Berg_Jan")),
        ("{last_name}_{first_name}_{code}", "Van_Berg_Jan_0417", Parts(key="0417", both_names="Van_Berg_Jan")),
        (
            "{last_name}_{code}_{first_name}",
            "Chen_0417_Mia",
            Parts(key="0417", last_name="Chen", first_name="Mia"),
        ),
        ("{last_name}_{code}_{first_name}", "Van_Berg_0417_Jan", None),
        ("{last_name}/{first_name}", "Chen/Mia", Parts(last_name="Chen", first_name="Mia")),
        (
            "{year}/{year_level}/{roll_group}/{last_name}_{first_name}",
            "2026/Year 7/7A/Chen_Mia",
            Parts(year="2026", both_names="Chen_Mia", year_level="Year 7", roll_group="7A"),
        ),
        ("{roll_group}_{first_name} {last_name}", "7A_Mia Chen", Parts(both_names="Mia Chen", roll_group="7A")),
        (
            r"(?P<last_name>\w+), (?P<first_name>\w+)( \((?P<roll_group>\w+)\))?",
            "Chen, Mia (7A)",
            Parts(last_name="Chen", first_name="Mia", roll_group="7A"),
        ),
        (
            r"(?P<last_name>\w+), (?P<first_name>\w+)( \((?P<roll_group>\w+)\))?",
            "Chen, Mia",
            Parts(last_name="Chen", first_name="Mia"),
        ),
    ],
)
def test_pattern_reads_names(pattern: str, text: str, parts: Parts | None) -> None:
    assert parse_pattern(pattern).parts(text) == parts


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (
            "photo",
            "it does not say whose a file is; write for example {code}_{any} or {last_name}_{first_name}, or the "
            "regular expression (?P<code>[0-9]+)_.*",
        ),
        (
            "(?P<year>[0-9]{4})",
            "it does not say whose a file is; write for example {code}_{any} or {last_name}_{first_name}, or the "
            "regular expression (?P<code>[0-9]+)_.*",
        ),
        ("{code}_{id}", "it names more than one key (code, id); name one"),
        ("(?P<code>a)(?P<email>b)", "it names more than one key (code, email); name one"),
        (
            "{code}_{yaer}",
            'it has no part called "yaer"; the parts are code, id, key, student_code, staff_code, alternate_id, '
            "username, email, last_name, first_name, year_level, roll_group, year and, in a template, any",
        ),
        (
            "(?P<code>a)(?P<last>b)",
            'it has no part called "last"; the parts are code, id, key, student_code, staff_code, alternate_id, '
            "username, email, last_name, first_name, year_level, roll_group, year and, in a template, any",
        ),
        ("{year}{code}_{year}", "it names the year twice"),
        ("{last_name}_{first_name}_{last_name}", "it names the last name twice"),
        ("{last_name}_{any}", "it names the last name but not the first name; name both"),
        ("(?P<code>a)(?P<first_name>b)", "it names the first name but not the last name; name both"),
        (
            "{roll_group}/{code}",
            "the roll group tells people apart who are called the same, and it names no last name and no first name; "
            "write {any} in its place",
        ),
        (
            "{code}_{year_level}",
            "the year level tells people apart who are called the same, and it names no last name and no first name; "
            "write {any} in its place",
        ),
        (
            "{first_name}{year}{last_name}",
            "nothing tells where {first_name} ends and {last_name} begins; "
            "put the character that separates them between",
        ),
        (
            "{code}{first_name}{last_name}",
            "nothing tells where {code} ends and {first_name} begins; put the character that separates them between",
        ),
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
        ("{last_name}_{first_name}", None),
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
Reading = frozenset[tuple[str, str]]
NAMED = ("last_name", "first_name")


@st.composite
def templates(draw: st.DrawFn) -> list[Part]:
    fields = ["any"] * draw(st.integers(0, 3)) + ["year"] * draw(st.integers(0, 1))
    who = draw(st.sampled_from([("code",), NAMED, ("code", *NAMED), (*NAMED, "roll_group")]))
    fields = draw(st.permutations([*fields, *who]))
    parts: list[Part] = [("text", draw(st.just("") | LITERALS))]
    for before, after in zip(fields, [*fields[1:], "end"], strict=True):
        parts.append(("field", before))
        closed = "year" not in (before, after) and after != "end" and {before, after} != set(NAMED)
        parts.append(("text", draw(LITERALS if closed else st.just("") | LITERALS)))
    pieces = [(kind, piece) for kind, value in parts for piece in re.split("(/)", value)]
    return _with_names_together([part for part in pieces if part[1]])


def _with_names_together(parts: list[Part]) -> list[Part]:
    """Let both names be one field where only text is between them; where an {any} is beside them, none at all."""
    for at in range(len(parts)):
        for width in (2, 3, 4):
            piece = parts[at : at + width]
            inner = "".join(value for kind, value in piece[1:-1] if kind == "text")
            is_pair = {piece[0], piece[-1]} == {("field", "last_name"), ("field", "first_name")}
            if not is_pair or "/" in inner or any(kind == "field" for kind, _ in piece[1:-1]):
                continue
            if inner and any(part == ("field", "any") for _, part in _around(parts, at)):
                return parts
            return [*parts[:at], ("both", inner), *parts[at + width :]]
    return parts


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


def _is_free(parts: list[Part], at: int) -> bool:
    """Whether the field may hold what separates it: the one {any} of its part, else both names, else one alone."""
    others = [
        part
        for number, part in _around(parts, at)
        if part[0] != "text" and part != ("field", "year") and number != at
    ]
    if not others:
        return True
    if parts[at] == ("field", "any"):
        return ("field", "any") not in others
    return parts[at][0] == "both" and ("field", "any") not in others


def _around(parts: list[Part], at: int) -> list[tuple[int, Part]]:
    return next(piece for piece in _pieces(parts) if (at, parts[at]) in piece)


def _pieces(parts: list[Part]) -> list[list[tuple[int, Part]]]:
    """Return what stands between two `/`, each with its place."""
    pieces: list[list[tuple[int, Part]]] = [[]]
    for at, part in enumerate(parts):
        if part == ("text", "/"):
            pieces.append([])
        else:
            pieces[-1].append((at, part))
    return pieces


def _readings(parts: list[Part], text: str, at: int = 0) -> set[Reading]:
    if at == len(parts):
        return {frozenset()} if not text else set()
    kind, value = parts[at]
    if kind == "text":
        fits = text.lower().startswith(value.lower())
        return _readings(parts, text[len(value) :], at + 1) if fits else set()
    if value == "year":
        fits = re.fullmatch("[0-9]{4}", text[:4]) is not None
        return {rest | {("year", text[:4])} for rest in _readings(parts, text[4:], at + 1)} if fits else set()
    excluded = {"/"} | (set() if _is_free(parts, at) else _beside(parts, at))
    readings: set[Reading] = set()
    for length in range(int(value != "any"), len(text) + 1):
        taken = text[:length]
        if excluded & set(taken.lower()):
            break
        if kind == "both" and value.lower() not in taken[1:-1].lower():
            continue
        said = [] if value == "any" else [("both_names" if kind == "both" else value, taken)]
        readings |= {rest | set(said) for rest in _readings(parts, text[length:], at + 1)}
    return readings


def _said(read: Parts) -> Reading:
    told = {name: getattr(read, name) for name in (*NAMED, "both_names", "roll_group")}
    told = {name: value for name, value in told.items() if value}
    return frozenset({"code": read.key, "year": read.year}.items() | told.items()) - {("code", None), ("year", None)}


@given(templates(), st.lists(NAMES | st.sampled_from(["2026", "2027"]), max_size=4).map("".join), st.data())
def test_template_reads_a_name_in_one_way_only(parts: list[Part], text: str, data: st.DataObject) -> None:
    template = "".join(_spelt(kind, value, data) for kind, value in parts)
    try:
        pattern = parse_pattern(template)
    except WrongUse:
        assume(False)
    if data.draw(st.booleans()):
        text = "".join(_filled(kind, value, data) for kind, value in parts)

    readings = _readings(parts, text)

    read = pattern.parts(text)
    assert readings == (set() if read is None else {_said(read)})


def _spelt(kind: str, value: str, data: st.DataObject) -> str:
    if kind == "both":
        return value.join(data.draw(st.permutations(["{last_name}", "{first_name}"])))
    return f"{{{value}}}" if kind == "field" else value


def _filled(kind: str, value: str, data: st.DataObject) -> str:
    if kind == "both":
        return data.draw(NAMES) + value.upper() + data.draw(NAMES)
    if kind == "text":
        return value.upper()
    return "2026" if value == "year" else data.draw(NAMES)
