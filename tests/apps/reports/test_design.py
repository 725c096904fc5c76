"""How reports look: the crest becomes a picture of ours, texts are bounded, and changes are recorded."""

from io import BytesIO

import pytest
from PIL import Image

from photosync.apps.audit.models import Entry
from photosync.apps.library.store import photo_store
from photosync.apps.reports.design import Design, design_of, save_design
from photosync.apps.schools.models import School
from photosync.core.errors import WrongUse
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return make_school()


def crest(form: str = "PNG", size: tuple[int, int] = (900, 600)) -> bytes:
    written = BytesIO()
    Image.new("RGBA" if form == "PNG" else "RGB", size, (120, 20, 40)).save(written, form)
    return written.getvalue()


def test_design_is_kept_and_its_changes_are_recorded(school: School) -> None:
    typed = Design.checked(" Semester\treport ", "Confidential\n", ["Principal", "", " Year adviser"])
    kept = save_design(school, typed, crest=crest())

    assert design_of(school) == kept
    assert (kept.heading, kept.footer, kept.signatories) == (
        "Semester report",
        "Confidential",
        ("Principal", "Year adviser"),
    )
    picture = Image.open(BytesIO(photo_store().read_verified(kept.crest_sha256)))
    assert (picture.format, picture.size) == ("JPEG", (600, 400))
    assert Entry.objects.get(act="report.design-changed").changes == [
        ["heading", None, "Semester report"],
        ["footer", None, "Confidential"],
        ["signatories", None, "Principal, Year adviser"],
        ["crest", None, kept.crest_sha256[:12]],
    ]

    again = save_design(school, typed)
    assert again == kept
    assert Entry.objects.filter(act="report.design-changed").count() == 1
    assert save_design(school, typed, remove_crest=True).crest_sha256 == ""
    assert Entry.objects.filter(act="report.design-changed").count() == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            "The crest is an SVG file, which can hold more than a picture. Nothing was changed. Save it as PNG or "
            "JPEG, then choose that.",
        ),
        (
            crest("WEBP"),
            "The crest is a WebP picture. Nothing was changed. Save it as PNG or JPEG, then choose that.",
        ),
    ],
)
def test_crest_that_is_no_png_or_jpeg_is_refused(school: School, content: bytes, told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        save_design(school, Design(), crest=content)

    assert refused.value.message == told
    assert design_of(school) == Design()


@pytest.mark.parametrize("content", [b"", b"no picture", crest()[:200], crest(size=(40, 40))])
def test_crest_that_cannot_be_used_is_refused_with_the_reason(school: School, content: bytes) -> None:
    with pytest.raises(WrongUse) as refused:
        save_design(school, Design(), crest=content)

    assert refused.value.message.startswith("The crest cannot be used: ")
    assert refused.value.message.endswith(" Nothing was changed. Choose a PNG or JPEG picture.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("x" * 101, "", []), "The heading is longer than 100 characters. Nothing was changed. Shorten it."),
        (("", "x" * 301, []), "The footer is longer than 300 characters. Nothing was changed. Shorten it."),
        (("", "", ["x" * 61]), "The line to sign on is longer than 60 characters. Nothing was changed. Shorten it."),
        (
            ("", "", ["a", "b", "c", "d"]),
            "A report has at most 3 lines to sign on. Nothing was changed. Leave some out.",
        ),
    ],
)
def test_texts_that_are_too_long_are_refused(typed: tuple[str, str, list[str]], told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        Design.checked(*typed)
    assert refused.value.message == told
