"""Every address of the pages, and who may use it. A new one needs a row here: tests/web/test_roles.py asks for it.

A row says what is needed to look (GET) and to send (POST); "" is a method that the address does not have. `holds`
names the members of the address; those in OBJECTS are of one school, and do not exist for anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from photosync.apps.accounts.permissions import Permission

OPEN = "anyone, signed in or not"
ACCOUNT = "anyone who is signed in"
HIDDEN = "PHOTO: VIEW; for others it does not exist"
USERS = "who manages accounts: an administrator"
NO = ""

VIEW, MANAGE, APPROVE = Permission.SYNC_VIEW, Permission.SYNC_MANAGE, Permission.SYNC_APPROVE
DATA, FACES, PHOTOS = Permission.DATA_MANAGE, Permission.PHOTO_VIEW, Permission.PHOTO_MANAGE
SYSTEM, ARCHIVE = Permission.SYSTEM_MANAGE, Permission.ACAD_ARCHIVE

OBJECTS = frozenset(
    {
        "period_id",
        "profile_id",
        "run_id",
        "person_id",
        "file_id",
        "user_id",
        "address_id",
        "cycle_id",
        "report_id",
        "input_id",
        "roster_id",
    }
)


@dataclass(frozen=True, slots=True)
class Access:
    """`may_be_gone`: what the address names is not there in these tests, so that who may use it is told 404."""

    get: str
    post: str = NO
    holds: tuple[str, ...] = ()
    may_be_gone: bool = False

    @property
    def is_of_a_school(self) -> bool:
        return bool(OBJECTS & set(self.holds))


PERIOD, PROFILE, RUN, PERSON = ("period_id",), ("profile_id",), ("run_id",), ("person_id",)
CYCLE = ("cycle_id",)
INPUT = ("input_id",)
ROSTER = ("roster_id",)
READING = ("roster_id", "reading_id")
DELIVERY = ("input_id", "delivery_id")

PAGES: dict[str, Access] = {
    "overview": Access(ACCOUNT),
    "all-schools": Access(ACCOUNT),
    "profile-card": Access(VIEW, holds=PROFILE),
    "profile-live": Access(VIEW, holds=PROFILE),
    "administration": Access(VIEW),
    "timetable-management": Access(VIEW),
    "periods": Access(VIEW),
    "period-new": Access(MANAGE, MANAGE),
    "period": Access(VIEW, MANAGE, PERIOD),
    "period-effect": Access(NO, MANAGE, PERIOD),
    "period-copy": Access(MANAGE, MANAGE, PERIOD),
    "period-delete": Access(MANAGE, MANAGE, PERIOD),
    "end-of-year": Access(VIEW),
    "end-of-year-photo-day": Access(MANAGE, MANAGE, ("year",)),
    "end-of-year-next-period": Access(MANAGE, MANAGE, PROFILE),
    "manage-sync": Access(VIEW),
    "profile-licences": Access(NO, MANAGE, holds=("profile_id",)),
    "profile-new": Access(MANAGE, MANAGE),
    "profile-new-effect": Access(NO, MANAGE),
    "profile-new-matches": Access(NO, MANAGE),
    "profile": Access(VIEW, MANAGE, PROFILE),
    "profile-effect": Access(NO, MANAGE, PROFILE),
    "profile-matches": Access(NO, MANAGE, PROFILE),
    "profile-preflight": Access(VIEW, holds=PROFILE),
    "profile-preflight-html": Access(VIEW, holds=PROFILE),
    "profile-preflight-pdf": Access(VIEW, holds=PROFILE),
    "profile-run": Access(NO, MANAGE, PROFILE),
    "runs": Access(VIEW),
    "run": Access(VIEW, holds=RUN),
    "run-live": Access(VIEW, holds=RUN),
    "run-csv": Access(VIEW, holds=RUN),
    "run-approve": Access(APPROVE, APPROVE, RUN),
    "run-discard": Access(APPROVE, APPROVE, RUN),
    "run-undo": Access(MANAGE, MANAGE, RUN),
    "run-cancel": Access(MANAGE, MANAGE, RUN),
    "inputs": Access(VIEW),
    "input-new": Access(MANAGE, MANAGE),
    "input": Access(VIEW, holds=INPUT),
    "input-edit": Access(MANAGE, MANAGE, INPUT),
    "input-clone": Access(MANAGE, MANAGE, INPUT),
    "input-clear": Access(MANAGE, MANAGE, INPUT),
    "input-delete": Access(MANAGE, MANAGE, INPUT),
    "input-file-remove": Access(MANAGE, MANAGE, (*INPUT, "held_file_id")),
    "input-picture": Access(VIEW, holds=(*INPUT, "held_file_id")),
    "input-deliver": Access(MANAGE, MANAGE, INPUT),
    "delivery-begin": Access(NO, MANAGE, INPUT),
    "delivery": Access(VIEW, holds=DELIVERY),
    "delivery-finish": Access(NO, MANAGE, DELIVERY),
    "delivery-drop": Access(NO, MANAGE, DELIVERY),
    "delivery-missing": Access(NO, MANAGE, DELIVERY),
    "delivery-file": Access(NO, MANAGE, DELIVERY),
    "delivery-archives": Access(NO, MANAGE, DELIVERY),
    "delivery-part": Access(NO, MANAGE, (*DELIVERY, "archive_id")),
    "delivery-take-out": Access(NO, MANAGE, (*DELIVERY, "archive_id")),
    "review": Access(VIEW),
    "review-decide": Access(NO, PHOTOS, may_be_gone=True),
    "review-undo": Access(NO, PHOTOS, may_be_gone=True),
    "review-picture": Access(VIEW, holds=("file_id", "size"), may_be_gone=True),
    "data-management": Access(VIEW),
    "students": Access(VIEW),
    "staff": Access(VIEW),
    "data-person": Access(VIEW, holds=PERSON),
    "person-consent": Access(NO, DATA, PERSON),
    "person-protection": Access(DATA, DATA, PERSON),
    "person-leaving": Access(DATA, DATA, PERSON),
    "person-erase": Access(DATA, DATA, PERSON),
    "person-allow-photos": Access(DATA, DATA, PERSON),
    "leavers": Access(DATA),
    "erasures": Access(DATA),
    "erasures-csv": Access(DATA),
    "photo-set": Access(PHOTOS, PHOTOS, PERSON),
    "photo-take-off": Access(PHOTOS, PHOTOS, ("person_id", "year"), may_be_gone=True),
    "photo-withdraw": Access(PHOTOS, PHOTOS, PERSON),
    "photo-show": Access(PHOTOS, PHOTOS, PERSON),
    "photo-release": Access(PHOTOS, PHOTOS, ("person_id", "year"), may_be_gone=True),
    "photo-restore": Access(PHOTOS, PHOTOS, ("person_id", "version_id"), may_be_gone=True),
    "photo-original": Access(PHOTOS, holds=("person_id", "version_id"), may_be_gone=True),
    "photo-cut": Access(PHOTOS, PHOTOS, ("person_id", "token"), may_be_gone=True),
    "photo-preview": Access(PHOTOS, NO, ("person_id", "token"), may_be_gone=True),
    "rosters": Access(DATA),
    "roster-new": Access(DATA, DATA),
    "roster": Access(DATA, holds=ROSTER),
    "roster-edit": Access(DATA, DATA, ROSTER),
    "roster-delete": Access(DATA, DATA, ROSTER),
    "roster-read": Access(NO, DATA, ROSTER),
    "roster-reading": Access(DATA, holds=READING),
    "roster-decide": Access(NO, DATA, READING),
    "roster-import": Access(DATA, DATA),
    "roster-columns": Access(DATA, DATA, ("token",), may_be_gone=True),
    "roster-preview": Access(DATA, DATA, ("token",), may_be_gone=True),
    "report-design": Access(ARCHIVE, ARCHIVE),
    "report-design-sample": Access(ARCHIVE),
    "reporting-results": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-results-preview": Access(ARCHIVE, ARCHIVE, ("cycle_id", "token"), may_be_gone=True),
    "reporting-make": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-make-live": Access(ARCHIVE, holds=CYCLE),
    "reporting-make-preview": Access(ARCHIVE, holds=CYCLE),
    "faces": Access(FACES),
    "photo-lists": Access(FACES),
    "photo-list-print": Access(FACES),
    "photo-list-pdf": Access(FACES),
    "person": Access(HIDDEN, holds=PERSON),
    "photo": Access(HIDDEN, holds=("person_id", "which", "size")),
    "academic-reports": Access(ACCOUNT),
    "reporting": Access(VIEW),
    "reporting-new": Access(ARCHIVE, ARCHIVE),
    "reporting-cycle": Access(VIEW, holds=CYCLE),
    "reporting-edit": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-close": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-reopen": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-release": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-hold": Access(NO, ARCHIVE, CYCLE),
    "reporting-people": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-newcomers": Access(NO, ARCHIVE, CYCLE),
    "reporting-remove": Access(ARCHIVE, ARCHIVE, ("cycle_id", "member_id")),
    "reporting-stored-pdf": Access(ARCHIVE, holds=("cycle_id", "member_id"), may_be_gone=True),
    "reporting-release-person": Access(ARCHIVE, ARCHIVE, ("cycle_id", "member_id")),
    "reporting-hold-person": Access(NO, ARCHIVE, ("cycle_id", "member_id")),
    "reporting-import": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-import-preview": Access(ARCHIVE, ARCHIVE, ("cycle_id", "import_id")),
    "reporting-import-drop": Access(NO, ARCHIVE, ("cycle_id", "import_id")),
    "reporting-import-file": Access(ARCHIVE, ARCHIVE, ("cycle_id", "import_id", "file_id"), may_be_gone=True),
    "reporting-import-pdf": Access(ARCHIVE, holds=("cycle_id", "import_id", "file_id"), may_be_gone=True),
    "reporting-archive": Access(ARCHIVE, ARCHIVE, CYCLE),
    "reporting-verify": Access(NO, ARCHIVE, CYCLE),
    "reporting-archive-zip": Access(ARCHIVE, holds=CYCLE, may_be_gone=True),
    "report-archive": Access(FACES),
    "archived-report": Access(FACES, holds=("report_id",), may_be_gone=True),
    "archived-report-pdf": Access(FACES, holds=("report_id",), may_be_gone=True),
    "archived-report-photo": Access(FACES, holds=("report_id",), may_be_gone=True),
    "report-job": Access(VIEW, holds=("cycle_id", "job_id")),
    "report-job-cancel": Access(NO, ARCHIVE, ("cycle_id", "job_id")),
    "settings": Access(ACCOUNT),
    "your-account": Access(ACCOUNT),
    "school-settings": Access(USERS, USERS),
    "school-settings-effect": Access(NO, USERS),
    "originals-erase": Access(USERS, USERS),
    "school-new": Access(SYSTEM, SYSTEM),
    "retention": Access(USERS, USERS),
    "users": Access(USERS),
    "permissions": Access(USERS),
    "user-new": Access(USERS, USERS),
    "user": Access(USERS, USERS, ("user_id",)),
    "user-roles": Access(NO, USERS, ("user_id",)),
    "user-act": Access(USERS, USERS, ("user_id", "act_name")),
    "audit": Access(USERS),
    "audit-export": Access(USERS, holds=("form",)),
    "audit-views": Access(USERS),
    "audit-views-export": Access(USERS, holds=("form",)),
    "help": Access(ACCOUNT),
    "help-article": Access(ACCOUNT, holds=("slug",)),
    "help-answer": Access(ACCOUNT, ACCOUNT, ("slug",)),
    "help-feedback": Access(SYSTEM),
    "help-feedback-csv": Access(SYSTEM),
    "help-feedback-dealt-with": Access(NO, SYSTEM, ("feedback_id",), may_be_gone=True),
    "calendar-feed": Access(VIEW),
    "calendar-link-make": Access(NO, VIEW),
    "calendar-link-remove": Access(NO, VIEW),
    "notifications": Access(MANAGE),
    "notification-new": Access(MANAGE, MANAGE),
    "notification-edit": Access(MANAGE, MANAGE, ("address_id",)),
    "notification-remove": Access(MANAGE, MANAGE, ("address_id",)),
    "notification-test": Access(NO, MANAGE, ("address_id",)),
    "api-tokens": Access(SYSTEM),
    "api-token-new": Access(SYSTEM, SYSTEM),
    "api-token-revoke": Access(SYSTEM, SYSTEM, ("token_id",), may_be_gone=True),
    "schools": Access(ACCOUNT, ACCOUNT, may_be_gone=True),
    "theme": Access(NO, OPEN),
    "healthz": Access(OPEN),
    "readyz": Access(OPEN),
}
"""Everything but the door: signing in and one's own second factor, which are below."""

AT_THE_DOOR = frozenset(
    {
        "api-docs",
        "photo-link",
        "calendar",
        "calendar-of-profile",
        "metrics",
        "sign-in",
        "account_login",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "sign-in-refused",
        "account_inactive",
        "openid_connect_login",
        "openid_connect_callback",
        "second-factor-needed",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "sign-out",
        "set-password",
        "mfa_index",
        "account_change_password",
        "sessions-end-others",
        "session-end",
        "mfa_activate_totp",
        "app-code",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
    }
)
"""Addresses about oneself only. They tell nobody anything of a school: that is asked of each of them."""
