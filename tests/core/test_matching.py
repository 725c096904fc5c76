import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.keys import Key, KeyReader, NoKey, index_name, stem_of
from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.matching import Ambiguous, Candidate, Collision, Matched, Unmatched, close_codes, resolve
from photosync.core.people import IdentifierKey, PersonKind

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
MIA = Candidate(1, STUDENT, "Mia Chen (0417)", left=False)
NOAH = Candidate(2, STUDENT, "Noah Park (0417)", left=False)
GONE = Candidate(3, STUDENT, "Zoe Hall (0417)", left=True)
TEACHER = Candidate(4, STAFF, "Ms Ray (0417)", left=False)


def by_pattern(pattern: str) -> KeyReader:
    return KeyReader(MatchRule(MatchMode.PATTERN, pattern))


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("0417.jpg", "0417"),
        ("mia.chen.JPG", "mia.chen"),
        ("0417", "0417"),
        (".jpg", ".jpg"),
        ("..jpg", "..jpg"),
        ("0417.", "0417"),
    ],
)
def test_stem_of_name(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("0417.jpg", Key("0417")),
        (" 0417 .jpg", Key("0417")),
        (unicodedata.normalize("NFD", "zoë.jpg"), Key("zoë")),
        (" .jpg", NoKey("There is no code where the match rule looks for one.")),
        ("\udcff1.jpg", NoKey('The code "�1" has characters that are not text.')),
        ("04\u202e17.jpg", NoKey('The code "04�17" has characters that are not text.')),
        ("9" * 256 + ".jpg", NoKey(f'The code "{"9" * 59}…" is longer than 255 characters.')),
    ],
)
def test_read_by_stem(name: str, key: Key | NoKey) -> None:
    assert KeyReader(MatchRule()).read("2026/7A", name) == key


@pytest.mark.parametrize(
    ("pattern", "name", "key"),
    [
        ("", "12345.jpg", "12345"),
        ("", "CLAR002.jpg", "CLAR002"),
        ("", "0000438.jpg", "0000438"),
        ("", "JSmith.jpg", "JSmith"),
        ("Student_{code}", "Student_12345.jpg", "12345"),
        ("Student_{code}", "STUDENT_CLAR002.JPG", "CLAR002"),
        ("{code}_Student", "12345_Student.jpg", "12345"),
        ("{code}_Student", "0000438_student.jpg", "0000438"),
        # Of names in sections, the separator and the number of the section with the code.
        ("{code}_{any}", "12345_Last_First.jpg", "12345"),
        ("{code}-{any}", "12345-Last-First.jpg", "12345"),
        ("{code} {any}", "12345 Last First.jpg", "12345"),
        ("{any}_{code}_{any}", "Last_12345_First.jpg", "12345"),
        ("{any}.{code}.{any}", "Last.12345.First.jpg", "12345"),
        ("{any}_{any}_{code}", "Last_First_12345.jpg", "12345"),
        ("{any}_{code}", "Van_Der_Last_First_12345.jpg", "12345"),
    ],
)
def test_file_names_as_systems_write_them(pattern: str, name: str, key: str) -> None:
    reader = by_pattern(pattern) if pattern else KeyReader(MatchRule())
    assert reader.read("", name) == Key(key)


def test_leading_zeros_of_a_file_name_count_unless_they_are_ignored() -> None:
    as_text, by_number = MatchRule().comparison, MatchRule(ignore_leading_zeros=True).comparison
    assert as_text.form("0000438") != as_text.form("438")
    assert by_number.form("0000438") == by_number.form("438")
    assert by_number.form("CLAR002") != by_number.form("CLAR2")


@pytest.mark.parametrize("name", ["12345_Student.jpg", "Students_12345.jpg", "12345.jpg"])
def test_file_name_that_is_written_another_way_has_no_code(name: str) -> None:
    stem = stem_of(name)
    assert by_pattern("Student_{code}").read("", name) == NoKey(
        f'The file name "{stem}" does not fit the pattern "Student_{{code}}".'
    )


