"""What is read of SIF objects, as published examples and real systems write them."""

import base64
import zipfile
from ipaddress import ip_network

import pytest

from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, Entry
from photosync.connectors.sif.documents import FolderDocuments
from photosync.connectors.sif.files import SifFilesSource
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PersonId
from photosync.connectors.testing.conformance import entries_of, fetched, listing, raised
from photosync.core.consent import Consent, Purpose
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.people import PersonKind
from photosync.outgoing.ranges import AllowedRanges
from tests.services.bad_network import Faults, bad_network
from tests.services.sif import AU_3_4, document, guid, person, picture
from tests.services.web_server import Reply, web_server

LOOPBACK = AllowedRanges((ip_network("127.0.0.0/8"),))
MIA, TOM = guid("mia"), guid("tom")
PEOPLE = [person(MIA, "0417"), person(TOM, "T12", of="StaffPersonal")]
ANYTHING = b"\xff\xd8 bytes of a photo \x00\xff" * 9


@pytest.fixture
def source(tmp_path):
    (tmp_path / "sif").mkdir()
    with SifFilesSource(FolderDocuments(str(tmp_path / "sif")), Links(LOOPBACK), PersonId()) as opened:
        opened.folder = tmp_path / "sif"
        yield opened


def put(source, *objects, name="all.xml", namespace=AU_3_4):
    source.folder.joinpath(name).write_bytes(document("SIF_Objects", objects, namespace=namespace))


def of_mia(content=ANYTHING, ref_id="p1", **given):
    return picture(guid(ref_id), MIA, content, **given)


def changed(at, element="ModificationHistory/Modified"):
    opening = "".join(f"<{part}>" for part in element.split("/"))
    closing = "".join(f"</{part}>" for part in reversed(element.split("/")))
    return f"<SIF_Metadata><LifeCycle>{opening}<DateTime>{at}</DateTime>{closing}</LifeCycle></SIF_Metadata>"


@pytest.mark.parametrize(
    ("namespace", "told"),
    [
        ("http://www.sifassociation.org/au/datamodel/1.3", "The objects were read as SIF AU 1.3."),
        ("http://www.sifassociation.org/au/datamodel/3.4.1", "The objects were read as SIF AU 3.4.1."),
        ("http://www.sifassociation.org/datamodel/au/3.4", "The objects were read as SIF AU 3.4."),
        ("http://www.sifinfo.org/au/infrastructure/2.x", "Objects that name no version of SIF AU were read"),
        ("", "Objects that name no version of SIF AU were read by the names of their elements."),
    ],
)
def test_every_version_is_read_and_told(source, namespace, told):
    put(source, *PEOPLE, of_mia(year="2026"), namespace=namespace)
    assert fetched(source, "students/2026/0417") == ANYTHING
    (warning,) = source.warnings()
    assert warning.startswith(told)


def test_version_that_is_not_known_is_told(source):
    put(source, *PEOPLE, of_mia(), namespace="http://www.sifassociation.org/au/datamodel/4.0")
    assert list(source.warnings()) == [
        "The objects were read as SIF AU 4.0.",
        "SIF AU 4.0 is not among the versions that are known here (1.3 to 3.4). Look whether everything was read.",
    ]


def test_prefixes_and_nesting_make_no_difference(source):
    inner = document("PersonPictures", [of_mia()], namespace="").partition(b"\n")[2].decode()
    people = "".join(PEOPLE)
    text = f"<SIF_Message><SIF_Response><SIF_ObjectData>{inner}{people}</SIF_ObjectData></SIF_Response></SIF_Message>"
    text = text.replace("</", "\0").replace("<", "<s:").replace("\0", "</s:")
    text = text.replace("<s:SIF_Message", f'<s:SIF_Message xmlns:s="{AU_3_4}"', 1)
    source.folder.joinpath("message.XML").write_text(text)
    assert fetched(source, "students/0417") == ANYTHING


def test_identifiers_are_text_and_trimmed(source):
    put(source, person(MIA, "  002082 \n"), of_mia())
    assert set(entries_of(source)) == {"students/002082"}


