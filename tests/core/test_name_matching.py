"""Who is meant by the names in an index; in doubt, nobody. A brute-force oracle judges every small school."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.keys import NoKey
from photosync.core.matching import Ambiguous, Candidate, Matched, Unmatched
from photosync.core.name_matching import (
    Named,
    NamedCandidate,
    confirmed,
    delivered,
    objection,
    place_form,
    resolve_named,
    said_of,
)
from photosync.core.names import sought_form
from photosync.core.people import PersonKind

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF


def person(number: int, given_name: str = "Mia", family_name: str = "Chen", **more: object) -> NamedCandidate:
    preferred, year, room = (str(more.pop(name, "")) for name in ("preferred", "year", "room"))
    kind = more.pop("kind", STUDENT)
    label = f"{preferred or given_name} {family_name} ({number})"
    candidate = Candidate(number, kind, label, **({"left": False} | more))  # type: ignore[arg-type]
    return NamedCandidate(candidate, family_name, given_name, preferred, year, room)


def row(first: str = "Mia", last: str = "Chen", **more: object) -> Named:
    return Named(first_name=first, last_name=last, where="INDEX.TXT, line 2,", **more)  # type: ignore[arg-type]


MIA = 'INDEX.TXT, line 2, has "Mia Chen"'


def test_one_person_of_that_name_is_matched_where_nothing_else_is_said() -> None:
    assert resolve_named(row(), [person(1)]) == Matched(1)
    assert resolve_named(row(grade="07", home_room="7a"), [person(1, year="Year 7", room="7A")]) == Matched(1)
    assert resolve_named(row(grade="07", home_room="7a"), [person(1)]) == Matched(1)


def test_preferred_name_and_middle_name_count() -> None:
    assert resolve_named(row("Bob", "Ng"), [person(1, "Robert", "Ng", preferred="Bob")]) == Matched(1)
    assert resolve_named(row("Robert", "Ng"), [person(1, "Robert", "Ng", preferred="Bob")]) == Matched(1)
    anna = row("Anna", "Ng", middle_name="Maria")
    assert anna.sought == (sought_form("Ng", "Anna"), sought_form("Ng", "Anna Maria"))
    assert resolve_named(anna, [person(1, "Anna Maria", "Ng")]) == Matched(1)
    both = [person(1, "Anna Maria", "Ng"), person(2, "Anna", "Ng")]
    assert isinstance(resolve_named(anna, both), Ambiguous)


def test_nobody_of_that_name() -> None:
    assert resolve_named(row(grade="7"), []) == Unmatched(
        "Mia Chen", f"{MIA} (grade 7). No student or staff member is called so."
    )
    assert resolve_named(row(), [person(1, kind=STAFF)], kinds=[STUDENT]) == Unmatched(
        "Mia Chen", f"{MIA}. No student is called so."
    )


def test_name_without_its_marks_is_told_and_not_matched() -> None:
    found = resolve_named(row("Ana", "Kovacevic"), [person(1, "Ana", "Kova\u010devi\u0107")])
    assert found == Unmatched(
        "Ana Kovacevic",
        'INDEX.TXT, line 2, has "Ana Kovacevic". No student or staff member is called so; without the marks on '
        "letters, that may be Ana Kova\u010devi\u0107 (1).",
        person_ids=(1,),
    )


def test_namesakes_are_told_apart_by_what_speaks_for_one_of_them() -> None:
    namesakes = [person(1, year="7", room="7A"), person(2, year="7", room="7B"), person(3, year="9")]
    assert resolve_named(row(grade="9"), namesakes) == Matched(3)
    assert resolve_named(row(grade="7", home_room="7B"), namesakes) == Matched(2)
    assert resolve_named(row(grade="7"), namesakes) == Ambiguous(
        "Mia Chen", f"{MIA} (grade 7), and that may be Mia Chen (1) or Mia Chen (2).", (1, 2, 3)
    )


def test_namesake_of_whom_nothing_is_known_is_not_the_one_by_elimination() -> None:
    found = resolve_named(row(grade="9"), [person(1, year="7"), person(2)])
    assert found == Ambiguous("Mia Chen", f"{MIA} (grade 9), and that may be Mia Chen (2).", (1, 2))


@pytest.mark.parametrize(
    ("said", "who", "against"),
    [
        ({"grade": "8"}, {"year": "Year 7"}, 'Mia Chen (1) is in "Year 7"'),
        ({"grade": "7", "home_room": "7B"}, {"year": "7", "room": "7A"}, 'Mia Chen (1) is in "7A"'),
        ({"grade": "7"}, {"kind": STAFF}, "Mia Chen (1) is a staff member"),
        ({"grade": "Faculty"}, {"year": "7"}, "Mia Chen (1) is a student"),
    ],
)
def test_what_contradicts_is_told(said: dict[str, str], who: dict[str, object], against: str) -> None:
    named = row(**said)
    reason = f"INDEX.TXT, line 2, has {named.details}, but {against}."
    assert resolve_named(named, [person(1, **who)]) == Ambiguous("Mia Chen", reason, (1,))


def test_who_has_left_or_keeps_no_photo_is_not_matched() -> None:
    assert resolve_named(row(), [person(1, left=True)]) == Unmatched(
        "Mia Chen", f"{MIA}. That is Mia Chen (1), who has left.", person_ids=(1,)
    )
    erased = resolve_named(row(), [person(1, keeps_no_photo=True)])
    assert isinstance(erased, Unmatched)
    assert (erased.dismissed, erased.person_ids) == (True, (1,))
    assert isinstance(resolve_named(row(), [person(1, left=True), person(2)]), Ambiguous)


def test_superseded_picture_is_set_aside_once_it_is_known_whose_it_is() -> None:
    old = row(superseded="Superseded: line 9 counts.")

    def aside(*person_ids: int) -> Unmatched:
        return Unmatched("Mia Chen", "Superseded: line 9 counts.", dismissed=True, person_ids=person_ids)

    assert resolve_named(old, [person(1)]) == resolve_named(old, [person(1, left=True)]) == aside(1)
    assert resolve_named(old, []) == aside()
    assert isinstance(resolve_named(old, [person(1), person(2)]), Ambiguous)
    copy = row(superseded="Superseded: line 9 counts.", is_copy=True)
    assert resolve_named(copy, [person(1), person(2)]) == aside(1, 2)


def test_code_is_confirmed_by_the_names_of_the_row() -> None:
    mia = person(1, year="7")
    assert confirmed(row(grade="7"), mia.candidate, mia) == Matched(1)
    assert confirmed(row("Leo", "Ng"), mia.candidate, None) == Ambiguous(
        "Leo Ng",
        'The file name gives the code of Mia Chen (1). INDEX.TXT, line 2, has "Leo Ng", which is another name.',
        (1,),
    )
    assert confirmed(row(grade="8"), mia.candidate, mia) == Ambiguous(
        "Mia Chen", f'{MIA} (grade 8), but Mia Chen (1) is in "7".', (1,)
    )
    old = row(superseded="Superseded.")
    assert confirmed(old, mia.candidate, mia) == Unmatched("Mia Chen", "Superseded.", dismissed=True, person_ids=(1,))


def test_row_without_a_name_looks_for_nobody() -> None:
    assert row("", " - ").sought == ()
    assert row("", "Suharto").sought == (sought_form("Suharto", ""),)


def test_index_of_a_delivery_is_asked_without_letter_case() -> None:
    index = {place_form("Vol/IMAGES", "0001.JPG"): row(), "x.jpg": "0417", "y.jpg": NoKey("No.")}
    assert delivered("vol/images", "0001.jpg", index) == row()
    assert delivered("", "z.jpg", index) is None
    assert delivered("", "x.jpg", index) is None
    assert delivered("", "Y.jpg", index) == NoKey("No.")


def test_name_map_is_asked_by_path_then_by_name() -> None:
    index = {"a/1.jpg": row("Ann"), "1.jpg": row("Bob"), "2.jpg": "0417"}
    assert said_of("a", "1.jpg", index) == row("Ann")
    assert said_of("b", "1.jpg", index) == row("Bob")
    assert said_of("", "2.jpg", index) is None


# The oracle: every school of up to three people, every row, judged by definitions written down once more.

GIVEN = ("Mia", "Leo")
YEARS = ("", "7", "8")
ROOMS = ("", "7A", "7B")
PEOPLE = [
    (given, preferred, year, room)
    for given, preferred, year, room in product(GIVEN, ("", "Mia"), YEARS, ROOMS)
    if preferred != given
]
ROWS = list(product(GIVEN, YEARS, ROOMS))


def oracle(said: tuple[str, str, str], school: tuple[tuple[str, str, str, str], ...]) -> int | None:
    """Return the number of the one person who is meant: by definition, without the rule's code."""
    first, grade, home_room = said
    same = [n for n, (given, preferred, _, _) in enumerate(school) if first in (given, preferred)]

    def against(n: int) -> bool:
        _, _, year, room = school[n]
        return bool(grade and year and grade != year) or bool(home_room and room and home_room != room)

    def speaks_for(n: int) -> bool:
        _, _, year, room = school[n]
        return bool(grade and grade == year) or bool(home_room and home_room == room)

    fitting = [n for n in same if not against(n)]
    if len(fitting) != 1:
        return None
    return fitting[0] if len(same) == 1 or speaks_for(fitting[0]) else None


