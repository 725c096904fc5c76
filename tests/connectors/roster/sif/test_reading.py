"""What is read of StudentPersonal, StaffPersonal, their enrolments and schools, and what is not concluded."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.connectors.roster.registry import open_roster
from photosync.connectors.roster.sif.enrollments import Counts, Enrollment, status_of, the_one
from photosync.connectors.sif.objects import PersonId
from photosync.core.errors import Refused, SourceUnavailable, WrongUse
from photosync.outgoing import AllowedRanges
from tests.connectors.roster.sif.schools import (
    HILL,
    MIA,
    MIA_NOW,
    SAM,
    SCHOOLS,
    STAFF,
    STUDENT,
    TODAY,
    VALE,
    by_code,
    everyone,
    guard_of,
    on_files,
    on_service,
    opened,
    options_of,
    rows,
    server_of,
    unreadable,
)
from tests.services.sif import document, enrollment, guid, picture, school_info, staff, student
from tests.services.web_server import Reply, web_server

PAST = {"EntryDate": "2025-01-28", "ExitDate": "2025-12-01", "TimeFrame": "H"}
NOTHING = "Nothing was concluded from it, so nothing was changed."


def raised(kind, act):
    with pytest.raises(kind) as caught:
        act()
    return caught.value.message


def test_every_field_of_a_student_and_of_staff(tmp_path):
    with on_files(tmp_path, *SCHOOLS, MIA, SAM, MIA_NOW) as roster:
        assert rows(roster) == [
            {
                "student_code": "002082",
                "given_name": "Mia",
                "family_name": "Chen",
                "alternate_id": "ABC 123;7788;FAM-1;CARD-9",
                "preferred_name": "Mimi",
                "email": "mia@hill.example",
                "year_level": "7",
                "roll_group": "7A",
                "house": "Banksia",
                "campus": "Hill Campus",
                "status": "active",
            }
        ]
        assert rows(roster, STAFF) == [
            {
                "staff_code": "T01",
                "given_name": "Sam",
                "family_name": "Okafor",
                "email": "sam@hill.example",
                "status": "active",
            }
        ]
        assert (roster.recognised, roster.warnings(), roster.names_everyone(STUDENT)) == ("SIF AU 3.4", (), True)


@pytest.mark.parametrize(
    ("namespace", "recognised"),
    [
        ("http://www.SIFinfo.org/au/datamodel/1.3", "SIF AU 1.3"),
        ("http://www.sifassociation.org/datamodel/au/3.4", "SIF AU 3.4"),
        ("", ""),
    ],
)
def test_versions_are_read_alike_and_told(tmp_path, namespace, recognised):
    (tmp_path / "a.xml").write_bytes(document("StudentPersonals", [MIA, MIA_NOW], namespace=namespace))
    with on_files(tmp_path) as roster:
        assert [row["roll_group"] for row in rows(roster)] == ["7A"]
        assert roster.recognised == recognised


def test_people_and_enrolments_may_lie_in_different_files_beside_pictures_and_other_files(tmp_path):
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "a.xml").write_bytes(document("StudentSchoolEnrollments", [MIA_NOW]))
    (tmp_path / "b.XML").write_bytes(document("StudentPersonals", [MIA]))
    (tmp_path / "c.xml").write_bytes(document("PersonPictures", [picture(guid("p"), guid("mia"), b"x" * 99_999)]))
    (tmp_path / "readme.txt").write_text("not XML")
    with on_files(tmp_path) as roster:
        assert [(row["student_code"], row["house"]) for row in rows(roster)] == [("002082", "Banksia")]


def test_without_enrolments_what_was_most_recent_counts_and_nobody_is_said_to_have_left(tmp_path):
    with on_files(tmp_path, *SCHOOLS, MIA, counts="none") as roster:
        (row,) = rows(roster)
    assert (row["year_level"], row["roll_group"], row["campus"]) == ("6", "6B", "Hill Campus")
    assert not {"status", "house"} & set(row)


def test_what_nobody_has_is_no_column(tmp_path):
    with on_files(tmp_path, *everyone(2)) as roster:
        assert set(rows(roster)[0]) == {"student_code", "given_name", "family_name", "year_level", "status"}


def test_name_in_one_piece_is_better_than_none(tmp_path):
    whole = '<StudentPersonal RefId="1"><LocalId>1</LocalId><PersonInfo><Name><FullName>Mia Chen</FullName></Name>'
    with on_files(tmp_path, f"{whole}</PersonInfo></StudentPersonal>", counts="none") as roster:
        assert [(row["given_name"], row["family_name"]) for row in rows(roster)] == [("", "Mia Chen")]


@pytest.mark.parametrize(
    ("person_id", "code", "others"),
    [
        (PersonId("StateProvinceId"), "ABC 123", "002082;7788;FAM-1;CARD-9"),
        (PersonId("OtherId", "0004"), "7788", "002082;ABC 123;FAM-1;CARD-9"),
        (PersonId("ElectronicId"), "CARD-9", "002082;ABC 123;7788;FAM-1"),
    ],
)
def test_another_identifier_is_the_code(tmp_path, person_id, code, others):
    with on_files(tmp_path, MIA, MIA_NOW, person_id=person_id) as roster:
        assert [(row["student_code"], row["alternate_id"]) for row in rows(roster)] == [(code, others)]


def test_identifiers_that_several_people_have_are_left_out_and_told(tmp_path):
    family = "<OtherIdList><OtherId Type='9999'>FAM-1</OtherId><OtherId Type='0004'>{0}</OtherId></OtherIdList>"
    students = [student(guid(each), each, ids=family.format(f"X{each}")) for each in ("1", "2")]
    with on_files(tmp_path, *students, counts="none") as roster:
        assert by_code(roster, "alternate_id") == {"1": "X1", "2": "X2"}
        assert roster.warnings() == (
            "Identifiers that several people have, as those of a family: 1. They were left out, because they do not "
            "say who someone is.",
        )


# --- who has left


@pytest.mark.parametrize(
    ("enrollments", "exits", "required"),
    [
        ([{}], "active", "active"),
        ([{"ExitDate": "2026-08-03"}], "active", "active"),
        ([{"ExitDate": "2026-08-02"}], "left", "left"),
        ([{"ExitDate": "2026-08-02"}, {"EntryDate": "2026-08-03"}], "active", "active"),
        ([{"ExitDate": "2026-08-02"}, {"EntryDate": "2027-01-27", "TimeFrame": "F"}], "active", "active"),
        ([{"EntryDate": "2027-01-27"}], "active", "active"),
        ([{"TimeFrame": "H", "EntryDate": "2025-01-27"}], "unchanged", "left"),
        ([{**PAST, "RecordClosureReason": "EndOfYear"}], "unchanged", "left"),
        ([{"ExitDate": "2026-06-01", "RecordClosureReason": "SchoolExit", "TimeFrame": "H"}], "left", "left"),
        ([{"ExitDate": "2026-06-01T00:00:00"}], "left", "left"),
        ([{"ExitDate": "soon"}], "active", "active"),
        ([{"EntryDate": "2027-01-27", "ExitDate": "2026-07-30"}], "active", "active"),
        # A cancelled enrolment says nothing beside another.
        ([{"ExitDate": "2026-08-02"}, {"EntryDate": "2027-01-27", "ExitDate": "2026-07-30"}], "left", "left"),
        ([{"ExitDate": "2026-08-02"}, {"EntryDate": "2026-07-13", "ExitDate": "0001-01-01"}], "active", "active"),
        (
            [
                {"ExitDate": "2025-12-19", "RecordClosureReason": "EndOfYear", "EntryDate": "2025-01-27"},
                {"ExitDate": "2026-03-01", "EntryDate": "2026-01-27"},
            ],
            "left",
            "left",
        ),
    ],
)
def test_enrolments_say_who_has_left(tmp_path, enrollments, exits, required):
    given = [enrollment(guid(f"e{at}"), guid("mia"), **each) for at, each in enumerate(enrollments)]
    for counts, expected in (("exits", exits), ("required", required)):
        with on_files(tmp_path, MIA, *given, counts=counts) as roster:
            assert by_code(roster, "status") == {"002082": expected}


def test_cancelled_enrolment_decides_no_year_level_beside_another(tmp_path):
    cancelled = {"EntryDate": "2026-07-20", "ExitDate": "2026-07-19", "YearLevel": "9"}
    with on_files(tmp_path, MIA, MIA_NOW, enrollment(guid("c"), guid("mia"), HILL, **cancelled)) as roster:
        assert by_code(roster, "year_level") == {"002082": "7"}
    with on_files(tmp_path, MIA, enrollment(guid("c"), guid("mia"), HILL, **cancelled)) as roster:
        assert by_code(roster, "year_level") == {"002082": "9"}


def test_whoever_is_not_enrolled_stays_unless_it_is_required(tmp_path):
    new = student(guid("new"), "0099")
    with on_files(tmp_path, MIA, MIA_NOW, new) as roster:
        assert by_code(roster, "status") == {"002082": "active", "0099": "unchanged"}
        assert roster.warnings() == (
            "Students without a StudentSchoolEnrollment: 1. They were read as students of the school all the same. "
            "If they are not, choose that whoever is not enrolled has left.",
        )
    with on_files(tmp_path, counts="required") as roster:
        assert by_code(roster, "status") == {"002082": "active", "0099": "left"}
        assert roster.warnings() == ()


def test_date_that_is_none_is_told(tmp_path):
    with on_files(tmp_path, MIA, enrollment(guid("e"), guid("mia"), ExitDate="02/08/2026")) as roster:
        assert by_code(roster, "status") == {"002082": "active"}
        assert roster.warnings() == (
            "StudentSchoolEnrollment objects with an EntryDate or ExitDate that cannot be, such as an exit before "
            "the entry: 1. They were read as if that date were not there. Have it corrected where it comes from.",
        )


@pytest.mark.parametrize(("status", "told"), [("A", "active"), ("I", "left"), ("O", "active"), ("S", "active")])
def test_employment_says_which_staff_have_left(tmp_path, status, told):
    with on_files(tmp_path, staff(guid("sam"), "T01", status=status)) as roster:
        assert [row["status"] for row in rows(roster, STAFF)] == [told]


days = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400)).map(date.isoformat)
some_enrollments = st.lists(
    st.builds(
        Enrollment,
        student=st.just("s"),
        school=st.sampled_from(["", "a", "b"]),
        is_home=st.booleans(),
        time_frame=st.sampled_from(["", "C", "F", "H"]),
        school_year=st.sampled_from(["", "2025", "2026", "2027"]),
        entry_date=st.one_of(st.just(""), days),
        exit_date=st.one_of(st.just(""), days),
        goes_on=st.booleans(),
        year_level=st.just(""),
        roll_group=st.just(""),
        house=st.just(""),
    ),
    max_size=5,
)


@given(some_enrollments, st.sampled_from([Counts.EXITS, Counts.REQUIRED]))
def test_nobody_with_an_enrolment_that_is_not_over_has_left_whatever_else_there_is(enrollments, counts):
    goes_on = any(not each.is_over(TODAY) for each in enrollments)
    status = status_of(enrollments, counts, TODAY)
    assert (status == "active") == goes_on
    if counts is Counts.EXITS and status == "left":
        assert any(each.exit_date and each.exit_date < TODAY.isoformat() for each in enrollments)


@given(some_enrollments, st.randoms(use_true_random=False))
def test_which_enrolment_counts_does_not_depend_on_the_order_and_is_one_of_now_if_there_is(enrollments, random):
    one = the_one(enrollments, TODAY)
    shuffled = list(enrollments)
    random.shuffle(shuffled)
    assert (one is None) == (not enrollments)
    if one is not None:
        assert one.is_now(TODAY) == any(each.is_now(TODAY) for each in enrollments)
        other = the_one(shuffled, TODAY)
        assert other is not None
        assert (other.entry_date, other.is_home, other.school_year) == (one.entry_date, one.is_home, one.school_year)


# --- which school


def test_school_of_several_has_its_own_students_only(tmp_path):
    moved = student(guid("tom"), "0002", recent="<SchoolLocalId>01</SchoolLocalId>")
    ann = student(guid("ann"), "0003", recent="<SchoolACARAId>40001</SchoolACARAId>")
    sam = staff(guid("sam"), "T01", recent="<SchoolLocalId>01</SchoolLocalId><LocalCampusId>9</LocalCampusId>")
    liz = staff(guid("liz"), "T02", recent="<SchoolLocalId>02</SchoolLocalId>")
    given = [MIA, MIA_NOW, moved, ann, sam, liz]
    given.append(enrollment(guid("t"), guid("tom"), VALE))
    given.append(enrollment(guid("t0"), guid("tom"), HILL, ExitDate="2026-03-01"))
    given.append(enrollment(guid("x"), guid("nobody"), VALE))
    for wanted in ("hill campus", "01", "40001", HILL.upper()):
        with on_files(tmp_path, *SCHOOLS, *given, school=wanted) as roster:
            assert by_code(roster, "status") == {"002082": "active", "0002": "left", "0003": "unchanged"}
            assert by_code(roster, "campus") == {
                "002082": "Hill Campus",
                "0002": "Hill Campus",
                "0003": "Hill Campus",
            }
            assert [row["staff_code"] for row in rows(roster, STAFF)] == ["T01"]
            assert roster.names_everyone(STUDENT)
    with on_files(tmp_path, school="Dale") as roster:
        assert raised(SourceUnavailable, lambda: roster.table(STAFF)) == (
            f'There is no school "Dale" in the SIF files. {NOTHING} Its schools are: "Hill Campus", "Vale Campus". '
            "Choose one of them, or name no school."
        )


def test_whoever_says_no_school_is_nobody_missing(tmp_path):
    lost = staff(guid("lost"), "T09")
    sam = staff(guid("sam"), "T01", recent="<SchoolLocalId>01</SchoolLocalId>")
    with on_files(tmp_path, *SCHOOLS, lost, sam, school="Hill Campus") as roster:
        assert [row["staff_code"] for row in rows(roster, STAFF)] == ["T01"]
        assert (roster.names_everyone(STAFF), roster.names_everyone(STUDENT)) == (False, True)
        assert roster.warnings() == (
            "StaffPersonal objects that do not say of which school they are, or name one that is no SchoolInfo: 1. "
            "They were left as they are, and no one was taken to have left by not being in the roster. Have that "
            "corrected, or name no school here.",
        )


def test_whoever_goes_on_to_another_school_has_left_this_one_whatever_closed_the_enrolment(tmp_path):
    over = {**PAST, "RecordClosureReason": "EndOfYear"}
    tom = [student(guid("tom"), "0002"), enrollment(guid("t0"), guid("tom"), HILL, **over)]
    ann = [student(guid("ann"), "0003"), enrollment(guid("a0"), guid("ann"), HILL, **over)]
    moved, later = enrollment(guid("t"), guid("tom"), VALE), {"EntryDate": "2027-01-27", "TimeFrame": "F"}
    ann.append(enrollment(guid("a"), guid("ann"), VALE, **later))
    with on_files(tmp_path, *SCHOOLS, *tom, moved, *ann, school="Hill Campus") as roster:
        assert by_code(roster, "status") == {"0002": "left", "0003": "unchanged"}
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())
    with on_files(tmp_path, school="Vale Campus") as roster:
        assert by_code(roster, "status") == {"0002": "active", "0003": "active"}


def test_campus_is_the_one_that_the_person_names_else_that_of_the_enrolment(tmp_path):
    schools = [
        school_info(HILL, "Hill", "01", campus="1"),
        school_info(VALE, "Vale", "02", campus="1"),
        school_info(guid("dale"), "Dale", "03", campus="2"),
    ]
    campuses = {"0001": "1", "0002": "2", "0003": ""}
    given = []
    for code, campus in campuses.items():
        recent = f"<SchoolLocalId>02</SchoolLocalId><LocalCampusId>{campus}</LocalCampusId>"
        given += [student(guid(code), code, recent=recent), enrollment(guid(f"e{code}"), guid(code), HILL)]
    with on_files(tmp_path, *schools, *given) as roster:
        assert by_code(roster, "campus") == {"0001": "Hill", "0002": "Dale", "0003": "Hill"}


# --- what is not concluded


def test_enrolments_that_are_not_there_conclude_nothing(tmp_path):
    with on_files(tmp_path, MIA, student(guid("x"), "1")) as roster:
        assert raised(SourceUnavailable, lambda: rows(roster)) == (
            "There are StudentPersonal objects, 2 of them, but no StudentSchoolEnrollment, which says who has left. "
            f"{NOTHING} Have them given too, or choose that enrolments are not read."
        )


def test_enrolment_of_a_student_who_is_not_there_makes_nobody_a_leaver(tmp_path):
    gone = [enrollment(guid("g"), guid("gone")), enrollment(guid("o"), guid("old"), **PAST)]
    with on_files(tmp_path, MIA, MIA_NOW, *gone) as roster:
        assert len(rows(roster)) == 1
        assert not roster.names_everyone(STUDENT)
        assert roster.warnings() == (
            "Students with a StudentSchoolEnrollment, but without a StudentPersonal: 1. So others may be missing as "
            "well, and no one was taken to have left by not being in the roster. Have every StudentPersonal given.",
        )
        (tmp_path / "b.xml").write_bytes(document("StudentPersonals", [student(guid("gone"), "5")]))
        assert len(rows(roster)) == 2
        assert (roster.names_everyone(STUDENT), roster.warnings()) == (True, ())


def test_same_object_twice_is_one_and_different_ones_of_one_ref_id_are_nobody(tmp_path):
    tom = student(guid("tom"), "0002")
    (tmp_path / "b.xml").write_bytes(document("All", [MIA, tom.replace("Chen", "Chan")]))
    with on_files(tmp_path, MIA, MIA_NOW, tom) as roster:
        assert unreadable(roster) == [f'The RefId "{guid("tom")}" is there twice, with different data.']
        assert [row.cells[0] for row in roster.table(STUDENT) if hasattr(row, "cells")] == ["002082"]


def test_file_that_is_written_to_meanwhile_concludes_nothing(tmp_path):
    (tmp_path / "b.xml").write_bytes(document("All", [SAM]))

    roster = on_files(tmp_path, *everyone(3))
    documents = roster.objects._documents
    opening = documents.open

    def open_and_write(each):
        if each.name == "b.xml":
            (tmp_path / "all.xml").write_bytes(document("All", everyone(2)))
        return opening(each)

    documents.open = open_and_write
    with roster:
        assert raised(SourceUnavailable, lambda: rows(roster)) == (
            f"The SIF files were written to while they were read. {NOTHING} They are read again the next time. If "
            "this comes back, choose a time at which the school's system has finished them."
        )


def test_hostile_or_half_file_concludes_nothing(tmp_path):
    whole = document("All", everyone(3))
    bad = {
        "it ends in the midst": whole[:-40],
        "it has a document type declaration (DTD)": whole.replace(b"<All", b"<!DOCTYPE x><All", 1),
        "it is not well-formed XML": whole.replace(b"</LocalId>", b"</LocalID>", 1),
    }
    for why, content in bad.items():
        (tmp_path / "a.xml").write_bytes(content)
        with on_files(tmp_path) as roster:
            message = raised(SourceUnavailable, lambda roster=roster: rows(roster))
        assert message.startswith(f"a.xml cannot be read: {why}")
        assert NOTHING in message


# --- over REST


@pytest.mark.parametrize("page_size", [0, 1, 4, 100])
@pytest.mark.parametrize("first_page", [0, 1])
@pytest.mark.parametrize("counts", [True, False])
def test_service_gives_what_files_give(tmp_path, page_size, first_page, counts):
    objects = [*SCHOOLS, MIA, MIA_NOW, SAM, *everyone(4)]
    with on_files(tmp_path, *objects) as roster:
        expected = rows(roster), rows(roster, STAFF)
    server = server_of(objects, first_page=first_page, counts=counts)
    with web_server(server) as web, on_service(web.address, page_size=page_size) as roster:
        assert (rows(roster), rows(roster, STAFF)) == expected
        assert (roster.recognised, roster.warnings()) == ("SIF AU 3.4", ())


def test_service_asks_for_no_picture_and_reads_only(tmp_path):
    with web_server(server_of([MIA, MIA_NOW, SAM])) as web, on_service(web.address) as roster:
        rows(roster)
        rows(roster, STAFF)
        assert {asked.method for asked in web.asked} == {"GET"}
        assert {asked.path.split("/")[-1] for asked in web.asked} == {
            *("SchoolInfos", "StudentSchoolEnrollments", "StudentPersonals", "StaffPersonals")
        }


def without(*names):
    server = server_of([*SCHOOLS, MIA, MIA_NOW, SAM])

    def answer(asked):
        return Reply(403) if asked.path.split("/")[-1] in names else server(asked)

    return answer


def test_schools_that_are_not_given_leave_campuses_as_they_are():
    with web_server(without("SchoolInfos")) as web:
        with on_service(web.address) as roster:
            assert "campus" not in rows(roster)[0]
            assert roster.warnings() == (
                "The service does not give its SchoolInfo objects to this user. Campuses were left as they are. Ask "
                "who runs it to grant them.",
            )
        with on_service(web.address, school="Hill Campus") as roster:
            message = raised(SourceUnavailable, lambda: rows(roster))
    assert message.startswith(f"Listing SchoolInfos, page 0 failed on the SIF service 127.0.0.1 (port {web.port}): ")


def test_enrolments_that_are_not_given_conclude_nothing_unless_they_are_not_read():
    with web_server(without("StudentSchoolEnrollments")) as web:
        with on_service(web.address) as roster:
            assert raised(SourceUnavailable, lambda: rows(roster)) == (
                f"Listing StudentSchoolEnrollments, page 0 failed on the SIF service 127.0.0.1 (port {web.port}): it "
                f"does not allow this user to read that. {NOTHING} Ask who runs the service for the right to query "
                "it in this zone, or read less here. Or choose that enrolments are not read."
            )
        with on_service(web.address, counts="none") as roster:
            assert by_code(roster, "roll_group") == {"002082": "6B"}


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("change", ["removed", "exchanged"])
def test_list_that_moves_between_two_pages_concludes_nothing(counts, change):
    """Whoever is removed on a page that was read moves the others: one falls between the pages, unseen."""
    people = everyone(9)
    server = server_of(lambda: people, counts=counts)

    def moves(asked):
        reply = server(asked)
        if asked.path.endswith("StudentPersonals") and asked.headers["navigationpage"] == "0" and len(people) == 18:
            del people[0:2]
            if change == "exchanged":
                people.extend(everyone(1, start=50))
        return reply

    with web_server(moves) as web, on_service(web.address, page_size=3) as roster:
        message = raised(SourceUnavailable, lambda: rows(roster))
    assert message.startswith(f"Listing StudentPersonals failed on the SIF service 127.0.0.1 (port {web.port}): ")
    assert "its content changed meanwhile" in message or "it named other objects when it was asked again" in message
    assert message.endswith(f"{NOTHING} Run again later.")


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("late", [Reply(500), Reply(204), Reply(content=b""), Reply(content=b"<html>Busy</html>")])
def test_page_that_is_lost_concludes_nothing(counts, late):
    server = server_of(everyone(9), counts=counts)
    lost = []

    def loses_one(asked):
        if asked.path.endswith("StudentPersonals") and asked.headers["navigationpage"] == "1" and not lost:
            lost.append(asked)
            return late
        return server(asked)

    with web_server(loses_one) as web, on_service(web.address, page_size=3) as roster:
        message = raised(SourceUnavailable, lambda: rows(roster))
    assert f"failed on the SIF service 127.0.0.1 (port {web.port}): " in message
    assert NOTHING in message


def test_first_page_of_a_service_that_gives_pages_unasked_concludes_nothing():
    server = server_of(everyone(9))

    def first_page(asked):
        return server(replace(asked, headers={**asked.headers, "navigationpagesize": "3", "navigationpage": "0"}))

    with web_server(first_page) as web, on_service(web.address, page_size=0, counts="none") as roster:
        assert raised(SourceUnavailable, lambda: rows(roster)) == (
            f"Listing StudentPersonals failed on the SIF service 127.0.0.1 (port {web.port}): only 3 of 9 objects "
            f"came. {NOTHING} The service gives pages, so write a page_size, such as 50."
        )


# --- options


def test_places_and_options_that_cannot_be_are_refused_with_a_word(tmp_path):
    (tmp_path / "in").mkdir()
    inside = tmp_path / "in"
    assert "is not under an allowed root" in raised(Refused, lambda: opened("sif_files", inside, path=str(tmp_path)))
    assert raised(WrongUse, lambda: opened("sif_files", inside, path="sif")) == (
        "The folder, ZIP or XML file of SIF 'sif' is not an absolute path. Nothing was changed; write it from the "
        "root, for example path=/srv/rosters/sif."
    )
    assert raised(WrongUse, lambda: opened("sif_files", inside, path=str(inside), identifier_type="1")) == (
        "An identifier_type is given, but a LocalId has no types. Nothing was changed. Leave identifier_type empty, "
        "or choose OtherId or ElectronicId."
    )
    assert raised(WrongUse, lambda: opened("sif_rest", inside, **options_of("https://s.example", secret=""))) == (
        "Signing in by SIF_HMACSHA256 needs a user and a secret. Nothing was changed; fill that in."
    )
    with opened("sif_files", inside, path=str(inside / "none.xml")) as roster:
        assert raised(SourceUnavailable, lambda: rows(roster)) == (
            f"The file {inside}/none.xml cannot be read: No such file or directory. {NOTHING} Check that it is there "
            "and may be read, then run again."
        )


def test_private_address_is_not_asked(tmp_path):
    closed = replace(guard_of(tmp_path), allowed_ranges=AllowedRanges())
    with web_server(server_of([MIA])) as web:

        def read():
            with open_roster("sif_rest", options_of(web.address), guard=closed, today=TODAY) as roster:
                roster.table(STAFF)

        with pytest.raises((Refused, SourceUnavailable)) as caught:
            read()
        assert web.asked == []
    assert "127.0.0.1" in caught.value.message