def test_ref_ids_are_found_in_either_letter_case(source):
    put(source, person(MIA.upper(), "0417"), of_mia())
    assert set(entries_of(source)) == {"students/0417"}


def test_people_and_pictures_may_lie_in_different_files_in_any_order(source):
    put(source, of_mia(), name="a.xml")
    put(source, *PEOPLE, name="z.xml")
    put(source, picture(guid("p2"), TOM, b"tom", of="StaffPersonal", year="2025 "), name="more.xml")
    assert {path: fetched(source, path) for path in entries_of(source)} == {
        "students/0417": ANYTHING,
        "staff/2025/T12": b"tom",
    }


def test_school_year_with_a_zone_is_a_year(source):
    put(source, *PEOPLE, of_mia(year="2026+10:00"))
    assert set(entries_of(source)) == {"students/2026/0417"}


@pytest.mark.parametrize("year", ["26", "20265", "none", "0001"])
def test_school_year_that_is_none_is_told(source, year):
    put(source, *PEOPLE, of_mia(year=year))
    assert set(entries_of(source)) == {"students/0417"}
    assert list(source.warnings())[1:] == [
        "1 picture was taken as of the current academic year, because the SchoolYear is no year. Have it corrected "
        "where it comes from."
    ]


@pytest.mark.parametrize(
    ("person_id", "identifier"),
    [
        (PersonId("StateProvinceId"), "S-1"),
        (PersonId("OtherId"), "first"),
        (PersonId("OtherId", "0003"), "second"),
        (PersonId("ElectronicId", "01"), "card"),
    ],
)
def test_other_identifiers(tmp_path, person_id, identifier):
    more = (
        "<StateProvinceId>S-1 </StateProvinceId><OtherIdList><OtherId Type='0004'>first</OtherId>"
        "<OtherId Type='0003'>second</OtherId></OtherIdList>"
        "<ElectronicIdList><ElectronicId Type='01'>card</ElectronicId></ElectronicIdList>"
    )
    (tmp_path / "a.xml").write_bytes(document("All", [person(MIA, "0417", more=more), of_mia()]))
    with SifFilesSource(FolderDocuments(str(tmp_path)), Links(LOOPBACK), person_id) as source:
        assert set(entries_of(source)) == {f"students/{identifier}"}


@pytest.mark.parametrize("type_code", ["02", "2", "JPEG", "jpg", "03", "04", "05", "09", "10", "MIME", ""])
def test_inline_pictures_of_every_type(source, type_code):
    put(source, *PEOPLE, of_mia(type_code=type_code))
    assert fetched(source, "students/0417") == ANYTHING


def test_base64_of_every_shape(source):
    plain = base64.b64encode(ANYTHING).decode()
    shapes = {
        "as one line": plain,
        "without padding": plain.rstrip("="),
        "with the line ends of Windows": base64.encodebytes(ANYTHING).decode().replace("\n", "&#13;\n"),
        "as CDATA": f"\n<![CDATA[{plain[:50]}]]>{plain[50:]}<!-- end -->",
        "with references": "".join(f"&#{ord(char)};" for char in plain),
    }
    for shape, text in shapes.items():
        put(source, *PEOPLE, of_mia(text))
        (entry,) = entries_of(source).values()
        assert (shape, fetched(source, "students/0417"), entry.size_bytes) == (shape, ANYTHING, len(ANYTHING))


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8-sig"])
def test_encodings(source, encoding):
    text = document("All", [*PEOPLE, of_mia(), person(guid("zoe"), "Zo\u00eb")]).decode()
    declared = encoding.removesuffix("-sig").upper()
    source.folder.joinpath("a.xml").write_bytes(text.replace("UTF-8", declared).encode(encoding))
    assert fetched(source, "students/0417") == ANYTHING


def test_pdf_is_rejected_with_a_word(source):
    for type_code in ("06", "PDF"):
        put(source, *PEOPLE, of_mia(type_code=type_code))
        error = raised(ItemRejected, lambda: fetched(source, "students/0417"))
        assert (error.code, error.message) == (
            "pdf",
            'The picture of "0417" is a PDF document (PictureSource of Type 06), and not a picture. It was not read. '
            "Have the picture given as JPEG.",
        )


