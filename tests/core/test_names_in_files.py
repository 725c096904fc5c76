"""Who is meant by a name in a file's name. The oracle puts every person's names together and compares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.keys import KeyReader, NoKey
from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.matching import Ambiguous, Candidate, Matched, Resolution, Unmatched
from photosync.core.name_matching import NamedCandidate
from photosync.core.names import name_form, sought_form
from photosync.core.people import PersonKind
from photosync.engine.asked import asked_of, found_for

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF


class School:
    """People, looked up as the database does: under what they are called, and under their code."""

    def __init__(self, *people: NamedCandidate) -> None:
        self.people = people

    def people_by_key(self, values: object, reader: KeyReader) -> dict[str, list[Candidate]]:
        return {code: [each.candidate] for each in self.people for code in [f"{each.candidate.person_id:04}"]}

    def people_by_name(self, forms: object) -> dict[str, list[NamedCandidate]]:
        found: dict[str, list[NamedCandidate]] = {}
        for each in self.people:
            preferred = each.preferred_name if name_form(each.preferred_name) else each.given_name
            for first in {each.given_name, preferred}:
                found.setdefault(sought_form(each.family_name, first), []).append(each)
        return found


def person(number: int, given_name: str, family_name: str, **more: object) -> NamedCandidate:
    preferred, year, room = (str(more.pop(name, "")) for name in ("preferred", "year", "room"))
    kind = more.pop("kind", STUDENT)
    candidate = Candidate(number, kind, f"{given_name} {family_name} ({number:04})", **({"left": False} | more))  # type: ignore[arg-type]
    return NamedCandidate(candidate, family_name, given_name, preferred, year, room)


def resolution(
    pattern: str, path: str, *people: NamedCandidate, kinds: tuple[PersonKind, ...] = (STUDENT, STAFF)
) -> Resolution | NoKey:
    rule = MatchRule(MatchMode.PATTERN, pattern)
    folder, _, name = path.rpartition("/")
    asked = asked_of(rule, KeyReader(rule), folder, name, {})
    if isinstance(asked.key, NoKey):
        return asked.key
    return found_for([asked], KeyReader(rule), kinds, School(*people)).resolution(asked)


MIA = person(1, "Mia", "Chen", year="Year 7", room="7A")
JAN = person(2, "Jan", "van der Berg")
JAMES = person(3, "James", "Smith")
MARY = person(4, "Mary-Jane", "O'Brien", preferred="MJ")
EVERYONE = (MIA, JAN, JAMES, MARY)


@pytest.mark.parametrize(
    ("pattern", "path", "who"),
    [
        ("{last_name}_{first_name}", "Chen_Mia.jpg", MIA),
        ("{last_name}_{first_name}", "CHEN_MIA.JPG", MIA),
        ("{last_name}_{first_name}", "9A/Chen_Mia.jpg", MIA),
        ("{last_name}_{first_name}", "Van_Der_Berg_Jan.jpg", JAN),
        ("{last_name}_{first_name}", "vanderberg_jan.jpg", JAN),
        ("{last_name}_{first_name}", "O'Brien_Mary-Jane.jpg", MARY),
        ("{last_name}_{first_name}", "OBrien_Mary_Jane.jpg", MARY),
        ("{last_name}_{first_name}", "O_Brien_MJ.jpg", MARY),
        ("{last_name}, {first_name}", "O'Brien, Mary Jane.jpg", MARY),
        ("{first_name}{last_name}", "JamesSmith.jpg", JAMES),
        ("{first_name}{last_name}", "jamessmith.jpg", JAMES),
        ("{first_name}{last_name}", "James Smith.jpg", JAMES),
        ("{first_name}{last_name}", "JanVanDerBerg.jpg", JAN),
        ("{first_name}{last_name}", "MJO'Brien.jpg", MARY),
        ("{last_name}{first_name}", "SmithJames.jpg", JAMES),
        ("{first_name}{last_name}_{any}", "JamesSmith_2.jpg", JAMES),
        ("{last_name}_{first_name}_{any}", "Chen_Mia_2.jpg", MIA),
        ("{year}/{roll_group}/{last_name}_{first_name}", "2026/7A/Chen_Mia.jpg", MIA),
        ("{year_level}/{last_name}_{first_name}", "Year 7/Chen_Mia.jpg", MIA),
        (r"(?P<first_name>[^ ]+) (?P<last_name>.+)", "Jan van der Berg.jpg", JAN),
        ("{code}_{last_name}_{first_name}", "0001_Chen_Mia.jpg", MIA),
        (r"(?P<code>\d+)(_(?P<last_name>[^_]+)_(?P<first_name>[^_]+))?", "0001.jpg", MIA),
    ],
)
def test_name_finds_the_one_who_is_called_so(pattern: str, path: str, who: NamedCandidate) -> None:
    assert resolution(pattern, path, *EVERYONE) == Matched(who.candidate.person_id)


@pytest.mark.parametrize(
    ("pattern", "path", "reason"),
    [
        (
            "{last_name}_{first_name}",
            "Mia_Chen.jpg",
            'The file name has "Chen Mia". No student or staff member is called so.',
        ),
        (
            "{first_name}{last_name}",
            "JamesSmiths.jpg",
            'The file name has "JamesSmiths". No student or staff member is called so.',
        ),
        (
            "{last_name}/{first_name}",
            "Smith/Mia.jpg",
            'The path has "Mia Smith". No student or staff member is called so.',
        ),
        (
            "{code}_{last_name}_{first_name}",
            "9999_Chen_Mia.jpg",
            'No student or staff member has the code "9999". The file name has "Mia Chen".',
        ),
    ],
)
def test_nobody_is_called_so(pattern: str, path: str, reason: str) -> None:
    found = resolution(pattern, path, *EVERYONE)

    assert isinstance(found, Unmatched)
    assert found.reason == reason


def test_marks_on_letters_are_told_and_not_matched() -> None:
    found = resolution("{first_name}{last_name}", "AnaKovacevic.jpg", person(9, "Ana", "Kova\u010devi\u0107"))

    assert found == Unmatched(
        "AnaKovacevic",
        'The file name has "AnaKovacevic". No student or staff member is called so; without the marks on letters, '
        "that may be Ana Kova\u010devi\u0107 (0009).",
        person_ids=(9,),
    )


def test_who_is_called_otherwise_in_marks_alone_is_a_doubt() -> None:
    """Programs drop them: the one without marks is called so, and the other one may be meant."""
    one, other = person(1, "Ana", "Kovacevic", room="7A"), person(2, "Ana", "Kova\u010devi\u0107", room="7B")

    found = resolution("{last_name}_{first_name}", "Kovacevic_Ana.jpg", one, other)

    assert isinstance(found, Ambiguous)
    assert found.person_ids == (1, 2)
    assert resolution("{roll_group}/{last_name}_{first_name}", "7A/Kovacevic_Ana.jpg", one, other) == Matched(1)


def test_whoever_has_left_is_told() -> None:
    found = resolution("{last_name}_{first_name}", "Chen_Mia.jpg", person(9, "Mia", "Chen", left=True))

    assert found == Unmatched(
        "Mia Chen", 'The file name has "Mia Chen". That is Mia Chen (0009), who has left.', person_ids=(9,)
    )


def test_a_name_of_two_people_is_in_doubt() -> None:
    other = person(9, "Mia", "Chen", year="Year 8", room="8B")

    assert resolution("{last_name}_{first_name}", "Chen_Mia.jpg", MIA, other) == Ambiguous(
        "Mia Chen",
        'The file name has "Mia Chen", and that may be Mia Chen (0001) or Mia Chen (0009).',
        (1, 9),
    )
    assert resolution("{roll_group}/{last_name}_{first_name}", "8B/Chen_Mia.jpg", MIA, other) == Matched(9)
    assert resolution("{year_level}/{last_name}_{first_name}", "7/Chen_Mia.jpg", MIA, other) == Matched(1)


def test_two_ways_to_take_a_name_apart_are_in_doubt() -> None:
    one, other = person(1, "Ann Kim", "Lee"), person(2, "Kim", "Lee Ann")

    for pattern, name in (("{last_name}_{first_name}", "Lee_Ann_Kim"), ("{last_name}{first_name}", "LeeAnnKim")):
        found = resolution(pattern, f"{name}.jpg", one, other)

        assert isinstance(found, Ambiguous)
        assert found.person_ids == (1, 2)


SISTERS = (person(1, "Mary", "Smith"), person(2, "Mary Jane", "Smith"))
COMPOUND = (person(1, "Maria", "Silva"), person(2, "Maria", "De Silva"))


@pytest.mark.parametrize(
    ("pattern", "name", "people"),
    [
        ("{last_name}_{first_name}_{any}", "Smith_Mary_Jane_1", SISTERS),
        (r"(?P<last_name>[^_]+)_(?P<first_name>[^_]+)_.*", "Smith_Mary_Jane_1", SISTERS),
        ("{last_name}_{first_name}_{any}", "Smith_Mary_Jane", SISTERS),
        ("{any}_{last_name}_{first_name}", "2026_De_Silva_Maria", COMPOUND),
        ("{first_name}-{last_name}-{any}", "Maria-De-Silva-1", (person(1, "Maria", "De"), COMPOUND[1])),
        ("{first_name}{last_name}-{any}", "MaryJane-Smith-1", (person(1, "Mary", "Jane"), SISTERS[1])),
    ],
)
def test_what_may_belong_to_a_name_or_not_is_in_doubt_where_both_are_someone(
    pattern: str, name: str, people: tuple[NamedCandidate, ...]
) -> None:
    found = resolution(pattern, f"{name}.jpg", *people)

    assert isinstance(found, Ambiguous)
    assert found.person_ids == (1, 2)


def test_regular_expression_is_followed_where_nobody_else_may_be_meant() -> None:
    pattern = r"(?P<last_name>.+)_(?P<first_name>.+)"
    one, other = person(1, "Marie", "Lee-Ann"), person(2, "Ann Marie", "Lee")

    assert resolution(pattern, "Lee_Ann_Marie.jpg", one) == Matched(1)
    assert isinstance(resolution(pattern, "Lee_Ann_Marie.jpg", other), Unmatched)
    assert resolution(pattern, "Lee_Ann_Marie.jpg", one, other) == Ambiguous(
        "Marie Lee_Ann",
        'The file name has "Marie Lee_Ann", and that may be Marie Lee-Ann (0001) or Ann Marie Lee (0002).',
        (1, 2),
    )


@pytest.mark.parametrize(
    ("pattern", "path", "why"),
    [
        ("{last_name}_{first_name}_{roll_group}", "Smith_Mary_Jane", 'is in "7A"'),
        ("{roll_group}/{last_name}_{first_name}", "Staff/Smith_Mary", "is a student"),
        ("{roll_group}/{last_name}_{first_name}", "Graduates/Smith_Mary", 'is in "7A"'),
        ("{year_level}/{last_name}_{first_name}", "Graduates 2019/Smith_Mary", 'is in "Year 7"'),
        ("{year_level}/{last_name}_{first_name}", "2026/Smith_Mary", 'is in "Year 7"'),
        ("{year_level}/{last_name}_{first_name}", "Staff/Smith_Mary", "is a student"),
    ],
)
def test_what_is_set_to_be_a_class_has_to_be_the_own_one(pattern: str, path: str, why: str) -> None:
    found = resolution(pattern, f"{path}.jpg", person(1, "Mary", "Smith", year="Year 7", room="7A"))

    assert isinstance(found, Ambiguous)
    assert found.reason.endswith(f", but Mary Smith (0001) {why}.")


def test_who_has_no_class_is_in_none() -> None:
    for pattern, has_none in (("{year_level}", "has no year level"), ("{roll_group}", "has no roll group")):
        found = resolution(f"{pattern}/{{last_name}}_{{first_name}}", "7/Smith_Mary.jpg", SISTERS[0])

        assert isinstance(found, Ambiguous)
        assert found.reason.endswith(f", but Mary Smith (0001) {has_none}.")


def test_staff_stand_in_a_folder_of_staff() -> None:
    teacher = person(1, "Mary", "Smith", kind=STAFF)
    student = person(2, "Mary", "Smith", year="Year 7", room="7A")

    for pattern in ("{roll_group}/{last_name}_{first_name}", "{year_level}/{last_name}_{first_name}"):
        assert resolution(pattern, "Staff/Smith_Mary.jpg", teacher, student) == Matched(1)
        own = "7A" if "roll" in pattern else "Year 7"
        assert resolution(pattern, f"{own}/Smith_Mary.jpg", teacher, student) == Matched(2)


def test_namesake_who_is_not_synced_is_a_doubt() -> None:
    teacher = person(1, "Mary", "Smith", kind=STAFF)
    student = person(2, "Mary", "Smith", year="Year 7")

    assert resolution("{last_name}_{first_name}", "Smith_Mary.jpg", teacher, student, kinds=(STUDENT,)) == Ambiguous(
        "Mary Smith",
        'The file name has "Mary Smith", and that may be Mary Smith (0002) or Mary Smith (0001).',
        (2, 1),
    )
    by_year = "{year_level}/{last_name}_{first_name}"
    assert resolution(by_year, "7/Smith_Mary.jpg", teacher, student, kinds=(STUDENT,)) == Matched(2)


@pytest.mark.parametrize("pattern", ["{last_name}{first_name}", "{first_name}{last_name}"])
def test_one_name_is_enough_for_who_has_no_other(pattern: str) -> None:
    people = (person(1, "John", "Smith", preferred="-"), person(2, "", "Suharto"), person(3, "Cher", ""))

    assert isinstance(resolution(pattern, "Smith.jpg", *people), Unmatched)
    assert resolution(pattern, "Suharto.jpg", *people) == Matched(2)
    assert resolution(pattern, "Cher.jpg", *people) == Matched(3)


def test_what_stands_beside_the_name_and_contradicts_it_is_in_doubt() -> None:
    assert resolution("{year_level}/{last_name}_{first_name}", "Year 9/Chen_Mia.jpg", *EVERYONE) == Ambiguous(
        "Mia Chen", 'The path has "Mia Chen" (Year 9), but Mia Chen (0001) is in "Year 7".', (1,)
    )
    assert resolution("{roll_group}/{last_name}_{first_name}", "9B/Chen_Mia.jpg", *EVERYONE) == Ambiguous(
        "Mia Chen", 'The path has "Mia Chen" (roll group 9B), but Mia Chen (0001) is in "7A".', (1,)
    )


def test_code_of_one_and_name_of_another_is_in_doubt() -> None:
    assert resolution("{code}_{last_name}_{first_name}", "0001_Smith_James.jpg", *EVERYONE) == Ambiguous(
        "James Smith",
        'The file name gives the code of Mia Chen (0001). The file name has "James Smith", which is another name.',
        (1,),
    )


ONE_OF_TWO = "The file name has no name, or only one of the two, where the match rule looks for both."


@pytest.mark.parametrize(
    ("pattern", "name", "reason"),
    [
        (
            "{last_name}_{first_name}",
            "0417",
            'The file name "0417" does not fit the pattern "{last_name}_{first_name}".',
        ),
        ("{last_name}_{first_name}", "-_-", ONE_OF_TWO),
        ("{last_name}_{first_name}", "Madonna_-", ONE_OF_TWO),
        ("{code}_{last_name}_{first_name}", "0001_Chen_-", ONE_OF_TWO),
        ("{last_name}_{first_name}", "a_" + "b" * 120, f'The name in "a_{"b" * 57}…" is longer than 120 characters.'),
        (
            "{last_name}_{first_name}_{any}",
            "a" + "_b" * 60,
            f'The file name "a{"_b" * 29}…" fits "{{last_name}}_{{first_name}}_{{any}}" in more ways than can be '
            "looked at.",
        ),
        (
            "{last_name}_{code}_{first_name}",
            "Van_Berg_0417_Jan",
            'The file name "Van_Berg_0417_Jan" fits "{last_name}_{code}_{first_name}" in several ways, with "0417" '
            'or "Berg".',
        ),
        (
            "{year}_{last_name}_{first_name}",
            "0000_Chen_Mia",
            '"0000" is not a year from 1900 to 2199.',
        ),
    ],
)
def test_no_name_is_told(pattern: str, name: str, reason: str) -> None:
    assert resolution(pattern, f"{name}.jpg", *EVERYONE) == NoKey(reason)


def test_year_goes_with_a_name() -> None:
    rule = MatchRule(MatchMode.PATTERN, "{year}/{first_name}{last_name}")
    asked = asked_of(rule, KeyReader(rule), "2025", "MiaChen.jpg", {})

    assert (asked.academic_year, asked.known_as) == (2025, "MiaChen")


def test_who_is_found_by_name_alone_has_no_code() -> None:
    rule = MatchRule(MatchMode.PATTERN, "{first_name}{last_name}")

    assert KeyReader(rule).read("", "MiaChen.jpg") == NoKey(
        "The file-name pattern says whose a file is by name, and here a code is needed."
    )
    assert not rule.has_key
    assert MatchRule(MatchMode.PATTERN, "{code}_{last_name}_{first_name}").has_key


NAMES = st.text(alphabet="aAb'- ", min_size=1, max_size=3).filter(name_form)


@given(
    st.lists(st.tuples(NAMES, NAMES), max_size=6, unique=True),
    st.text(alphabet="aAb'- _", min_size=1, max_size=7),
    st.sampled_from(["{first_name}{last_name}", "{last_name}{first_name}", "{last_name}_{first_name}"]),
)
def test_a_name_is_matched_exactly_where_one_person_is_called_so(
    names: list[tuple[str, str]], stem: str, pattern: str
) -> None:
    people = [person(number, given_name, family_name) for number, (given_name, family_name) in enumerate(names)]

    found = resolution(pattern, f"{stem}.jpg", *people)

    called = [number for number, (first, last) in enumerate(names) if _is_written(pattern, stem, first, last)]
    assert (found == Matched(called[0])) if len(called) == 1 else not isinstance(found, Matched)
    assert isinstance(found, Ambiguous) == (len(called) > 1)


def _is_written(pattern: str, stem: str, first: str, last: str) -> bool:
    first, last = name_form(first), name_form(last)
    if "_" not in pattern.replace("_name", ""):
        return name_form(stem) == (first + last if pattern.startswith("{first") else last + first)
    cuts = [at for at, char in enumerate(stem) if char == "_"]
    return any((name_form(stem[:at]), name_form(stem[at + 1 :])) == (last, first) for at in cuts)
