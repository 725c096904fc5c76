"""Every operation of the API: the permission it needs, and what is sent so that it is the permission that decides."""

from dataclasses import dataclass
from typing import Any

from photosync.apps.accounts.permissions import Permission

TOKEN = "any token"
RECORDS = "all of a school's"
PERSON = "{person_id}"


@dataclass(frozen=True)
class Row:
    """`needs`: a permission, or one of the words above. `of_school`: whether it is asked of one school's things.

    `may_be_gone`: 404 is right too for whom it lets in, as there is nothing to do. A value of `body` that is `PERSON`
    stands for the number of a person who is there.
    """

    needs: str
    body: Any = None
    of_school: bool = True
    query: str = ""
    form: str = "application/json"
    may_be_gone: bool = False


VIEW, MANAGE, APPROVE = Permission.SYNC_VIEW, Permission.SYNC_MANAGE, Permission.SYNC_APPROVE
ARCHIVE = Permission.ACAD_ARCHIVE
PHOTOS, DATA, PHOTO, SYSTEM = (
    Permission.PHOTO_MANAGE,
    Permission.DATA_MANAGE,
    Permission.PHOTO_VIEW,
    Permission.SYSTEM_MANAGE,
)
HERE = "?school=PHS"
ROLES_BODY = {"school": None, "give": []}
PERIOD = {"code": "2031S1", "description": "Semester 1", "start": "2031-01-27", "end": "2031-06-25"}