def test_what_is_no_base64_is_rejected_with_a_word(source):
    put(source, *PEOPLE, of_mia("see attachment!"))
    error = raised(ItemRejected, lambda: fetched(source, "students/0417"))
    assert (error.code, error.message) == (
        "not_base64",
        'The picture of "0417" is neither base64 nor a web address, so it is no picture. It was not read. Ask who '
        "runs the system it comes from to correct its PictureSource.",
    )


def test_elements_in_a_picture_are_no_end_of_it(source):
    put(source, *PEOPLE, of_mia("QUJD<Data>QUJD</Data>QUJD"))
    assert fetched(source, "students/0417") == b"ABCABCABC"


def test_elements_in_a_picture_that_cannot_be_read_alone_are_rejected_with_a_word(source):
    """It is that picture's fault, and no reason to read none of the others."""
    put(source, *PEOPLE, of_mia("QUJD<x:b/>QUJD").replace("<PersonPicture ", "<PersonPicture xmlns:x='of-x' "))
    error = raised(ItemRejected, lambda: fetched(source, "students/0417"))
    assert (error.code, error.message) == (
        "not_base64",
        'The picture of "0417" is neither base64 nor a web address, so it is no picture. It was not read. Ask who '
        "runs the system it comes from to correct its PictureSource.",
    )


def test_elements_in_an_identifier_do_not_cut_it(source):
    put(source, person(MIA, "X").replace("X", "04<b>1</b>7"), of_mia())
    assert set(entries_of(source)) == {"students/0417"}


def test_too_large_is_rejected_before_it_is_read(source):
    put(source, *PEOPLE, of_mia(b"x" * 3_000_000))
    error = raised(ItemRejected, lambda: fetched(source, "students/0417", limit_bytes=100))
    assert (error.code, error.message) == (
        "too_many_bytes",
        'The picture of "0417" is larger than 0.0001 MB, so it was not read. Have it made smaller, or raise the '
        "limit in the settings.",
    )


def test_links_are_followed_without_a_sign_in(source):
    with web_server(lambda asked: Reply(content=ANYTHING) if asked.path == "/mia.jpg?d=1" else Reply(404)) as web:
        for type_code in ("01", "URL", "02"):
            put(source, *PEOPLE, of_mia(f" {web.address}/mia.jpg?d=1\n ", type_code=type_code))
            assert fetched(source, "students/0417") == ANYTHING
        assert {asked.headers.get("authorization") for asked in web.asked} == {None}


def test_photo_that_is_called_a_page_is_read_and_if_it_is_none_nothing_is_concluded(source):
    """A script that says nothing of what it gives says text/html."""
    page = {"Content-Type": "text/html; charset=UTF-8"}
    with web_server(lambda _: Reply(content=ANYTHING, headers=page)) as web:
        put(source, *PEOPLE, of_mia(f"{web.address}/mia.php"))
        found = source.fetch("students", "0417", limit_bytes=1_000_000)
    assert (found.content, found.may_be_cut) == (ANYTHING, True)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(404), "it answered 404. It was left as it is. The next run reads it again."),
        (
            Reply(200, b"<html>Sign in</html>"),
            "it answered with a web page, such as one to sign in, and not with the file. It was left as it is. The "
            "next run reads it again. If it goes on, ask who runs the server.",
        ),
        (
            Reply(200),
            "it answered with nothing, and not with the file. It was left as it is. The next run reads it again. If "
            "it goes on, ask who runs the server.",
        ),
    ],
)
def test_link_that_leads_to_no_photo_now_is_tried_again_and_its_server_is_named(source, reply, told):
    with web_server(lambda asked: reply) as web:
        put(source, *PEOPLE, of_mia(f"{web.address}/mia.jpg", type_code="01"))
        assert raised(TryLater, lambda: fetched(source, "students/0417")).message == (
            'The picture of "0417" could not be read from the server of the photos 127.0.0.1 (port '
            f"{web.port}): {told}"
        )


