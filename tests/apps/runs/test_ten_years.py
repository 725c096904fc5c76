"""An archived report still shows the old face after ten years of syncs, in the store, on its page and by API."""

from datetime import UTC, date, datetime, timedelta

from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.accounts.tokens import add_token, held_anywhere
from photosync.apps.library.models import YearPhoto
from photosync.apps.library.store import photo_store
from photosync.apps.reports import jobs
from photosync.apps.reports.archiving import Whose, request_archiving
from photosync.apps.reports.models import ArchivedReport, CycleMember, Origin, Report, ReportingCycle
from photosync.apps.reports.verifying import verify_archive
from photosync.apps.runs.housekeeping import keep_house
from tests.apps.reports.archive_school import pdf
from tests.apps.runs.scene import Scene, at
from tests.web.pages import make_user, signed_in

FIRST_YEAR, YEARS = 2026, 10


Shown = dict[tuple[int, str], tuple[bytes, bytes]]
"""Year and student code -> the bytes of a report and of the photo with it."""


def archive_reports(scene: Scene, year: int, codes: list[str]) -> None:
    cycle = ReportingCycle.objects.create(
        school=scene.school, name=f"{year} Semester 2", academic_year=year, opened_at=scene.now, opened_by="kim"
    )
    with photo_store().batch() as batch:
        for code in codes:
            member = CycleMember.objects.create(cycle=cycle, person=scene.people[code], year_level="7")
            content = pdf(f"{year} {code}")
            Report.objects.create(
                member=member,
                pdf_sha256=batch.add(content),
                pdf_bytes=len(content),
                origin=Origin.IMPORTED,
                stored_at=scene.now,
                stored_by="kim",
            )
        batch.commit()
    job = request_archiving(cycle, Whose(), by="kim", now=scene.now)
    work = jobs.JobWork.claim(job.pk, scene.worker, lambda: scene.now)
    assert work is not None
    jobs.execute_job(work)


def bytes_of_archive() -> list[tuple[int, str, bytes, bytes]]:
    """Return what is archived: each report with the bytes of its PDF and of its photo."""
    store = photo_store()
    return [
        (row.number, row.seal, store.read_verified(row.pdf_sha256), store.read_verified(row.photo_sha256))
        for row in ArchivedReport.objects.order_by("number")
    ]


def faces_of(year: int) -> dict[str, bytes]:
    """Return code -> the photo that is shown for everyone and the year."""
    rows = YearPhoto.objects.filter(academic_year=year).values_list("person__code", "version__picture__full_sha256")
    return {code: photo_store().read_verified(sha256) for code, sha256 in rows}


def shown_on_pages(client: Client) -> Shown:
    """Return what someone gets who opens each report, and its photo, on the pages of the archive."""
    root = "/academic-reports/archive"
    return {
        (row.academic_year, row.person_code): (
            client.get(f"{root}/{row.pk}/report.pdf").content,
            client.get(f"{root}/{row.pk}/photo.jpg").content,
        )
        for row in ArchivedReport.objects.all()
    }


def with_token(user: User) -> Client:
    made = add_token(user, "tests", scopes=held_anywhere(user), school=None, days=1, now=datetime.now(UTC))
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


def shown_by_api(client: Client) -> Shown:
    """Return what a program gets that lists the archive and asks for each report and its photo."""
    root = "/api/v1/archived-reports"
    return {
        (row["academic_year"], row["code"]): (
            client.get(f"{root}/{row['id']}/pdf").content,
            client.get(f"{root}/{row['id']}/photo").content,
        )
        for row in client.get(f"{root}?limit=1000").json()["items"]
    }


def test_archived_report_still_shows_the_old_face_after_ten_years_of_syncs(scene: Scene) -> None:
    codes = scene.everyone(3)
    archivist = make_user("robin", Role.ARCHIVIST, scene.school)
    expected: list[tuple[int, str, bytes, bytes]] = []
    shown: Shown = {}
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        scene.now = at(year, 3, 2)
        scene.assign(f"{year}", date(year, 1, 5), date(year, 12, 18))
        for number, code in enumerate(codes):
            scene.put(f"{code}.jpg", year * 10 + number)
        scene.run()
        scene.now = at(year, 12, 10)
        faces = faces_of(year)
        assert sorted(faces) == codes
        archive_reports(scene, year, codes)
        shown |= {(year, code): (pdf(f"{year} {code}"), faces[code]) for code in codes}
        everything = bytes_of_archive()
        assert everything[: len(expected)] == expected
        assert len(everything) == len(expected) + len(codes)
        expected = everything
        # The photo of this year is replaced once more, and what nothing refers to is swept away.
        for number, code in enumerate(codes):
            scene.put(f"{code}.jpg", year * 10 + number + 5)
        scene.run()
        assert not set(faces_of(year).values()) & set(faces.values())
        keep_house(scene.now + timedelta(days=5))
    YearPhoto.objects.filter(person=scene.people[codes[0]]).delete()
    scene.people[codes[0]].delete()
    keep_house(at(FIRST_YEAR + YEARS + 10, 1, 1))

    assert bytes_of_archive() == expected
    assert shown_on_pages(signed_in(archivist)) == shown
    assert shown_by_api(with_token(archivist)) == shown
    assert len({photo for _number, _seal, _pdf, photo in expected}) == YEARS * len(codes)
    assert verify_archive([scene.school]).document() == {
        "checked": YEARS * len(codes),
        "missing": 0,
        "damaged": 0,
        "broken_seals": 0,
        "troubles": [],
        "seals": [],
    }
