import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.pattern_templates import MOST_READINGS, TooManyReadings
from photosync.core.patterns import NameRead, Parts, PatternTooSlow, SeveralReadings, parse_pattern
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
    ("pattern", "text", "ways"),
    [
        ("{last_name}_{first_name}", "Chen_Mia", {"Chen|Mia"}),
        (
            "{last_name}_{first_name}",
            "Van_Der_Berg_Jan",
            {"Van|Der_Berg_Jan", "Van_Der|Berg_Jan", "Van_Der_Berg|Jan"},
        ),
        ("{last_name}_{first_name}", "Chen", set()),
        ("{last_name}_{first_name}", "_Mia", set()),
        ("{last_name}, {first_name}", "O'Brien, Mary-Jane", {"O'Brien|Mary-Jane"}),
        ("{first_name}{last_name}", "JoLi", {"|JoLi", "oLi|J", "Li|Jo", "i|JoL", "JoLi|"}),
        ("IMG {last_name}{first_name}", "img Li", {"|Li", "L|i", "Li|"}),
        ("{last_name}_{first_name}_{any}", "Chen_Mia_2", {"Chen|Mia"}),
        ("{last_name}_{first_name}_{any}", "Smith_Mary_Jane_1", {"Smith|Mary", "Smith|Mary_Jane", "Smith_Mary|Jane"}),
        ("{any}_{last_name}_{first_name}", "2026_De_Silva_Ann", {"De|Silva_Ann", "De_Silva|Ann", "Silva|Ann"}),
        ("{any}_{last_name}_{first_name}_{any}", "x_De_Silva_Ann_1", {"De|Silva_Ann", "De_Silva|Ann"}),
        ("{code}_{last_name}_{first_name}", "0417_Van_Berg_Jan", {"Van|Berg_Jan", "Van_Berg|Jan"}),
        ("{last_name}_{first_name}_{code}", "Van_Berg_Jan_0417", {"Van|Berg_Jan", "Van_Berg|Jan"}),
        ("{last_name}_{code}_{first_name}", "Chen_0417_Mia", {"Chen|Mia"}),
        ("{last_name}/{first_name}", "Chen/Mia", {"Chen|Mia"}),
        ("{last_name}_{first_name}_{roll_group}", "Smith_Mary_Jane", {"Smith|Mary||Jane"}),
        ("{year}/{year_level}/{roll_group}/{last_name}_{first_name}", "2026/Year 7/7A/Li_Jo", {"Li|Jo|Year 7|7A"}),
        (r"(?P<last_name>\w+), (?P<first_name>\w+)( \((?P<roll_group>\w+)\))?", "Chen, Mia (7A)", {"Chen|Mia||7A"}),
        (r"(?P<last_name>\w+), (?P<first_name>\w+)( \((?P<roll_group>\w+)\))?", "Chen, Mia", {"Chen|Mia"}),
        (r"(?P<last_name>.+)_(?P<first_name>.+)", "Lee_Ann_Marie", {"Lee_Ann|Marie"}),
    ],
)
def test_pattern_reads_names_in_every_way(pattern: str, text: str, ways: set[str]) -> None:
    read = parse_pattern(pattern).parts(text)

    assert ({_shown(each) for each in read.names} if read else set()) == ways


def _shown(read: NameRead) -> str:
    told = (read.last_name, read.first_name, read.year_level, read.roll_group)
    return "|".join(told).rstrip("|") if read.year_level or read.roll_group else "|".join(told[:2])


def test_key_and_year_stand_beside_names() -> None:
    read = parse_pattern("{year}/{code}_{first_name}{last_name}").parts("2026/0417_Jo")

    assert read is not None
    assert (read.key, read.year, len(read.names)) == ("0417", "2026", 3)


@pytest.mark.parametrize(
    ("expression", "text", "rivals"),
    [
        (r"(?P<last_name>.+)_(?P<first_name>.+)", "Lee_Ann_Marie", {"Lee|Ann_Marie"}),
        (r"(?P<first_name>[A-Z]\w+?)(?P<last_name>[A-Z]\w+)", "JoLi", {"oLi|J", "i|JoL"}),
        (
            r"(?P<last_name>[^_]+)_(?P<first_name>[^_]+)_.*",
            "Van_Lee_Jan_7A",
            {"Van|Lee_Jan", "Van_Lee|Jan", "Van|Lee_Jan_7A", "Van_Lee|Jan_7A", "Van_Lee_Jan|7A"},
        ),
        (r"(.*_)?(?P<first_name>[a-z]+) (?P<last_name>[a-z]+)( .*)?", "1_jo li ng", {"li ng|jo", "ng|jo li"}),
        (
            r"(?P<year>\d{4})_(.*_)?(?P<last_name>[A-Z][a-z]+)_(?P<first_name>[A-Z][a-z]+)",
            "2026_De_Silva_Ann",
            {"De|Silva_Ann", "De_Silva|Ann"},
        ),
        (r"(?P<last_name>\w+?)_\d+_(?P<first_name>\w+)", "Lee_1_Ann", set()),
        (r"(?P<last_name>.+)/(?P<first_name>.+)", "Lee/Ann/Marie", set()),
    ],
)
def test_how_a_regular_expression_might_have_parted_the_names_is_told(
    expression: str, text: str, rivals: set[str]
) -> None:
    read = parse_pattern(expression).parts(text)

    assert read is not None
    assert {_shown(each) for each in read.rivals} == rivals