def test_server_that_a_link_was_sent_on_to_is_the_one_that_is_named(source):
    with web_server(lambda asked: Reply(403)) as other:
        sent_on = Reply(302, headers={"Location": f"{other.address}/mia.jpg"})
        with web_server(lambda asked: sent_on) as web:
            put(source, *PEOPLE, of_mia(f"{web.address}/mia.jpg", type_code="01"))
            message = raised(TryLater, lambda: fetched(source, "students/0417")).message
            assert f"the server of the photos 127.0.0.1 (port {other.port}): it answered 403. " in message


def test_server_of_a_link_that_does_not_answer_is_named(source):
    with web_server(lambda asked: Reply()) as web, bad_network(web.port) as network:
        network.refuse()
        put(source, *PEOPLE, of_mia(f"http://127.0.0.1:{network.port}/mia.jpg", type_code="01"))
        assert raised(TryLater, lambda: fetched(source, "students/0417")).message == (
            f'The picture of "0417" could not be read from the server of the photos 127.0.0.1 (port {network.port}): '
            "the connection was refused. It was left as it is. The next run reads it again."
        )


def test_photo_at_a_link_that_a_line_cuts_is_tried_again_or_may_be_cut(source):
    """Where the server says its length, that half came is seen; else it looks like the end."""
    lengths = iter([{"Content-Length": str(len(ANYTHING))}, {}])
    with (
        web_server(lambda asked: Reply(200, iter([ANYTHING]), next(lengths))) as web,
        bad_network(web.port) as network,
    ):
        network.disturb(down=Faults(end_after=250))
        put(source, *PEOPLE, of_mia(f"http://127.0.0.1:{network.port}/mia.jpg", type_code="01"))
        assert raised(TryLater, lambda: fetched(source, "students/0417")).message == (
            f'The picture of "0417" could not be read from the server of the photos 127.0.0.1 (port {network.port}): '
            "the connection broke off, or what came is not HTTP. It was left as it is. The next run reads it again."
        )
        found = source.fetch("students", "0417", limit_bytes=1_000)
        assert (ANYTHING.startswith(found.content), len(found.content) < len(ANYTHING)) == (True, True)
        assert found.may_be_cut


def test_photo_at_a_link_whose_server_says_no_length_may_be_cut(source):
    with web_server(lambda asked: Reply(200, iter([ANYTHING]))) as web:
        put(source, *PEOPLE, of_mia(f"{web.address}/mia.jpg", type_code="01"))
        (folder, entry), *_ = source.listed()
        found = source.fetch(folder, entry.name, limit_bytes=1_000)
        assert (found.content, found.may_be_cut, found.stamp) == (ANYTHING, True, entry.stamp)


def test_link_to_a_private_address_is_not_followed(tmp_path):
    (tmp_path / "a.xml").write_bytes(document("All", [*PEOPLE, of_mia("https://10.0.0.1/x.jpg", type_code="01")]))
    with SifFilesSource(FolderDocuments(str(tmp_path)), Links(AllowedRanges()), PersonId()) as source:
        message = raised(TryLater, lambda: fetched(source, "students/0417")).message
        assert message.startswith('The picture of "0417" lies at an address that may not be asked: ')
        assert "10.0.0.1" in message


def test_link_that_is_none_is_rejected(source):
    put(source, *PEOPLE, of_mia("photos/mia.jpg", type_code="URL"))
    error = raised(ItemRejected, lambda: fetched(source, "students/0417"))
    assert (error.code, error.message) == (
        "not_an_address",
        'The picture of "0417" is to be at an address that is no web address. It was not read. Ask who runs the '
        "system it comes from to correct its PictureSource.",
    )


def test_link_is_looked_at_again_when_its_object_changed(source):
    link = {"content": "https://photos.school.example/1.jpg", "type_code": "01"}
    put(source, *PEOPLE, of_mia(**link, more=changed("2026-02-01T00:00:00Z")))
    before = listing(source)
    put(source, *PEOPLE, of_mia(**link, more=changed("2026-02-02T00:00:00Z")))
    assert listing(source) != before