def check(said: tuple[str, str, str], school: tuple[tuple[str, str, str, str], ...]) -> None:
    people = [
        person(n, given, preferred=preferred, year=year, room=room)
        for n, (given, preferred, year, room) in enumerate(school)
    ]
    found = resolve_named(row(said[0], grade=said[1], home_room=said[2]), people)
    wanted = oracle(said, school)
    assert (found.person_id if isinstance(found, Matched) else None) == wanted
    assert isinstance(found, Matched | Ambiguous | Unmatched)
    if isinstance(found, Ambiguous):
        assert found.reason.endswith(".")
        assert found.person_ids


def test_every_school_of_one_or_two_people() -> None:
    for said in ROWS:
        for school in (*((one,) for one in PEOPLE), *product(PEOPLE, repeat=2)):
            check(said, school)


@given(st.sampled_from(ROWS), st.lists(st.sampled_from(PEOPLE), min_size=3, max_size=6))
def test_larger_schools(said: tuple[str, str, str], school: list[tuple[str, str, str, str]]) -> None:
    check(said, tuple(school))


@given(st.lists(st.sampled_from(PEOPLE), max_size=5), st.sampled_from(ROWS), st.randoms())
def test_order_of_the_people_makes_no_difference(
    school: list[tuple[str, str, str, str]], said: tuple[str, str, str], random: object
) -> None:
    people = [person(n, given, preferred=p, year=y, room=r) for n, (given, p, y, r) in enumerate(school)]
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    named = row(said[0], grade=said[1], home_room=said[2])
    assert resolve_named(named, people) == resolve_named(named, shuffled)


def test_objection_is_nothing_where_nothing_is_known() -> None:
    assert objection(row(), person(1)) == ""
