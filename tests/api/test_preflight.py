"""The pre-flight report over the API: as JSON, and as the files to send."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.models import Entry
from tests.api.test_interface import API, client_of
from tests.apps.runs.scene import Scene
from tests.web.pages import make_user


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")


def test_report_is_got_as_html_and_as_pdf(scene: Scene) -> None:
    client = client_of(make_user("kim", Role.ADMINISTRATOR, scene.school), Permission.SYNC_VIEW)
    path = f"{API}/profiles/{scene.profile.pk}/preflight"
    for form in ("", ".html", ".pdf"):
        none_yet = client.get(f"{path}{form}")
        assert (none_yet.status_code, none_yet.json()["detail"]) == (
            404,
            "Photo Sync has not read its data source yet, so there is nothing to report. Preview it first.",
        )
    scene.put("<b>nobody.jpg", 1)
    scene.preview()

    page, document = client.get(f"{path}.html"), client.get(f"{path}.pdf")

    assert client.get(path).json()["explanation"] == "1 file came; 0 of them have nothing to mend."
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page["Content-Disposition"] == 'attachment; filename="photo-sync-to-mend.html"'
    assert "1 file came; 0 of them have nothing to mend." in page.content.decode()
    assert "&lt;b&gt;nobody.jpg" in page.content.decode()
    assert (document.status_code, document["Content-Type"]) == (200, "application/pdf")
    assert document["Content-Disposition"] == 'attachment; filename="photo-sync-to-mend.pdf"'
    assert "nobody.jpg" in PdfReader(io.BytesIO(document.content)).pages[0].extract_text()
    assert Entry.objects.filter(act="profile.preflight-made").count() == 2
    refused = client.get(f"{path}.html", headers={"accept": "application/json"})
    assert refused.json()["detail"] == "This address answers with text/html only. Nothing was done."