def test_what_else_changes_of_an_inline_picture_is_no_change(source):
    put(source, *PEOPLE, of_mia(more=changed("2026-02-01T00:00:00Z")))
    before = listing(source)
    put(
        source,
        *PEOPLE,
        of_mia(more="<OKToPublish>N</OKToPublish>" + changed("2026-02-02T00:00:00Z"), type_code="JPEG"),
    )
    assert listing(source) == before


def test_pictures_of_contacts_are_not_used(source):
    put(source, *PEOPLE, of_mia(), picture(guid("c"), guid("mum"), b"mum", of="StudentContactPersonal"))
    assert set(entries_of(source)) == {"students/0417"}
    assert list(source.warnings())[1:] == [
        "1 picture was not used: photos are kept of students and staff, not of contacts of students."
    ]


def test_newest_of_several_pictures_counts(source):
    put(
        source,
        *PEOPLE,
        of_mia(b"new", "b", year="2026", more=changed("2026-03-01T10:00:00+11:00")),
        of_mia(b"old", "a", year="2026", more=changed("2026-03-01T00:00:00Z", "Created")),
        of_mia(b"a PDF", "c", year="2026", type_code="06", more=changed("2026-04-01T00:00:00Z")),
        of_mia(b"of 2025", "d", year="2025"),
    )
    assert {path: fetched(source, path) for path in entries_of(source)} == {
        "students/2026/0417": b"old",
        "students/2025/0417": b"of 2025",
    }
    assert list(source.warnings())[1:] == [
        "2 pictures were left out, because the same person has the same or a newer one of that SchoolYear."
    ]


def test_several_pictures_without_a_time_are_left_to_review(source):
    put(source, *PEOPLE, of_mia(b"one", "a"), of_mia(b"two", "b"), of_mia(b"one", "c"))
    assert sorted(fetched(source, path) for path in entries_of(source)) == [b"one", b"two"]
    assert set(entries_of(source)) == {"students/0417", "students/0417#2"}


def test_picture_of_nobody_is_listed_with_the_reason(source):
    put(source, *PEOPLE, picture(guid("x"), "someone", b"x", year="2026"), person(guid("no"), " "))
    put(source, picture(guid("y"), guid("no"), b"y"), name="b.xml")
    assert set(entries_of(source)) == {
        "students/2026/RefId someone (StudentPersonal is not in the source)",
        f"students/RefId {guid('no')} (StudentPersonal has no LocalId)",
    }
    assert list(source.warnings())[1:] == [
        "1 picture was matched to nobody, because the person is not in the source. They are listed by the RefId of "
        "the person.",
        "1 picture was left out, because the person has no LocalId in the source, or is there twice with different "
        "ones. While there are any, no photo is withdrawn as gone: it may be theirs. Have it corrected where it "
        "comes from.",
    ]


def test_picture_of_someone_without_an_identifier_is_marked_as_such_and_of_someone_absent_is_not(source):
    """An empty picture too: what was published of that person is to stay."""
    put(
        source,
        person(MIA, ""),
        person(TOM, "1", of="StaffPersonal"),
        person(guid("zoe"), "7"),
        person(guid("zoe"), "8"),
    )
    put(source, of_mia(year="2026"), of_mia("", "p2", year="2025"), person(guid("ann"), "9"), name="b.xml")
    put(source, picture(guid("x"), "someone", b"x"), picture(guid("z"), guid("zoe"), b"z"), name="c.xml")
    stamps = {path.partition(" (")[0]: entry.stamp == NO_IDENTIFIER for path, entry in entries_of(source).items()}
    assert stamps == {
        f"students/2026/RefId {MIA}": True,
        f"students/2025/RefId {MIA}": True,
        f"students/RefId {guid('zoe')}": True,
        "students/RefId someone": False,
    }


def test_two_people_of_one_ref_id_are_nobody(source):
    put(source, person(MIA, "0417"), person(MIA, "0418"), person(guid("z"), "1"), of_mia())
    assert set(entries_of(source)) == {
        f"students/RefId {MIA} (StudentPersonal is there twice, with different identifiers)"
    }


