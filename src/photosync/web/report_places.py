"""The pages of Academic Reports. A page is listed once it exists, for those who may open it."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from photosync.apps.accounts.permissions import Permission
from photosync.web.place import Place

PLACES = (
    (
        "reporting",
        gettext_lazy("Reporting"),
        gettext_lazy("The reporting cycles: who is in them, how far they are, and which photos wait for them."),
        Permission.SYNC_VIEW,
    ),
    (
        "report-archive",
        gettext_lazy("Report archive"),
        gettext_lazy("Every archived report, with the photo of its year: search, open, download."),
        Permission.PHOTO_VIEW,
    ),
    (
        "report-design",
        gettext_lazy("Design of reports"),
        gettext_lazy("How the reports look that are made here: crest, heading, footer and lines to sign on."),
        Permission.ACAD_ARCHIVE,
    ),
    (
        "end-of-year",
        gettext_lazy("End of year"),
        gettext_lazy("What happens on which day until the first weeks of next year, and what is still missing."),
        Permission.SYNC_VIEW,
    ),
)


def report_places(permissions: frozenset[Permission]) -> list[Place]:
    found = []
    for page, words, purpose, needs in PLACES:
        if needs in permissions:
            try:
                found.append(Place(words, reverse(page), purpose))
            except NoReverseMatch:
                continue
    return found
