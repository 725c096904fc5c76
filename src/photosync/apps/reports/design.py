"""How the reports look that are made here: the school's crest, a heading, a footer, and lines to sign on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.library.pictures import render_content
from photosync.apps.library.store import photo_store, render_settings
from photosync.apps.reports.models import ReportDesign
from photosync.apps.reports.results_file import cleaned
from photosync.apps.schools.models import School
from photosync.core.errors import ItemRejected, WrongUse
from photosync.imaging import RenditionSize

MOST_SIGNATORIES = 3
LONGEST_HEADING, LONGEST_FOOTER, LONGEST_SIGNATORY = 100, 300, 60
CREST_EDGE_PX, CREST_SHORT_EDGE_PX = 600, 60
CREST_FORMATS = ("PNG", "JPEG")
_LOOKS_LIKE_SVG = (b"<svg", b"<?xml", b"<!DOCTYPE svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`crest_sha256` names a JPEG in the photo store; empty for none. Empty texts have their usual words."""

    heading: str = ""
    footer: str = ""
    signatories: tuple[str, ...] = ()
    crest_sha256: str = ""

    @classmethod
    def checked(cls, heading: str, footer: str, signatories: Sequence[str]) -> Design:
        """Return a design without crest of what someone typed. Raises WrongUse for what is too long or too much."""
        heading, footer = _one_line(heading), _one_line(footer)
        signs = tuple(line for line in map(_one_line, signatories) if line)
        if len(signs) > MOST_SIGNATORIES:
            raise WrongUse(
                _("A report has at most %(most)d lines to sign on. Nothing was changed. Leave some out.")
                % {"most": MOST_SIGNATORIES}
            )
        _check_length(_("heading"), heading, LONGEST_HEADING)
        _check_length(_("footer"), footer, LONGEST_FOOTER)
        for line in signs:
            _check_length(_("line to sign on"), line, LONGEST_SIGNATORY)
        return cls(heading=heading, footer=footer, signatories=signs)


def design_of(school: School) -> Design:
    row = ReportDesign.objects.filter(school=school).first()
    return Design() if row is None else _design(row)


def _design(row: ReportDesign) -> Design:
    return Design(
        heading=row.heading,
        footer=row.footer,
        signatories=tuple(str(line) for line in row.signatories),
        crest_sha256=row.crest_sha256,
    )


def save_design(
    school: School, design: Design | None, *, crest: bytes | None = None, remove_crest: bool = False
) -> Design:
    """Keep the texts of `design`, and the crest: a new one, none, or the one there is. Return what is kept.

    Without `design` the texts stay. Raises WrongUse for a crest that cannot be used, TryLater, StorageUnavailable.
    """
    if crest is None:
        return _saved(school, design, crest=None, remove_crest=remove_crest)
    made = _rendered_crest(crest)
    with photo_store().batch() as batch:
        batch.add(made)
        batch.commit()
        return _saved(school, design, crest=made, remove_crest=False)


def _saved(school: School, design: Design | None, *, crest: bytes | None, remove_crest: bool) -> Design:
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        row = ReportDesign.objects.filter(school=school).first() or ReportDesign(school=school)
        before = _told(row)
        if design is not None:
            row.heading, row.footer, row.signatories = design.heading, design.footer, list(design.signatories)
        if crest is not None:
            row.crest_sha256, row.crest_bytes = sha256(crest).hexdigest(), len(crest)
        elif remove_crest:
            row.crest_sha256, row.crest_bytes = "", 0
        row.save()
        changes = differences(before, _told(row))
        if changes:
            record(Act.REPORT_DESIGN_CHANGED, school.code, school=school, changes=changes, subject_id=row.pk)
    return _design(row)


def _told(row: ReportDesign) -> dict[str, str | None]:
    return {
        "heading": row.heading or None,
        "footer": row.footer or None,
        "signatories": ", ".join(row.signatories) or None,
        "crest": row.crest_sha256[:12] or None,
    }


def _rendered_crest(content: bytes) -> bytes:
    """Return the crest as a JPEG of ours, made in a process of its own: nothing of the file itself is printed."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(_LOOKS_LIKE_SVG) or b"<svg" in start:
        raise WrongUse(
            _(
                "The crest is an SVG file, which can hold more than a picture. Nothing was changed. "
                "Save it as PNG or JPEG, then choose that."
            )
        )
    edge = RenditionSize("crest", CREST_EDGE_PX)
    settings = replace(render_settings(), rendition_sizes=(edge,), min_short_edge_px=CREST_SHORT_EDGE_PX)
    try:
        rendered = render_content(content, settings=settings)
    except ItemRejected as rejected:
        raise WrongUse(
            _("The crest cannot be used: %(why)s Nothing was changed. Choose a PNG or JPEG picture.")
            % {"why": rejected.message}
        ) from rejected
    if rendered.format_name not in CREST_FORMATS:
        raise WrongUse(
            _("The crest is a %(format)s picture. Nothing was changed. Save it as PNG or JPEG, then choose that.")
            % {"format": rendered.format_name}
        )
    return rendered.renditions[0].content


def _one_line(text: str) -> str:
    return " ".join(cleaned(text).split())


def _check_length(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise WrongUse(
            _("The %(what)s is longer than %(most)d characters. Nothing was changed. Shorten it.")
            % {"what": what, "most": most}
        )


def design_document(design: Design) -> dict[str, Any]:
    return {
        "heading": design.heading,
        "footer": design.footer,
        "signatories": list(design.signatories),
        "crest": design.crest_sha256 or None,
    }