def test_pictures_without_any_people_are_no_listing(source):
    put(source, of_mia(), PEOPLE[1])
    assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
        "The source has a picture of students, but no StudentPersonal, so it cannot be known whose they are. "
        "Nothing was published or withdrawn. Have the StudentPersonal objects given too, with their LocalId."
    )


def test_people_without_any_identifier_are_no_listing(source):
    put(source, of_mia(), person(MIA, ""))
    assert (
        "but 1 StudentPersonal, none with a LocalId, so"
        in raised(SourceUnavailable, lambda: list(source.pages())).message
    )


def test_other_files_are_told_and_left_alone(source):
    put(source, *PEOPLE, of_mia())
    source.folder.joinpath("photo.jpg").write_bytes(b"x")
    source.folder.joinpath("other.xml").write_bytes(b"<web/>")
    source.folder.joinpath("Thumbs.db").write_bytes(b"x")
    source.folder.joinpath("link.xml").symlink_to("/etc/passwd")
    assert set(entries_of(source)) == {"students/0417"}
    assert list(source.warnings())[1:] == [
        "3 files hold no person and no picture of SIF, and nothing was taken from there."
    ]


def test_consent_of_the_latest_year_by_purpose(source):
    def permission(category, value):
        return (
            f"<PublishingPermission><PermissionCategory>{category} </PermissionCategory>"
            f"<PermissionValue> {value}</PermissionValue></PublishingPermission>"
        )

    several = [("OKPrintedMaterial", "Y"), ("School/College Newsletter", "n"), ("OKMediaRelease", "U")]
    several += [("OKOnlineMaterial", "X"), ("OKPublishInfo", "N"), ("Something else", "N")]
    listed = "".join(permission(*each) for each in several)
    put(
        source,
        *PEOPLE,
        of_mia(b"a", "a", year="2025", more="<OKToPublish>N</OKToPublish>"),
        of_mia(
            b"b",
            "b",
            year="2026",
            more=f"<OKToPublish>Y</OKToPublish><PublishingPermissionList>{listed}</PublishingPermissionList>",
        ),
        picture(guid("t"), TOM, b"t", of="StaffPersonal", more="<OKToPublish>X</OKToPublish>"),
    )
    assert [(whose.identifier, whose.kind, answers) for whose, answers in source.consents()] == [
        (
            "0417",
            PersonKind.STUDENT,
            {
                Purpose.ONLINE_PUBLICATION: Consent.YES,
                Purpose.PRINTED_PUBLICATION: Consent.NO,
                Purpose.YEARBOOK: Consent.YES,
                Purpose.MEDIA_RELEASE: Consent.UNKNOWN,
            },
        )
    ]


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ("YN", Consent.NO),
        ("NY", Consent.NO),
        ("UY", Consent.UNKNOWN),
        ("YU", Consent.UNKNOWN),
        ("XY", Consent.UNKNOWN),
        ("YX", Consent.UNKNOWN),
        ("XN", Consent.NO),
        ("UNY", Consent.NO),
        ("YY", Consent.YES),
        ("XX", None),
        ("Y-", Consent.UNKNOWN),
        ("-Y", Consent.UNKNOWN),
        ("-N", Consent.NO),
        ("-", None),
    ],
)
def test_of_a_category_that_is_named_twice_the_stricter_answer_counts(source, values, answer):
    listed = "".join(
        f"<PublishingPermission><PermissionCategory>{category}</PermissionCategory>"
        f"{'' if value == '-' else f'<PermissionValue>{value}</PermissionValue>'}</PublishingPermission>"
        for category, value in zip(("OKMediaRelease", "OKMediaRelease", " okmediarelease"), values, strict=False)
    )
    listed = f"<PublishingPermissionList>{listed}</PublishingPermissionList>"
    put(source, *PEOPLE, of_mia(b"a", "a", more=listed))
    found = [answers for _, answers in source.consents() if answers]
    assert found == ([{Purpose.MEDIA_RELEASE: answer}] if answer else [])


