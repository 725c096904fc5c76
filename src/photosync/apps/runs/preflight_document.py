"""The pre-flight report as a document of its own: one HTML file without scripts, links or pictures, or a PDF."""

from __future__ import annotations

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.runs.preflight import Group, Preflight
from photosync.core.errors import WrongUse
from photosync.core.people import quoted
from photosync.printing import PrintJob, make_pdf

TEMPLATE = "preflight.typ"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #172020; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 0; }
.quiet { color: #4f5c5c; } table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
table { table-layout: fixed; } th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid #d5dcdc; font-weight: normal; } th:not(:only-child) { width: 60%; }
"""


def preflight_file(report: Preflight, suffix: str) -> bytes:
    """Return the report as the file whose name ends in `suffix`, `.html` or `.pdf`, and record that it was made.

    Raises WrongUse for another, and as `preflight_pdf`.
    """
    makers = {".html": preflight_html, ".pdf": preflight_pdf}
    if suffix.lower() not in makers:
        raise WrongUse(
            _("The report is made as .html or .pdf, not as %(other)s. Nothing was written. Name it so.")
            % {"other": quoted(suffix)}
        )
    content = makers[suffix.lower()](report)
    record(Act.PREFLIGHT_MADE, report.profile, school=report.of_school, note=about(report))
    return content


def preflight_html(report: Preflight) -> bytes:
    """Return the report as an HTML file. Everything that came from outside is escaped."""
    groups = format_html_join("", "{}", ((_group(each),) for each in report.groups))
    warnings = format_html_join("", "<li>{}</li>", ((each,) for each in report.warnings))
    page = format_html(
        '<!doctype html>\n<html lang="en-AU"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width"><title>{}</title><style>{}</style></head><body><h1>{}</h1>'
        '<p class="quiet">{}</p><p><strong>{}</strong></p>{}{}</body></html>\n',
        title_of(report),
        mark_safe(_STYLE),  # noqa: S308 - a constant of ours
        title_of(report),
        about(report),
        report.sentence,
        format_html("<ul>{}</ul>", warnings) if report.warnings else "",
        groups or format_html("<p>{}</p>", nothing_to_mend()),
    )
    return page.encode()


def preflight_pdf(report: Preflight) -> bytes:
    """Return the report as a PDF. Raises Refused without the extra `reports`, TryLater where it cannot be made."""
    data = {
        "title": title_of(report),
        "about": about(report),
        "sentence": report.sentence,
        "warnings": list(report.warnings),
        "page": _("Page {page} of {pages}"),
        "nothing": "" if report.groups else nothing_to_mend(),
        "groups": [
            {
                "title": each.title,
                "advice": each.advice,
                "rows": [list(row) for row in each.rows],
                "left_out": left_out_words(each),
            }
            for each in report.groups
        ],
    }
    return make_pdf(PrintJob(TEMPLATE, data))


def title_of(report: Preflight) -> str:
    return _("What to mend in the photos for %(school)s") % {"school": report.school}


def about(report: Preflight) -> str:
    """Return of what the report is: "Photo Sync, run 12, made on Friday 18 December 2026"."""
    words = {"profile": report.profile, "run": report.seen_in, "date": report.made_on}
    return _("%(profile)s, run %(run)d, made on %(date)s") % words


def nothing_to_mend() -> str:
    return _("There is nothing to mend.")


def file_name(report: Preflight, suffix: str) -> str:
    """Return what the file is called that is saved: "photo-sync-to-mend.pdf"."""
    return f"{re.sub(r'[^0-9A-Za-z]+', '-', report.profile).strip('-').lower() or 'photos'}-to-mend{suffix}"


def left_out_words(group: Group) -> str:
    return _("and %(number)d more") % {"number": group.left_out} if group.left_out else ""


def _group(group: Group) -> SafeString:
    with_more, alone = '<tr><th scope="row">{}</th><td>{}</td></tr>', '<tr><th scope="row">{}</th></tr>'
    rows = format_html_join("", with_more if group.has_more else alone, group.rows)
    return format_html(
        '<section><h2>{}</h2><p class="quiet">{}</p><table><tbody>{}</tbody></table>{}</section>',
        group.title,
        group.advice,
        rows,
        format_html('<p class="quiet">{}</p>', left_out_words(group)) if group.left_out else "",
    )
