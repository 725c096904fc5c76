"""What the options of an HTTP API are called on Manage Sync, in the words of whoever looks after the school's "
"data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "json_api.address": _("Base address"),
    "json_api.sign_in": _("Sign in with"),
    "json_api.secret": _("Token, key or password"),
    "json_api.user": _("User name or client ID"),
    "json_api.header": _("Name of the header"),
    "json_api.token_address": _("Token address"),
    "json_api.scope": _("Scope"),
    "json_api.ca_pem": _("Certificate of your own authority"),
    "json_api.students": _("Students: path of the list"),
    "json_api.staff": _("Staff: path of the list"),
    "json_api.people": _("Both: path of one list"),
    "json_api.records": _("Where the list is in an answer"),
    "json_api.paging": _("Pages"),
    "json_api.page_size": _("Records on a page"),
    "json_api.place_name": _("Parameter of the page"),
    "json_api.size_name": _("Parameter of the page's size"),
    "json_api.first_page": _("Number of the first page"),
    "json_api.next": _("Where the next page is"),
    "json_api.total": _("Where the number of records is"),
    "json_api.id": _("Identifier"),
    "json_api.photo": _("Photo"),
    "json_api.photo_is": _("The photo is given as"),
    "json_api.changed": _("What tells of a change"),
    "json_api.year": _("Academic year"),
    "json_api.kind": _("What tells students from staff"),
    "json_api.student_words": _("Words for students"),
    "json_api.staff_words": _("Words for staff"),
    "json_api.one_student": _("Path of one student"),
    "json_api.one_staff": _("Path of one staff member"),
    "json_api.person_id": _("What {id} stands for"),
    "json_api.person_record": _("Where the person is in an answer"),
    "json_api.bulk": _("What asks for all photos at once"),
    "json_api.match": _("Match records by"),
}
HELP: dict[str, Any] = {
    "json_api.address": _("What all addresses of the API begin with, for example https://api.school.example/v1."),
    "json_api.user": _("For a user name and password, or OAuth 2.0."),
    "json_api.header": _("For a key in a header of its own."),
    "json_api.token_address": _("For OAuth 2.0: the whole address that gives tokens."),
    "json_api.scope": _("For OAuth 2.0, where one is to be asked for."),
    "json_api.ca_pem": _(
        "Only where the server's certificate comes from an authority of your own: paste it as text (PEM)."
    ),
    "json_api.students": _("What follows the base address, for example students, or people?type=student."),
    "json_api.staff": _("The same for staff. Leave it empty where the API has students only."),
    "json_api.people": _("In place of the two above, where one list holds students and staff."),
    "json_api.records": _("A JSONPath such as $.data. Leave it empty where the answer is the list itself."),
    "json_api.page_size": _("0 leaves it to the API. Smaller pages are safer where they hold photos."),
    "json_api.place_name": _(
        "page or offset, unless said otherwise; with a cursor: the parameter that it goes into."
    ),
    "json_api.size_name": _("per_page or limit, unless said otherwise."),
    "json_api.first_page": _("1 or 0."),
    "json_api.next": _("A JSONPath such as $.links.next. No value there is the end of the list."),
    "json_api.total": _(
        "A JSONPath such as $.meta.total. With it, a list that was not read whole is always noticed: give it if you "
        "can."
    ),
    "json_api.id": _("A JSONPath in each record, such as $.studentCode: people are matched by it."),
    "json_api.photo": _(
        "A JSONPath in each record, such as $.photo.url. Leave it empty where the path of one person gives the photo."
    ),
    "json_api.changed": _("A JSONPath such as $.photo.updatedAt. Then photos are asked for only where it differs."),
    "json_api.year": _("A JSONPath. Leave it empty where photos are of the year in which they come."),
    "json_api.kind": _("A JSONPath such as $.type, for one list of both."),
    "json_api.student_words": _("The values there that mean students, with commas between them."),
    "json_api.staff_words": _("The values there that mean staff."),
    "json_api.one_student": _(
        "Where the list has no photos, for example students/{id}/photo. {id} becomes the identifier."
    ),
    "json_api.one_staff": _("The same for staff."),
    "json_api.person_id": _("A JSONPath in each record, where the path of one person takes another number."),
    "json_api.person_record": _("A JSONPath such as $.data. Leave it empty where the answer is the person or photo."),
    "json_api.bulk": _(
        "For example include=photo. It is sent along with the list; where that answer fails, each person is asked "
        "for alone."
    ),
}
CHOICES: dict[str, Any] = {
    "json_api.sign_in.bearer": _("a token (Authorization: Bearer)"),
    "json_api.sign_in.header": _("a key in a header"),
    "json_api.sign_in.basic": _("user name and password"),
    "json_api.sign_in.oauth2": _("OAuth 2.0 client credentials"),
    "json_api.sign_in.none": _("nothing: it is open to all"),
    "json_api.paging.none": _("one answer holds the whole list"),
    "json_api.paging.page": _("by page number"),
    "json_api.paging.offset": _("by offset and limit"),
    "json_api.paging.next": _("by the answer's next page"),
    "json_api.paging.link": _("by the header Link"),
    "json_api.photo_is.auto": _("found out: base64 or a link"),
    "json_api.photo_is.base64": _("base64"),
    "json_api.photo_is.link": _("a link"),
    "json_api.match.column": _("the identifier above"),
}