@pytest.mark.parametrize(
    "category", ["Jurisdiction Promotional", "Jurisdiction Educational", "OKPublishInfo", "OKOnLineServices"]
)
@pytest.mark.parametrize("value", ["Y", "N", "U", "X"])
def test_category_without_a_purpose_here_says_nothing(source, category, value):
    listed = (
        "<PublishingPermissionList><PublishingPermission>"
        f"<PermissionCategory>{category}</PermissionCategory><PermissionValue>{value}</PermissionValue>"
        "</PublishingPermission></PublishingPermissionList>"
    )
    put(source, *PEOPLE, of_mia(b"a", "a", more=listed))
    assert [answers for _, answers in source.consents() if answers] == []
    put(source, *PEOPLE, of_mia(b"a", "a", more=f"<OKToPublish>Y</OKToPublish>{listed}"))
    list(source.pages())
    ((_, answers),) = source.consents()
    assert answers == {purpose: Consent.YES for purpose in Purpose if purpose is not Purpose.SCHOOL_USE}


def test_consent_of_a_picture_that_is_left_out_counts_too(source):
    """The older of a year, and the same picture once more: what is refused on either is refused."""
    put(
        source,
        *PEOPLE,
        of_mia(b"old", "a", more="<OKToPublish>N</OKToPublish>" + changed("2026-02-01T00:00:00Z")),
        of_mia(b"new", "b", more="<OKToPublish>Y</OKToPublish>" + changed("2026-03-01T00:00:00Z")),
        picture(guid("t"), TOM, b"t", of="StaffPersonal", more="<OKToPublish>Y</OKToPublish>"),
        picture(guid("u"), TOM, b"t", of="StaffPersonal", more="<OKToPublish>N</OKToPublish>"),
    )
    assert set(entries_of(source)) == {"students/0417", "staff/T12"}
    assert [set(answers.values()) for _, answers in source.consents()] == [{Consent.NO}, {Consent.NO}]


def test_general_refusal_counts_for_every_purpose_of_publishing(source):
    put(
        source,
        *PEOPLE,
        of_mia(
            more="<OKToPublish>N </OKToPublish><PublishingPermissionList><PublishingPermission><PermissionCategory>"
            "OKOnlineMaterial</PermissionCategory><PermissionValue>Y</PermissionValue></PublishingPermission>"
            "</PublishingPermissionList>"
        ),
    )
    ((_, answers),) = source.consents()
    assert answers == {purpose: Consent.NO for purpose in Purpose if purpose is not Purpose.SCHOOL_USE}


def test_many_files_in_a_zip_with_a_large_folder(tmp_path):
    from photosync.connectors.archive.source import ArchiveSource
    from photosync.connectors.sif.documents import PackedDocuments

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for number in range(30):
            objects = [
                person(guid(f"{number}"), f"{number}"),
                picture(guid(f"p{number}"), guid(f"{number}"), b"%d" % number),
            ]
            packed.writestr(f"one each/{number}.xml", document("All", objects))
        packed.writestr("__MACOSX/._0.xml", b"\0\1")
    inner = ArchiveSource(str(tmp_path / "a.zip"), window_entries=5)
    with SifFilesSource(PackedDocuments(inner), Links(LOOPBACK), PersonId()) as source:
        found = {path: fetched(source, path) for path in entries_of(source)}
        assert found == {f"students/{number}": b"%d" % number for number in range(30)}
        assert Entry("7", 1, entries_of(source)["students/7"].stamp) == entries_of(source)["students/7"]


@pytest.mark.parametrize("type_code", ["02", "JPEG", "01", "URL"])
def test_picture_that_is_empty_is_a_person_without_a_photo(source, type_code):
    """What its reader must not see comes back empty: that never means that the photo is gone."""
    put(source, *PEOPLE, of_mia(b"", type_code=type_code, year="2026"))
    assert entries_of(source) == {"students/2026/0417": Entry("0417", 0, NO_PHOTO)}


def test_picture_that_is_empty_stands_back_behind_one_that_is_not(source):
    put(source, *PEOPLE, of_mia(b"", "p1", year="2026"), of_mia(ANYTHING, "p2", year="2026"))
    assert fetched(source, "students/2026/0417") == ANYTHING
