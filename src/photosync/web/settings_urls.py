"""The addresses of Settings."""

from __future__ import annotations

from django.urls import path, re_path

from photosync.web.views import (
    api_tokens,
    audit,
    calendar_feed,
    notifications,
    school_settings,
    settings,
    users,
    your_account,
)
from photosync.web.views import your_second_factor as factor

urlpatterns = [
    path("", settings.settings, name="settings"),
    path("your-account/", your_account.your_account, name="your-account"),
    path("your-account/", your_account.your_account, name="mfa_index"),
    path("your-account/password/", your_account.change_password, name="account_change_password"),
    path("your-account/sessions/end-others/", your_account.end_others, name="sessions-end-others"),
    path("your-account/sessions/<int:session_id>/end/", your_account.end_one, name="session-end"),
    path("your-account/app/", factor.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("your-account/app/code.svg", factor.app_code, name="app-code"),
    path("your-account/app/remove/", factor.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("your-account/recovery-codes/", factor.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("your-account/recovery-codes/new/", factor.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("your-account/passkeys/add/", factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("your-account/passkeys/<int:pk>/rename/", factor.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("your-account/passkeys/<int:pk>/remove/", factor.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("school/", school_settings.school_settings, name="school-settings"),
    path("school/effect/", school_settings.school_settings_effect, name="school-settings-effect"),
    path("school/original-files/erase/", school_settings.originals_erase, name="originals-erase"),
    path("school/new/", school_settings.new_school, name="school-new"),
    path("retention/", school_settings.retention, name="retention"),
    path("calendar-feed/", calendar_feed.calendar_feed_page, name="calendar-feed"),
    path("calendar-feed/make/", calendar_feed.make_link, name="calendar-link-make"),
    path("calendar-feed/remove/", calendar_feed.remove_link, name="calendar-link-remove"),
    path("users/", users.users, name="users"),
    path("users/roles/", users.permissions, name="permissions"),
    path("users/new/", users.new_user, name="user-new"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("users/<int:user_id>/roles/", users.user_roles, name="user-roles"),
    path("users/<int:user_id>/<slug:act_name>/", users.user_act, name="user-act"),
    path("audit/", audit.audit, name="audit"),
    re_path(r"^audit/entries\.(?P<form>csv|jsonl)\Z", audit.audit_export, name="audit-export"),
    path("audit/views/", audit.audit_views, name="audit-views"),
    re_path(r"^audit/photo-views\.(?P<form>csv|jsonl)\Z", audit.audit_views_export, name="audit-views-export"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/new/", notifications.new_notification, name="notification-new"),
    path("notifications/<int:address_id>/", notifications.edit_notification, name="notification-edit"),
    path("notifications/<int:address_id>/remove/", notifications.remove_notification, name="notification-remove"),
    path("notifications/<int:address_id>/test/", notifications.test_notification, name="notification-test"),
    path("api-tokens/", api_tokens.api_tokens, name="api-tokens"),
    path("api-tokens/new/", api_tokens.new_api_token, name="api-token-new"),
    path("api-tokens/<int:token_id>/revoke/", api_tokens.revoke_api_token, name="api-token-revoke"),
]
