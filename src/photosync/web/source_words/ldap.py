"""What the options of a directory are called, in the words of whoever looks after the school's accounts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "ldap.directory": _("Kind of directory"),
    "ldap.host": _("Server"),
    "ldap.port": _("Port"),
    "ldap.encryption": _("Encryption"),
    "ldap.ca_pem": _("Certificate of your own authority"),
    "ldap.user": _("User"),
    "ldap.password": _("Password"),
    "ldap.students_base": _("Where students are"),
    "ldap.students_filter": _("Filter for students"),
    "ldap.staff_base": _("Where staff are"),
    "ldap.staff_filter": _("Filter for staff"),
    "ldap.attributes": _("Attributes"),
    "ldap.disabled": _("Whoever is disabled"),
    "ldap.page_size": _("Entries at a time"),
}
HELP: dict[str, Any] = {
    "ldap.directory": _(
        "It decides which attributes are read: employeeID, givenName, sn, sAMAccountName and mail at Active "
        "Directory; employeeNumber, givenName, sn, uid and mail elsewhere."
    ),
    "ldap.host": _("Its name as its certificate has it, for example dc1.school.example."),
    "ldap.port": _("Leave it empty for the usual one: 636 with LDAPS, else 389."),
    "ldap.encryption": _(
        "Without encryption, only at addresses that the person who runs Photo Sync has named "
        "(PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES)."
    ),
    "ldap.ca_pem": _(
        "Only where the server's certificate comes from an authority of your own, as is usual at Active Directory: "
        "paste that authority's certificate as text (PEM)."
    ),
    "ldap.user": _(
        "Who signs in, as a DN or as user@domain. Give this user the right to read what is read here, and no other."
    ),
    "ldap.students_base": _(
        "For example OU=Students,DC=school,DC=example. What is below is read too. Empty: no students are read."
    ),
    "ldap.students_filter": _(
        "Which entries there are students, for example (&(objectClass=user)(department=Students)). Empty: everyone "
        "who is a person."
    ),
    "ldap.staff_base": _("For example OU=Staff,DC=school,DC=example. Empty: no staff are read."),
    "ldap.staff_filter": _("Which entries there are staff. Empty: everyone who is a person."),
    "ldap.attributes": _(
        "Where other attributes are to be read than the usual ones, one on each line: a field and its attribute, "
        "such as student_code=extensionAttribute1 or year_level=department. An attribute alone becomes a column, for "
        "which you choose the field below. email= leaves a usual one away."
    ),
    "ldap.disabled": _("Active Directory says who is disabled (userAccountControl)."),
    "ldap.page_size": _("From 10 to 1000. Active Directory gives 1000 at the most."),
}
CHOICES: dict[str, Any] = {
    "ldap.directory.active_directory": _("Active Directory"),
    "ldap.directory.inetorgperson": _("OpenLDAP or another (inetOrgPerson)"),
    "ldap.encryption.ldaps": _("LDAPS, certificate checked"),
    "ldap.encryption.starttls": _("STARTTLS, certificate checked"),
    "ldap.encryption.none": _("not encrypted"),
    "ldap.disabled.stays": _("stays"),
    "ldap.disabled.left": _("has left"),
}