@pytest.mark.parametrize(
    ("template", "text", "rivals"),
    [
        ("{last_name}_{first_name}_{any}", "Smith_Mary_Jane", {"Smith|Mary_Jane", "Smith_Mary|Jane"}),
        ("{any}_{last_name}_{first_name}", "De_Silva_Ann", {"De|Silva_Ann", "De_Silva|Ann"}),
        ("{any}-{last_name}_{first_name}-{any}", "x-Li_Jo-2", {"x-Li|Jo", "Li|Jo-2", "x-Li|Jo-2"}),
        ("{any}/{last_name}_{first_name}", "7A/Li_Jo", set()),
        ("{code}_{last_name}_{first_name}_{any}", "1_Li_Jo_2", {"Li|Jo_2", "Li_Jo|2"}),
    ],
)
def test_what_stands_for_any_may_belong_to_a_name_as_well(template: str, text: str, rivals: set[str]) -> None:
    read = parse_pattern(template).parts(text)

    assert read is not None
    assert {_shown(each) for each in read.rivals} == rivals


def test_name_that_gives_several_codes_has_none() -> None:
    with pytest.raises(SeveralReadings) as several:
        parse_pattern("{last_name}_{code}_{first_name}").parts("Van_Berg_0417_Jan")

    assert several.value.shown == ("0417", "Berg")


@pytest.mark.parametrize("text", ["_" * 255, "a_" * 120, "ab" * 500])
def test_hostile_name_is_given_up_or_read_at_once(text: str) -> None:
    for template in ("{last_name}_{first_name}", "{any}_{last_name}_{first_name}_{any}", "{first_name}{last_name}"):
        try:
            read = parse_pattern(template).parts(text)
        except TooManyReadings:
            continue
        assert read is None or len(read.names) <= MOST_READINGS


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
            "{first_name}and{last_name}",
            "between {first_name} and {last_name} stands 'and', which may be a part of a name; put signs between "
            "them, or nothing",
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
SIGNS = st.sampled_from(["_", "-", "/", "_-"])
Read = frozenset[tuple[str, str]]
NAMED = ("last_name", "first_name")
NAMES = st.text(alphabet="_-aAbB1/", max_size=8)


@st.composite
def templates(draw: st.DrawFn) -> list[Part]:
    fields = ["any"] * draw(st.integers(0, 3)) + ["year"] * draw(st.integers(0, 1))
    who = draw(st.sampled_from([("code",), NAMED, ("code", *NAMED), (*NAMED, "roll_group")]))
    fields = draw(st.permutations([*fields, *who]))
    parts: list[Part] = [("text", draw(st.just("") | LITERALS))]
    for before, after in zip(fields, [*fields[1:], "end"], strict=True):
        parts.append(("field", before))
        closed = "year" not in (before, after) and after != "end"
        if {before, after} == set(NAMED):
            parts.append(("text", draw(st.just("") | SIGNS)))
        else:
            parts.append(("text", draw(LITERALS if closed else st.just("") | LITERALS)))
    pieces = [(kind, piece) for kind, value in parts for piece in re.split("(/)", value)]
    return [part for part in pieces if part[1]]


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
    """Whether a field may hold what separates it: names, the one {any} of its part of the path, or one alone."""
    inside = next(piece for piece in _pieces(parts) if (at, parts[at]) in piece)
    others = [name for number, (kind, name) in inside if kind == "field" and name != "year" and number != at]
    if not others or parts[at][1] in NAMED:
        return True
    return parts[at][1] == "any" and "any" not in others


def _pieces(parts: list[Part]) -> list[list[tuple[int, Part]]]:
    """Return what stands between two `/`, each with its place."""
    pieces: list[list[tuple[int, Part]]] = [[]]
    for at, part in enumerate(parts):
        if part == ("text", "/"):
            pieces.append([])
        else:
            pieces[-1].append((at, part))
    return pieces


def _shortest(parts: list[Part], at: int) -> int:
    name = parts[at][1]
    if name in NAMED and any(other[1] in NAMED for other in (*parts[max(at - 1, 0) : at], *parts[at + 1 : at + 2])):
        return 0
    return int(name != "any")


def _readings(parts: list[Part], text: str, at: int = 0) -> set[Read]:
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
    found: set[Read] = set()
    for length in range(_shortest(parts, at), len(text) + 1):
        taken = text[:length]
        if excluded & set(taken.lower()):
            break
        said = set() if value == "any" else {(value, taken)}
        found |= {rest | said for rest in _readings(parts, text[length:], at + 1)}
    return found


@given(templates(), st.lists(NAMES | st.sampled_from(["2026", "2027"]), max_size=4).map("".join), st.data())
def test_template_reads_a_name_in_every_way_there_is(parts: list[Part], text: str, data: st.DataObject) -> None:
    template = "".join(f"{{{value}}}" if kind == "field" else value for kind, value in parts)
    try:
        pattern = parse_pattern(template)
    except WrongUse:
        assume(False)
    if data.draw(st.booleans()):
        fill = {"year": st.just("2026")}
        text = "".join(
            data.draw(fill.get(value, NAMES)) if kind == "field" else value.upper() for kind, value in parts
        )

    expected = _readings(parts, text)

    told = {tuple(dict(each).get(name) for name in ("code", "year")) for each in expected}
    if len(told) > 1:
        with pytest.raises(SeveralReadings):
            pattern.parts(text)
        return
    read = pattern.parts(text)
    assert (read is None) == (not expected)
    if read is not None:
        assert {(read.key, read.year)} == told
        named = {
            NameRead(*(dict(each).get(name, "") for name in (*NAMED, "year_level", "roll_group")))
            for each in expected
        }
        assert set(read.names) == (named if pattern.has_names else set())
