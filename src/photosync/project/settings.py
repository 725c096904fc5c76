"""Django's settings. What an operator may set is in `environment`."""

from __future__ import annotations

from datetime import timedelta

from csp.constants import NONE, SELF

from photosync.core.photos import BYTES_PER_MEGABYTE
from photosync.project.environment import Environment

ENVIRONMENT = Environment.read()

SECRET_KEY = ENVIRONMENT.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.trusted_origins)

PHOTOSYNC_DATA = ENVIRONMENT.data_folder
PHOTOSYNC_SOURCE_ROOTS = ENVIRONMENT.source_roots
PHOTOSYNC_PHOTO_LIMITS = ENVIRONMENT.photo_limits
PHOTOSYNC_KEPT_FREE_BYTES = ENVIRONMENT.kept_free_megabytes * BYTES_PER_MEGABYTE
PHOTOSYNC_LARGEST_REPORT_BYTES = ENVIRONMENT.largest_report_megabytes * BYTES_PER_MEGABYTE
# Only importing reports takes many files, and keeps each on the disk as it comes.
DATA_UPLOAD_MAX_NUMBER_FILES = 5_001
PHOTOSYNC_RENDITION_SIZES = ENVIRONMENT.rendition_sizes
PHOTOSYNC_RUNS_DATABASE_URL = ENVIRONMENT.runs_database_url()
PHOTOSYNC_PROXIES = ENVIRONMENT.sign_in.proxies
PHOTOSYNC_METRICS_TOKEN = ENVIRONMENT.metrics_token
PHOTOSYNC_REQUIRE_SECOND_FACTOR = ENVIRONMENT.sign_in.require_second_factor
PHOTOSYNC_SIGN_IN_CREATES = ENVIRONMENT.sign_in.creates
PHOTOSYNC_PUBLIC_URL = ENVIRONMENT.outgoing.public_url
PHOTOSYNC_MAIL_SERVER = ENVIRONMENT.outgoing.mail_server
PHOTOSYNC_ALLOWED_RANGES = ENVIRONMENT.outgoing.allowed_ranges

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "photosync.apps.schools",
    "photosync.apps.audit",
    "photosync.apps.accounts",
    "photosync.apps.timetable",
    "photosync.apps.people",
    "photosync.apps.library",
    "photosync.apps.inputs",
    "photosync.apps.profiles",
    "photosync.apps.sources",
    "photosync.apps.review",
    "photosync.apps.runs",
    "photosync.apps.rosters",
    "photosync.apps.notifications",
    "photosync.apps.reports",
    "photosync.apps.erasing",
    "photosync.apps.help",
    "photosync.web",
    "photosync.api",
]

MIDDLEWARE = [
    "photosync.web.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "photosync.api.middleware.ApiMiddleware",
    "photosync.web.without_session.without_session",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "photosync.web.actor.record_as_account",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "photosync.web.second_factor_needed.SecondFactorNeeded",
    "photosync.web.session_seen.SessionSeen",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "photosync.project.urls"
WSGI_APPLICATION = "photosync.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = ENVIRONMENT.databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # What sign-in counts and remembers (wrong codes, codes that were used) must hold for all processes alike.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "photosync_cache",
        # Beyond it, what is remembered is forgotten at random: no one shall get there by trying.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"

ACCOUNT_ADAPTER = "photosync.apps.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Wrong passwords are counted by axes. Here: forms sent from one address, and wrong codes for one account.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip,5/300s/key"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.secure_cookies else "http"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_ADAPTER = "photosync.apps.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Photo Sync"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
SOCIALACCOUNT_ADAPTER = "photosync.apps.accounts.providers.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [each.as_allauth_app for each in ENVIRONMENT.sign_in.providers]},
}
SOCIALACCOUNT_AUTO_SIGNUP = False
# A button that leads to another site by POST is stopped by the policy of forms (form-action 'self').
SOCIALACCOUNT_LOGIN_ON_GET = True

AXES_FAILURE_LIMIT = ENVIRONMENT.sign_in.lock_out_after
AXES_COOLOFF_TIME = timedelta(minutes=ENVIRONMENT.sign_in.lock_out_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Whoever waits is not made to wait longer by others who go on trying.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "photosync.apps.accounts.addresses.client_address"
AXES_USERNAME_CALLABLE = "photosync.apps.accounts.lock_outs.typed_name"
AXES_LOCKOUT_CALLABLE = "photosync.web.views.sign_in.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure_cookies
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "en-au"
# Only what the texts are written in: Django's own words must not come in another language than ours.
LANGUAGES = [("en-au", "English (Australia)")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGGING_CONFIG = None