ROWS = {
    "GET /schools": Row(TOKEN, of_school=False),
    "POST /schools": Row(SYSTEM, {"code": "NEW", "name": "New", "timezone": "Australia/Perth"}, of_school=False),
    "GET /schools/{school_id}": Row(TOKEN),
    "PATCH /schools/{school_id}": Row(RECORDS, {"name": "Renamed"}),
    "POST /schools/{school_id}/preview": Row(RECORDS, {"name": "Renamed"}),
    "GET /schools/{school_id}/leavers": Row(RECORDS),
    "GET /schools/{school_id}/originals": Row(RECORDS),
    "DELETE /schools/{school_id}/originals": Row(RECORDS),
    "GET /people": Row(VIEW, query=HERE),
    "POST /people/import": Row(DATA, "Student Code\n1001\n", query=f"{HERE}&kind=student", form="text/csv"),
    "GET /people/{person_id}": Row(VIEW),
    "POST /people/{person_id}/consent": Row(DATA, {"answers": {"school_use": "no"}}),
    "POST /people/{person_id}/protect": Row(DATA),
    "POST /people/{person_id}/unprotect": Row(DATA),
    "POST /people/{person_id}/leave": Row(DATA),
    "GET /leavers": Row(DATA, query=HERE),
    "GET /erasures": Row(DATA, query=HERE),
    "GET /people/{person_id}/erasure": Row(DATA),
    "POST /people/{person_id}/erase": Row(DATA, {"reason": "Asked for."}),
    "POST /people/{person_id}/allow-photos": Row(DATA, may_be_gone=True),
    "GET /people/{person_id}/photo": Row(PHOTO),
    "GET /people/{person_id}/photo/original": Row(PHOTOS, may_be_gone=True),
    "POST /people/{person_id}/photo-link": Row(PHOTO, {"size": "thumb"}),
    "GET /photo-list": Row(PHOTO, query=f"{HERE}&kind=staff&year_level=none", may_be_gone=True),
    "POST /reporting-cycles/{cycle_id}/results": Row(ARCHIVE, "code,subject\n1001,Art\n", form="text/csv"),
    "POST /reporting-cycles/{cycle_id}/reports": Row(ARCHIVE, {"roll_group": "none"}, may_be_gone=True),
    "GET /reporting-cycles/{cycle_id}/report-preview": Row(ARCHIVE, query="?code=none", may_be_gone=True),
    "GET /report-design": Row(ARCHIVE, query=HERE),
    "PATCH /report-design": Row(ARCHIVE, {"heading": "Report"}, query=HERE),
    "POST /report-design/crest": Row(ARCHIVE, "no picture", query=HERE, form="image/png"),
    "DELETE /report-design/crest": Row(ARCHIVE, query=HERE),
    "GET /report-design/sample": Row(ARCHIVE, query=HERE),
    "GET /people/{person_id}/photo/history": Row(PHOTO),
    "POST /people/{person_id}/photo": Row(PHOTOS, "no picture", form="image/jpeg"),
    "POST /people/{person_id}/photo/adjust": Row(PHOTOS, {"year": 1999}, may_be_gone=True),
    "POST /people/{person_id}/photo/restore": Row(PHOTOS, {"version": 1}),
    "POST /people/{person_id}/photo/take-off": Row(PHOTOS, {"year": 1999}, may_be_gone=True),
    "POST /people/{person_id}/photo/withdraw": Row(PHOTOS, {"reason": "Asked for."}),
    "POST /people/{person_id}/photo/show": Row(PHOTOS),
    "POST /people/{person_id}/photo/release": Row(PHOTOS, {}, may_be_gone=True),
    "GET /periods": Row(VIEW, query=HERE),
    "POST /periods": Row(MANAGE, PERIOD, query=HERE),
    "GET /periods/{period_id}": Row(VIEW),
    "PATCH /periods/{period_id}": Row(MANAGE, {"description": "Other"}),
    "POST /periods/{period_id}/preview": Row(MANAGE, {"description": "Other"}),
    "POST /periods/{period_id}/copy": Row(MANAGE, {}),
    "DELETE /periods/{period_id}": Row(MANAGE),
    "GET /profiles": Row(VIEW, query=HERE),
    "POST /profiles": Row(MANAGE, {"source": "folder"}, query=HERE),
    "GET /profiles/{profile_id}": Row(VIEW),
    "POST /profiles/{profile_id}/test": Row(MANAGE, {}),
    "PATCH /profiles/{profile_id}": Row(MANAGE, {"when_missing": "keep"}),
    "GET /profiles/{profile_id}/status": Row(VIEW),
    "GET /profiles/{profile_id}/ping": Row(VIEW),
    "PUT /profiles/{profile_id}/periods/{period_id}": Row(MANAGE, {}),
    "DELETE /profiles/{profile_id}/periods/{period_id}": Row(MANAGE),
    "POST /profiles/{profile_id}/next-period": Row(MANAGE, {}),
    "GET /end-of-year": Row(VIEW, query=HERE),
    "PUT /photo-days/{year}": Row(MANAGE, {"day": "2031-03-04"}, query=HERE),
    "DELETE /photo-days/{year}": Row(MANAGE, query=HERE),
    "POST /profiles/{profile_id}/enable": Row(MANAGE),
    "POST /profiles/{profile_id}/disable": Row(MANAGE),
    "POST /profiles/{profile_id}/runs": Row(MANAGE, {"preview": True}),
    "GET /runs": Row(VIEW, query=HERE),
    "GET /runs/{run_id}": Row(VIEW),
    "GET /runs/{run_id}/changes": Row(VIEW),
    "POST /runs/{run_id}/approve": Row(APPROVE, {}),
    "POST /runs/{run_id}/discard": Row(APPROVE),
    "POST /runs/{run_id}/undo": Row(MANAGE, {}),
    "POST /runs/{run_id}/cancel": Row(MANAGE),
    "GET /inputs": Row(VIEW, query=HERE),
    "POST /inputs": Row(MANAGE, {"name": "Another"}, query=HERE),
    "GET /inputs/{input_id}": Row(VIEW),
    "PATCH /inputs/{input_id}": Row(MANAGE, {"description": "Of all"}),
    "POST /inputs/{input_id}/clone": Row(MANAGE, {"name": "Another"}),
    "POST /inputs/{input_id}/clear": Row(MANAGE),
    "POST /inputs/{input_id}/test": Row(MANAGE, {}),
    "DELETE /inputs/{input_id}": Row(MANAGE),
    "GET /inputs/{input_id}/files": Row(VIEW),
    "DELETE /inputs/{input_id}/files/{input_file_id}": Row(MANAGE),
    "GET /inputs/{input_id}/deliveries": Row(VIEW),
    "POST /inputs/{input_id}/deliveries": Row(MANAGE, {"mode": "replace"}),
    "GET /inputs/{input_id}/deliveries/{delivery_id}": Row(VIEW),
    "DELETE /inputs/{input_id}/deliveries/{delivery_id}": Row(MANAGE),
    "POST /inputs/{input_id}/deliveries/{delivery_id}/missing": Row(MANAGE, {"files": []}),
    "PUT /inputs/{input_id}/deliveries/{delivery_id}/file": Row(MANAGE, "x", query="?path=1.jpg", form="image/jpeg"),
    "POST /inputs/{input_id}/deliveries/{delivery_id}/archives": Row(MANAGE, {"name": "a.zip", "size_bytes": 9}),
    "PUT /inputs/{input_id}/deliveries/{delivery_id}/archives/{archive_id}": Row(
        MANAGE, "x", query="?offset=0", form="application/zip"
    ),
    "DELETE /inputs/{input_id}/deliveries/{delivery_id}/archives/{archive_id}": Row(MANAGE),
    "POST /inputs/{input_id}/deliveries/{delivery_id}/finish": Row(MANAGE),
    "GET /review": Row(VIEW, query=f"{HERE}&queue=unmatched"),
    "GET /review/without-photo": Row(VIEW, query=HERE),
    "GET /review/decisions": Row(VIEW, query=HERE),
    "POST /review/decisions/{decision_id}/undo": Row(PHOTOS),
    "POST /review/{file_id}/match": Row(PHOTOS, {"person": PERSON}),
    "POST /review/{file_id}/dismiss": Row(PHOTOS),
    "GET /notifications/addresses": Row(MANAGE, query=HERE),
    "POST /notifications/addresses": Row(MANAGE, {"address": "no address"}, query=HERE),
    "GET /notifications/addresses/{address_id}": Row(MANAGE),
    "PATCH /notifications/addresses/{address_id}": Row(MANAGE, {"name": "Office"}),
    "DELETE /notifications/addresses/{address_id}": Row(MANAGE),
    "POST /notifications/addresses/{address_id}/test": Row(MANAGE),
    "GET /notifications/messages": Row(MANAGE, query=HERE),
    "GET /reporting-cycles": Row(VIEW, query=HERE),
    "POST /reporting-cycles": Row(ARCHIVE, {"name": "2031 Semester 1"}, query=HERE),
    "GET /reporting-cycles/{cycle_id}": Row(VIEW),
    "PATCH /reporting-cycles/{cycle_id}": Row(ARCHIVE, {"semester": "1"}),
    "GET /reporting-cycles/{cycle_id}/progress": Row(VIEW),
    "POST /reporting-cycles/{cycle_id}/close": Row(ARCHIVE, {"reason": "Asked for."}),
    "POST /reporting-cycles/{cycle_id}/reopen": Row(ARCHIVE, {"reason": "Asked for."}),
    "POST /reporting-cycles/{cycle_id}/release": Row(ARCHIVE, {"reason": "Asked for."}),
    "POST /reporting-cycles/{cycle_id}/hold": Row(ARCHIVE, {}),
    "GET /reporting-cycles/{cycle_id}/members": Row(VIEW),
    "GET /reporting-cycles/{cycle_id}/members/{person_id}/pdf": Row(ARCHIVE, may_be_gone=True),
    "POST /reporting-cycles/{cycle_id}/members/add": Row(ARCHIVE, {"codes": ["1001"]}),
    "POST /reporting-cycles/{cycle_id}/members/add-newcomers": Row(ARCHIVE),
    "POST /reporting-cycles/{cycle_id}/members/remove": Row(ARCHIVE, {"people": [PERSON]}),
    "GET /reporting-cycles/{cycle_id}/jobs": Row(VIEW),
    "GET /reporting-cycles/{cycle_id}/jobs/{job_id}": Row(VIEW),
    "POST /reporting-cycles/{cycle_id}/jobs/{job_id}/cancel": Row(ARCHIVE),
    "GET /reporting-cycles/{cycle_id}/imports": Row(ARCHIVE),
    "POST /reporting-cycles/{cycle_id}/imports": Row(ARCHIVE, "%PDF-", form="application/pdf"),
    "GET /reporting-cycles/{cycle_id}/imports/{import_id}": Row(ARCHIVE),
    "DELETE /reporting-cycles/{cycle_id}/imports/{import_id}": Row(ARCHIVE),
    "GET /reporting-cycles/{cycle_id}/imports/{import_id}/files": Row(ARCHIVE),
    "POST /reporting-cycles/{cycle_id}/imports/{import_id}/import": Row(ARCHIVE),
    "GET /reporting-cycles/{cycle_id}/imports/{import_id}/files/{file_id}/pdf": Row(ARCHIVE, may_be_gone=True),
    "POST /reporting-cycles/{cycle_id}/imports/{import_id}/files/{file_id}/match": Row(
        ARCHIVE, {"person": PERSON}, may_be_gone=True
    ),
    "POST /reporting-cycles/{cycle_id}/imports/{import_id}/files/{file_id}/dismiss": Row(ARCHIVE, may_be_gone=True),
    "POST /reporting-cycles/{cycle_id}/archive": Row(ARCHIVE, {}, may_be_gone=True),
    "POST /reporting-cycles/{cycle_id}/archive/verify": Row(ARCHIVE, may_be_gone=True),
    "GET /reporting-cycles/{cycle_id}/archive/zip": Row(ARCHIVE, may_be_gone=True),
    "GET /archived-reports": Row(PHOTO, query=HERE),
    "GET /archived-reports/{report_id}": Row(PHOTO, may_be_gone=True),
    "GET /archived-reports/{report_id}/pdf": Row(PHOTO, may_be_gone=True),
    "GET /archived-reports/{report_id}/photo": Row(PHOTO, may_be_gone=True),
    "GET /users": Row(SYSTEM, of_school=False),
    "POST /users": Row(SYSTEM, {"name": "new", "role": "staff", "school": None}, of_school=False),
    "GET /users/{user_id}": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/roles": Row(SYSTEM, ROLES_BODY, of_school=False),
    "POST /users/{user_id}/link": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/deactivate": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/activate": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/unlock": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/reset-second-factor": Row(SYSTEM, of_school=False),
    "POST /users/{user_id}/end-sessions": Row(SYSTEM, of_school=False),
    "GET /token": Row(TOKEN, of_school=False),
    "GET /tokens": Row(SYSTEM, of_school=False),
    "POST /tokens": Row(SYSTEM, {"name": "x", "user": "everywhere", "scopes": ["SYNC: VIEW"]}, of_school=False),
    "POST /tokens/{token_id}/revoke": Row(SYSTEM, of_school=False),
    "GET /calendar": Row(VIEW, query=HERE),
    "GET /calendar-link": Row(VIEW, query=HERE),
    "POST /calendar-link": Row(VIEW, query=HERE),
    "DELETE /calendar-link": Row(VIEW, query=HERE, may_be_gone=True),
    "GET /audit": Row(RECORDS, query=HERE),
    "GET /audit/views": Row(RECORDS, query=HERE),
    "GET /feedback": Row(SYSTEM, of_school=False),
    "POST /feedback/{feedback_id}/deal-with": Row(SYSTEM, {}, of_school=False),
    "GET /source-kinds": Row(TOKEN, of_school=False),
    "GET /health": Row(VIEW, query=HERE),
}