@pytest.mark.parametrize(
    ("pattern", "folder", "name", "key"),
    [
        ("{code}_{any}", "", "0417_Chen_Mia.jpg", Key("0417")),
        ("{code}_{any}", "2025", "0417_Chen.jpg", Key("0417")),
        (
            "{code}_{any}",
            "",
            "0417.jpg",
            NoKey('The file name "0417" does not fit the pattern "{code}_{any}".'),
        ),
        ("{year}/{code}", "2026", "0417.jpg", Key("0417", 2026)),
        ("{year}/{code}", "1900", "0417.jpg", Key("0417", 1900)),
        ("{year}/{code}", "2199", "0417.jpg", Key("0417", 2199)),
        ("{year}/{code}", "1899", "0417.jpg", NoKey('"1899" is not a year from 1900 to 2199.')),
        ("{year}/{code}", "2200", "0417.jpg", NoKey('"2200" is not a year from 1900 to 2199.')),
        (
            "{year}/{code}",
            "",
            "0417.jpg",
            NoKey('The path "0417" does not fit the pattern "{year}/{code}".'),
        ),
        (
            r"(?P<code>\d+)(-(?P<year>\d+))?",
            "",
            "0417-26.jpg",
            NoKey('"26" is not a year from 1900 to 2199.'),
        ),
        (
            r"(?P<code>\d+)(-(?P<year>\d+))?",
            "",
            "0417-٢٠٢٦.jpg",
            NoKey('"٢٠٢٦" is not a year from 1900 to 2199.'),
        ),
        (r"(?P<code>\d+)(-(?P<year>\d+))?", "", "0417.jpg", Key("0417")),
        (r"(?P<code>\d*)x", "", "x.jpg", NoKey("There is no code where the match rule looks for one.")),
    ],
)
def test_read_by_pattern(pattern: str, folder: str, name: str, key: Key | NoKey) -> None:
    assert by_pattern(pattern).read(folder, name) == key


def test_read_by_pattern_that_takes_too_long() -> None:
    reader = by_pattern(r"(?P<code>(?:[a-z]|[a-y]|a+)+)[0-9]x?")

    assert reader.read("", "a" * 40 + "!.jpg") == NoKey(
        f'The file-name pattern "(?P<code>(?:[a-z]|[a-y]|a+)+)[0-9]x?" took too long on "{"a" * 40}!" '
        "and was given up; a simpler pattern is needed."
    )


@pytest.mark.parametrize(
    ("folder", "name", "key"),
    [
        ("", "IMG_1.JPG", Key("0417")),
        ("7A", "IMG_1.JPG", Key("0417")),
        ("7B", "IMG_1.JPG", Key("0999")),
        ("", unicodedata.normalize("NFD", "Zoë.jpg"), Key("12")),
        ("", "IMG_2.JPG", NoKey('The index file does not list "IMG_2.JPG".')),
        ("", "blank.jpg", NoKey("There is no code where the match rule looks for one.")),
    ],
)
def test_read_by_index(folder: str, name: str, key: Key | NoKey) -> None:
    index = {"IMG_1.JPG": "0417 ", "7B/IMG_1.JPG": "0999", "Zoë.jpg": "12", "blank.jpg": " "}

    assert KeyReader(MatchRule(MatchMode.INDEX)).read(folder, name, index) == key


