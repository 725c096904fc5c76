"""Reports that a school has already: PDFs in ZIPs, by an index and by their names, are archived for good.

What no name matches is matched by hand. Then a new year's photos come, and every report is as it was sent, with the
face of its year.
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.acceptance.school_years import YEARS, at, students_of
from tests.acceptance.two_years import School, school_of
from tests.apps.reports.archive_school import pdf
from tests.services.installation import Installation
from tests.services.program import ENDS_WITHIN_S
from tests.web.serving import Visitor, free_port, wait_for_pages

pytestmark = pytest.mark.acceptance

PEOPLE = 30
YEAR = YEARS[2026]
DAY = date(2026, 12, 14)
NOT_LISTED, OF_NOBODY = "scan-0014.pdf", "scan-0015.pdf"
"""Two reports that the index file does not lead to the right student."""
COVER = pdf("Cover page")


def reports_of_2026() -> dict[str, bytes]:
    """Return code -> the report that the school has of each student."""
    return {code: pdf(f"Report of {code}", 4_000) for code in students_of(2026, PEOPLE)}


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class Api:
    """The API of a server that runs, as a program of the school asks it."""

    visitor: Visitor
    secret: str

    def get_bytes(self, path: str) -> bytes:
        answer = self.visitor.ask("GET", f"/api/v1{path}", **self._headers())
        assert answer.status == 200, answer
        return answer.body

    def get(self, path: str) -> Any:
        return json.loads(self.get_bytes(path))

    def post(self, path: str, body: bytes = b"", content_type: str = "application/json") -> Any:
        answer = self.visitor.ask("POST", f"/api/v1{path}", body, Content_Type=content_type, **self._headers())
        assert answer.status in (200, 202), answer
        return json.loads(answer.body)

    def see_through(self, cycle: str, job: Mapping[str, Any]) -> Any:
        """Wait until a worker has done the job; return it."""
        give_up_at = time.monotonic() + ENDS_WITHIN_S
        while True:
            found = self.get(f"{cycle}/jobs/{job['job']}")
            if found["state"] not in ("queued", "running"):
                assert found["state"] == "done", found
                return found
            assert time.monotonic() < give_up_at, found
            time.sleep(0.1)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


@contextmanager
def serving(school: School, now: datetime, secret: str) -> Iterator[Api]:
    port = free_port()
    with school.player.running("serve", "--port", str(port), at=now) as process:
        wait_for_pages(port, process)
        yield Api(Visitor(port), secret)


def test_imported_reports_stay_as_they_were_sent_when_a_new_years_photos_come(
    installation: Installation, tmp_path: Path
) -> None:
    reports = reports_of_2026()
    with school_of(installation, tmp_path, PEOPLE) as school:
        school.begin()
        school.night(YEAR.first_day)
        faces_2026 = school.faces(2026)
        school.open_cycle(YEAR, at(date(2026, 11, 18), "12:00"))
        school.morning(DAY, tells=1)
        noon = at(DAY, "12:00")
        school.do("user", "add", "robin", "--role", "archivist", at=noon)
        scopes = [word for scope in ("SYNC: VIEW", "PHOTO: VIEW", "ACAD: ARCHIVE") for word in ("--scope", scope)]
        made = school.player.ask("token", "add", "office", "--user", "robin", *scopes, "--days", "300", at=noon)
        secret = str(made["secret"])

        with serving(school, noon, secret) as api:
            _import_by_index(school, api, reports)
            _import_by_name(school, reports, tmp_path, at(DAY, "13:00"))
        assert school.progress(YEAR)["with_report"] == PEOPLE
        school.archive(YEAR, at(DAY, "14:00"))
        archived = school.archived(YEAR, at(DAY, "15:00"))
        assert archived.photos() == {code: (sha256, 2026, False) for code, sha256 in faces_2026.items()}
        assert {row["code"]: row["origin"] for row in archived.rows} == dict.fromkeys(reports, "imported")

        _new_years_photos_come(school)
        faces_2027 = school.faces(2027)
        assert set(faces_2027) == set(students_of(2027, PEOPLE))
        assert not set(faces_2027.values()) & set(faces_2026.values())

        later = at(date(2027, 2, 1), "12:00")
        assert school.archived(YEAR, later) == archived
        with serving(school, later, secret) as api:
            expected = {code: (hash_of(content), faces_2026[code]) for code, content in reports.items()}
            assert _as_the_api_shows_them(api) == expected
        _is_got_on_the_command_line(school, reports, tmp_path, later)
        school.prove_whole(later)


def _import_by_index(school: School, api: Api, reports: Mapping[str, bytes]) -> None:
    """The scans of Years 7 to 9 come over the API, as one ZIP with an index; two of them are matched by hand."""
    codes = [code for code, level in students_of(2026, PEOPLE).items() if int(level) <= 9]
    names = {f"scan-{number:04d}.pdf": code for number, code in enumerate(codes, 1)}
    lines = ["file,code", *(f"{name},{code}" for name, code in names.items() if name != NOT_LISTED)]
    index = "\r\n".join(lines).replace(names[OF_NOBODY], "999999")
    files = {"out/index.csv": index.encode(), "out/cover.pdf": COVER}
    sent = zipped(files | {f"out/{name}": reports[code] for name, code in names.items()})

    (found,) = api.get(f"/reporting-cycles?{urlencode({'name': YEAR.cycle})}")["items"]
    cycle = f"/reporting-cycles/{found['id']}"
    begun = api.post(f"{cycle}/imports?name=scans.zip&index=index.csv", sent, "application/zip")
    api.see_through(cycle, begun["job"])
    where = f"{cycle}/imports/{begun['id']}"
    previewed = api.get(where)
    assert (previewed["counts"], previewed["without_report"]) == ({"matched": 13, "unmatched": 3}, PEOPLE - 13)
    assert school.progress(YEAR)["with_report"] == 0

    undecided = {each["name"]: each for each in api.get(f"{where}/files?state=unmatched")["items"]}
    assert {name: each["reason"] for name, each in undecided.items()} == {
        "out/cover.pdf": 'The index file does not list "cover.pdf".',
        f"out/{NOT_LISTED}": f'The index file does not list "{NOT_LISTED}".',
        f"out/{OF_NOBODY}": 'No student has the code "999999".',
    }
    people = {each["code"]: each["person"] for each in api.get(f"{cycle}/members?limit=1000")["items"]}
    for name in (NOT_LISTED, OF_NOBODY):
        said = json.dumps({"person": people[names[name]]}).encode()
        matched = api.post(f"{where}/files/{undecided[f'out/{name}']['file']}/match", said)
        decided = (matched["state"], matched["code"], matched["decided_by"])
        assert decided == ("by-hand", names[name], "robin (office)")
    api.post(f"{where}/files/{undecided['out/cover.pdf']['file']}/dismiss")
    ended = api.see_through(cycle, api.post(f"{where}/import"))
    assert (ended["done"], ended["total"], ended["outcome"]) == (
        15,
        15,
        {"imported": 15, "replaced": 0, "unchanged": 0, "refused": 0},
    )


def _import_by_name(school: School, reports: Mapping[str, bytes], folder: Path, now: datetime) -> None:
    """Those of Years 10 to 12 come on the command line, named by code; one is not, and one is no PDF at first."""
    levels = {code: level for code, level in students_of(2026, PEOPLE).items() if int(level) >= 10}
    first, second, *others = levels
    named = {f"{levels[code]}/{code}.pdf": reports[code] for code in others}
    named |= {f"{first} final.pdf": reports[first], f"{second}.pdf": b"<html>Please sign in</html>"}
    path = folder / "reports.zip"
    path.write_bytes(zipped(named | {"Thumbs.db": b"what a system puts there"}))

    def imported(*words: str) -> tuple[dict[str, int], dict[str, int]]:
        document = school.player.ask("report", "import", YEAR.cycle, *words, at=now)
        return document["counts"], {name: number for name, number in document["imported"].items() if number}

    preview = school.player.ask("report", "import", YEAR.cycle, str(path), "--preview", at=now)
    assert preview["counts"] == {"matched": 13, "unmatched": 1, "refused": 1}
    assert {each["name"]: each["reason"] for each in preview["files"] if each["reason"]} == {
        f"{first} final.pdf": f'No student has the code "{first} final".',
        f"{second}.pdf": "It is not a PDF: its content does not begin as one.",
    }
    assert school.progress(YEAR)["with_report"] == 15
    assert imported(str(path)) == ({"imported": 13, "unmatched": 1, "refused": 1}, {"imported": 13})
    school.do("report", "match", YEAR.cycle, f"{first} final.pdf", first, at=now)
    waiting = str(preview["import"] + 1)
    assert imported("--waiting", waiting) == ({"imported": 14, "refused": 1}, {"imported": 1})
    again = folder / f"{second}.pdf"
    again.write_bytes(reports[second])
    assert imported(str(again)) == ({"imported": 1}, {"imported": 1})


def _new_years_photos_come(school: School) -> None:
    """2027 gets its periods, its roster and its delivery, which is held as a whole and approved."""
    school.deliver(2027)
    school.add_periods(2027, at(date(2027, 1, 20), "09:00"))
    school.enrol(2027, at(date(2027, 1, 20), "10:00"))
    first_day = YEARS[2027].first_day
    school.night(first_day)
    held = school.last_run()
    assert (held["state"], held["new_year_delivery"]) == ("held", True)
    assert school.approve(held["run"], at(first_day, "09:00"))["state"] == "done"


def _as_the_api_shows_them(api: Api) -> dict[str, tuple[str, str]]:
    """Return code -> the hashes of each archived report, and of the photo with it, as the API gives them out."""
    rows = api.get("/archived-reports?limit=1000")["items"]
    return {
        row["code"]: (
            hash_of(api.get_bytes(f"/archived-reports/{row['id']}/pdf")),
            hash_of(api.get_bytes(f"/archived-reports/{row['id']}/photo")),
        )
        for row in rows
    }


def _is_got_on_the_command_line(school: School, reports: Mapping[str, bytes], folder: Path, now: datetime) -> None:
    """One that was matched by an index, by hand, and by its name."""
    codes = list(reports)
    for code in (codes[0], codes[13], codes[-1]):
        target = folder / "got.pdf"
        school.do("report", "get", code, "--cycle", YEAR.cycle, "-o", str(target), at=now + timedelta(minutes=1))
        assert hash_of(target.read_bytes()) == hash_of(reports[code])
