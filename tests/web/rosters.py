"""Rosters, and sending them in the steps of the pages."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from photosync.apps.people.models import Person
from tests.web.pages import Markup

IMPORT = "/data-management/import/"
STUDENTS = "/data-management/students/"
ROSTER = (
    "Code,First Name,Surname,Year,Notes\n"
    "1001,Ada,Abel,8,\n"
    "1002,Benjamin,Byrne,7,tall\n"
    "2001,Dee,Dang,9,\n"
    ",No,Code,9,\n"
    "2001,Dee,Dang,9,twice\n"
)
GONE = (
    "This uploaded roster is no longer here: it was imported already, or is more than a day old. "
    "Nothing was imported now. Upload the file again."
)
BEFORE = {"1001": "7 active", "1002": "7 active", "1003": "7 active"}


@pytest.fixture(autouse=True)
def folder() -> Path:
    found = Path(settings.PHOTOSYNC_DATA) / "uploads"
    for path in found.glob("*"):
        path.unlink()
    return found


def upload(
    client: Client,
    text: str | bytes = ROSTER,
    *,
    name: str = "roster.csv",
    kind: str = "student",
    follow: bool = False,
) -> Markup:
    """Upload and return the page that comes then: of the columns, where `follow`."""
    content = text if isinstance(text, bytes) else text.encode()
    return Markup.of(client.post(IMPORT, {"kind": kind, "file": SimpleUploadedFile(name, content)}, follow=follow))


def uploaded(client: Client, text: str | bytes = ROSTER, kind: str = "student") -> str:
    """Upload, and return the address of the columns' page."""
    sent = {
        "kind": kind,
        "file": SimpleUploadedFile("roster.csv", text if isinstance(text, bytes) else text.encode()),
    }
    response = client.post(IMPORT, sent)
    assert response.status_code == 302
    address: str = response.headers["Location"]
    return address


def chosen(client: Client, address: str, **changes: str) -> dict[str, str]:
    """Return what the form of the columns would send as it stands, with `changes`."""
    form = client.get(address).context["form"]
    return {name: str(form[name].value()) for name in form.fields} | changes


def previewed(client: Client, text: str | bytes = ROSTER, **changes: str) -> str:
    """Upload and choose the columns; return the address of the preview."""
    address = uploaded(client, text)
    response = client.post(address, chosen(client, address, **changes))
    assert response.status_code == 302
    preview: str = response.headers["Location"]
    return preview


def codes() -> dict[str, str]:
    people = Person.objects.filter(school__code="PHS").order_by("code")
    return {person.code: f"{person.year_level} {person.status}" for person in people}