@pytest.mark.parametrize(
    ("written", "name"),
    [(" a.jpg ", "a.jpg"), ("7A\\a.jpg", "7A/a.jpg"), ("./a.jpg", "a.jpg"), ("Zoe\u0308.jpg", "Zoë.jpg")],
)
def test_index_name_as_it_is_looked_up(written: str, name: str) -> None:
    assert index_name(written) == name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: MatchRule(keys=()),
            "No match key was given. Nothing was changed. Choose one, such as student code.",
        ),
        (
            lambda: MatchRule(keys=(IdentifierKey.EMAIL, IdentifierKey.EMAIL)),
            "A match key was given twice. Nothing was changed. Name each once.",
        ),
        (
            lambda: MatchRule(MatchMode.PATTERN),
            "Files are to be matched by a pattern, but none is given. Nothing was changed. "
            "Give one, such as {code}_{any}.",
        ),
        (
            lambda: MatchRule(MatchMode.STEM, "{code}"),
            "A file-name pattern is given, but files are matched by the whole file name. "
            "Nothing was changed. Match by pattern, or leave the pattern out.",
        ),
        (
            lambda: MatchRule(MatchMode.INDEX, "{code}"),
            "A file-name pattern is given, but files are matched by an index file. Nothing was changed. "
            "Match by pattern, or leave the pattern out.",
        ),
        (
            lambda: MatchRule(MatchMode.PATTERN, "{email}"),
            'The file-name pattern "{email}" reads the e-mail address, but people are matched by student '
            "code and staff code. Nothing was changed. Choose e-mail address as match key, or call the part "
            "{code}.",
        ),
    ],
)
def test_match_rule_that_does_not_fit_together(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(WrongUse) as refusal:
        make()

    assert refusal.value.message == message


def test_reader_asks_for_the_identifier_that_the_pattern_names() -> None:
    reader = by_pattern("{staff_code}")

    assert (reader.keys, reader.called) == ((IdentifierKey.STAFF_CODE,), "code")


@pytest.mark.parametrize(
    ("keys", "called"),
    [
        ((IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE), "code"),
        ((IdentifierKey.STUDENT_CODE, IdentifierKey.EMAIL), "code"),
        ((IdentifierKey.EMAIL,), "e-mail address"),
        ((IdentifierKey.USERNAME,), "username"),
        ((IdentifierKey.ALTERNATE_ID,), "alternate identifier"),
    ],
)
def test_reader_calls_the_key_what_it_is(keys: tuple[IdentifierKey, ...], called: str) -> None:
    assert KeyReader(MatchRule(keys=keys)).called == called


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ((STUDENT, STAFF), 'No student or staff member has the code "0417".'),
        ((STUDENT,), 'No student has the code "0417".'),
        ((STAFF,), 'No staff member has the code "0417".'),
    ],
)
def test_resolve_nobody(kinds: tuple[PersonKind, ...], reason: str) -> None:
    assert resolve(Key("0417"), [], kinds=kinds) == Unmatched("0417", reason)


def test_resolve_one_person_found_under_two_identifiers() -> None:
    assert resolve(Key("0417"), [MIA, MIA]) == Matched(1)


def test_resolve_a_leaver() -> None:
    assert resolve(Key("0417"), [GONE]) == Unmatched(
        "0417", 'Zoe Hall (0417), the student with the code "0417", has left.', person_ids=(GONE.person_id,)
    )


def test_resolve_two_of_one_kind() -> None:
    assert resolve(Key("0417"), [NOAH, MIA]) == Ambiguous(
        "0417", '2 students have the code "0417": Mia Chen (0417) and Noah Park (0417).', (1, 2)
    )


def test_resolve_two_of_one_kind_where_one_has_left() -> None:
    assert resolve(Key("0417"), [GONE, MIA]) == Ambiguous(
        "0417", '2 students have the code "0417": Mia Chen (0417) and Zoe Hall (0417).', (1, 3)
    )


def test_resolve_many_of_one_kind_names_three() -> None:
    staff = [Candidate(n, STAFF, f"Staff {n}", left=False) for n in range(10, 15)]

    assert resolve(Key("x@y.org"), staff, called="e-mail address") == Ambiguous(
        "x@y.org",
        '5 staff members have the e-mail address "x@y.org": Staff 10, Staff 11, Staff 12 and 2 more.',
        (10, 11, 12, 13, 14),
    )


def test_resolve_student_and_staff_member() -> None:
    assert resolve(Key("0417"), [TEACHER, MIA]) == Collision(
        "0417",
        "The code \"0417\" is both a student's and a staff member's: Mia Chen (0417) and Ms Ray (0417).",
        (1, 4),
    )


def test_resolve_student_and_staff_member_where_only_students_are_asked() -> None:
    assert resolve(Key("0417"), [TEACHER, MIA], kinds=(STUDENT,)) == Matched(1)


