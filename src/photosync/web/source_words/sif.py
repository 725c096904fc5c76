"""What the options of SIF sources and SIF rosters are called, by kind and option, and by value."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_BOTH_LABELS = {
    "identifier": _("Identifier of a person"),
    "identifier_type": _("Type of the identifier"),
    "consent": _("Take over consent"),
    "enrollments": _("Leavers by enrolment"),
    "school": _("School in it"),
}
_SCHOOL_HELP = _("Where there are several schools: the name, an identifier or the RefId of yours. Empty: everyone.")
_ENROLLMENTS_HELP = _("Who has left, by StudentSchoolEnrollment.")
_TYPE_HELP = _("Only with OtherId or ElectronicId: its Type, for example 0004. Leave it empty for the first one.")
_BOTH_CHOICES = {
    "match.column": _("the identifier of the person"),
    "identifier.LocalId": _("LocalId, the school's own number"),
    "identifier.StateProvinceId": _("StateProvinceId, the number of the state"),
    "identifier.OtherId": _("an OtherId"),
    "identifier.ElectronicId": _("an ElectronicId"),
    "enrollments.exits": _("by exit date"),
    "enrollments.required": _("exit date, or not enrolled"),
    "enrollments.none": _("not read"),
    "consent.nothing": _("nothing"),
    "consent.refusals": _("refusals only"),
    "consent.all": _("refusals, and consent where nothing else was answered here"),
}
LABELS: dict[str, Any] = {
    "sif_files.path": _("Folder, ZIP or XML file"),
    "sif_rest.address": _("Address of the requests"),
    "sif_rest.sign_in": _("Sign in by"),
    "sif_rest.user": _("Session token or application key"),
    "sif_rest.secret": _("Secret"),
    "sif_rest.zone": _("Zone"),
    "sif_rest.context": _("Context"),
    "sif_rest.people": _("Whose pictures"),
    "sif_rest.page_size": _("Objects on a page"),
    "sif_rest.ca_pem": _("Certificate of your own authority"),
    **{f"{kind}.{name}": words for kind in ("sif_files", "sif_rest") for name, words in _BOTH_LABELS.items()},
}
HELP: dict[str, Any] = {
    "sif_files.path": _(
        "The whole path on the server, for example /srv/sif. All XML files in it are read, with what is in any of "
        "them."
    ),
    "sif_files.identifier_type": _TYPE_HELP,
    "sif_rest.identifier_type": _TYPE_HELP,
    "sif_files.school": _SCHOOL_HELP,
    "sif_rest.school": _SCHOOL_HELP,
    "sif_files.enrollments": _ENROLLMENTS_HELP,
    "sif_rest.enrollments": _ENROLLMENTS_HELP,
    "sif_rest.address": _("For example https://sif.school.example/api/requests, as who runs the service names it."),
    "sif_rest.user": _("What the service gave for this school. With Bearer, leave it empty."),
    "sif_rest.zone": _("Leave it empty for the one that is usual for this user."),
    "sif_rest.context": _("Leave it empty if you were given none."),
    "sif_rest.page_size": _("Leave it empty for 50; 0 for a service that gives no pages."),
    "sif_rest.ca_pem": _(
        "Only where the service has a certificate of an authority of your own: that one, as text (PEM)."
    ),
}
CHOICES: dict[str, Any] = {
    "sif_rest.people.all": _("of students and staff"),
    "sif_rest.people.students": _("of students"),
    "sif_rest.people.staff": _("of staff"),
    **{f"{kind}.{value}": words for kind in ("sif_files", "sif_rest") for value, words in _BOTH_CHOICES.items()},
}