PEOPLE = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 5),
        st.sampled_from(PersonKind),
        st.sampled_from(["A", "B"]),
        left=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda person: person.person_id,
)


@given(PEOPLE, st.sets(st.sampled_from(PersonKind), min_size=1))
def test_resolve_matches_exactly_the_only_person_who_has_not_left(
    people: list[Candidate], kinds: set[PersonKind]
) -> None:
    asked = [person for person in people if person.kind in kinds]
    shuffled = people[::-1]

    result = resolve(Key("0417"), people, kinds=kinds)

    assert isinstance(result, Matched) == (len(asked) == 1 and not asked[0].left)
    assert isinstance(result, Unmatched) == (not asked or (len(asked) == 1 and asked[0].left))
    assert isinstance(result, Collision) == (len({person.kind for person in asked}) == 2)
    assert result == resolve(Key("0417"), shuffled, kinds=kinds)
    if isinstance(result, Matched):
        assert result.person_id == asked[0].person_id


@pytest.mark.parametrize(
    ("value", "codes", "close"),
    [
        ("417", ["0417", "00417", "0471", "9999"], ("00417", "0417", "0471")),
        ("Student-0417", ["0417", "student0417"], ("student0417",)),
        (
            "ab12",
            ["AB12", "ab13", "ba12", "b12", "xab12", "abx12y"],
            ("AB12", "ab13", "b12", "ba12", "xab12"),
        ),
        ("12", ["13", "012"], ("012",)),
        ("--", ["--"], ()),
        ("4711", [f"471{n}" for n in range(2, 9)], ("4712", "4713", "4714", "4715", "4716")),
    ],
)
def test_close_codes_are_suggested(value: str, codes: list[str], close: tuple[str, ...]) -> None:
    assert close_codes(value, codes) == close


@given(st.text(alphabet="abc", min_size=3, max_size=6), st.text(alphabet="abc", max_size=6))
def test_close_codes_agree_with_trying_every_slip(value: str, code: str) -> None:
    slips = {value}
    for at in range(len(value) + 1):
        slips |= {value[:at] + char + value[at:] for char in "abc"}
        slips |= {value[:at] + char + value[at + 1 :] for char in "abc"} if at < len(value) else set()
        slips.add(value[:at] + value[at + 1 :])
        slips.add(value[:at] + value[at : at + 2][::-1] + value[at + 2 :])

    assert close_codes(value, [code]) == ((code,) if code in slips else ())


RECORDS = KeyReader(MatchRule(MatchMode.COLUMN))


@pytest.mark.parametrize(
    ("folder", "name", "key"),
    [
        ("", "0417", Key("0417")),
        ("", "0417.jpg", Key("0417.jpg")),
        ("", " 0417#2", Key("0417")),
        ("students", "a%2Fb", Key("a/b", None, STUDENT)),
        ("staff/2027", "0417", Key("0417", 2027, STAFF)),
        ("2027", "0417", Key("0417", 2027)),
        ("students", "#1", NoKey("There is no code where the match rule looks for one.")),
        ("parents", "0417", NoKey('The folder "parents" is not one of records.')),
    ],
)
def test_record_is_read_from_its_column(folder: str, name: str, key: Key | NoKey) -> None:
    assert RECORDS.read(folder, name) == key


def test_record_of_a_kind_is_no_one_of_the_other() -> None:
    """Students and staff have separate number spaces: what the source says of them leaves no collision."""
    assert resolve(Key("0417", kind=STUDENT), [MIA, TEACHER]) == Matched(MIA.person_id)
    assert resolve(Key("0417", kind=STAFF), [MIA, TEACHER]) == Matched(TEACHER.person_id)
    assert resolve(Key("0417", kind=STAFF), [MIA]) == Unmatched("0417", 'No staff member has the code "0417".')


def test_record_of_a_kind_that_is_not_synced_says_so() -> None:
    assert resolve(Key("0417", kind=STAFF), [MIA, TEACHER], kinds=[STUDENT]) == Unmatched(
        "0417", "It is a record of staff, and the profile does not sync staff."
    )
