"""How this node runs: everything an operator may set comes from the environment (docs/reference/settings.md)."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from cosmolocal.config import home
from cosmolocal.kernel import senders

HOME = Path(os.environ.get("COSMOLOCAL_HOME", "data")).resolve()
home.own(HOME)
DEMO = os.environ.get("COSMOLOCAL_DEMO", "") == "1"
DEBUG = os.environ.get("COSMOLOCAL_DEBUG", "") == "1"
PORT = int(os.environ.get("PORT", "8000"))


def _secret_key() -> str:
    """The node's own secret, made once and kept beside the database (0600), so that no default exists."""
    path = HOME / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


SECRET_KEY = _secret_key()
PUBLIC_URL = os.environ.get("COSMOLOCAL_URL", f"http://localhost:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [
    *{_public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"},
    *filter(None, os.environ.get("COSMOLOCAL_HOSTS", "").split(",")),
]
SECURE = _public.scheme == "https"
# Whom the node believes where a request came from: on https a proxy on this machine, else nobody.
TRUSTED_PROXIES = senders.networks(os.environ.get("COSMOLOCAL_PROXIES", "127.0.0.1,::1" if SECURE else ""))
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if SECURE else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "cosmolocal.look",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "cosmolocal.kernel",
    "cosmolocal.paper",
    "cosmolocal.agents",
    "cosmolocal.messages",
    "cosmolocal.flows",
    "cosmolocal.money",
    "cosmolocal.catalog",
    "cosmolocal.handovers",
    "cosmolocal.bookings",
    "cosmolocal.measures",
    "cosmolocal.practices.shop",
    "cosmolocal.practices.sharing",
    "cosmolocal.website",
    "cosmolocal.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "cosmolocal.website.typed_text.TypedTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cosmolocal.agents.browsers.BrowserMiddleware",
    "cosmolocal.website.middleware.ReaderMiddleware",
]
ROOT_URLCONF = "cosmolocal.config.urls"
WSGI_APPLICATION = "cosmolocal.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cosmolocal.website.context.page",
            ],
        },
    }
]
FORM_RENDERER = "cosmolocal.look.forms.LookRenderer"


def _statement_limit(seconds: int) -> dict[str, Any]:
    """Options of a connection: how long one statement, or the wait for another writer, may take."""
    seconds = int(os.environ.get("COSMOLOCAL_STATEMENT_SECONDS", seconds))
    waits = min(20, seconds)
    if not os.environ.get("DATABASE_URL"):
        return {"timeout": waits}
    return {"options": f"-c statement_timeout={seconds}s -c lock_timeout={waits}s"}


LIMIT_OF_JOBS, LIMIT_OF_PAGES = _statement_limit(3600), _statement_limit(30)


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "cosmolocal.config.sqlite",
            "NAME": HOME / "local.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                **LIMIT_OF_JOBS,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous="
                + os.environ.get("COSMOLOCAL_SQLITE_SYNCHRONOUS", "FULL")
                + ";PRAGMA foreign_keys=ON;PRAGMA cache_size=-4000;PRAGMA temp_store=MEMORY",
            },
        }
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**LIMIT_OF_JOBS},
        "TEST": {"TEMPLATE": "template0"},
    }


DATABASES = {"default": _database()}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "agents.User"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

LANGUAGE_CODE = "en"
LOCALES = Path(__file__).resolve().parent.parent / "locale"
_KNOWN_LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("zh-hans", "简体中文"),
    ("ko", "한국어"),
    ("ar", "العربية"),
]
# A language is offered once its words are here; tests look at pages in all of them.
LANGUAGES = [
    (code, name)
    for code, name in _KNOWN_LANGUAGES
    if code == "en"
    or os.environ.get("COSMOLOCAL_TEST") == "1"
    or any(LOCALES.glob(f"{code.replace('-hans', '_Hans')}/LC_MESSAGES/django.mo"))
]
LOCALE_PATHS = [LOCALES]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or os.environ.get("COSMOLOCAL_TEST") == "1"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or os.environ.get("COSMOLOCAL_TEST") == "1"
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cosmolocal.config.uploads.NamelessHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Browsers share cookies between the ports of one host, so each node's cookies carry its own short id.
_node_file = HOME / "node.id"
if not _node_file.exists():
    _node_file.write_text(secrets.token_hex(3))
NODE_SHORT_ID = _node_file.read_text().strip()
SESSION_COOKIE_NAME = f"session_{NODE_SHORT_ID}"
CSRF_COOKIE_NAME = f"csrf_{NODE_SHORT_ID}"
BROWSER_COOKIE_NAME = f"browser_{NODE_SHORT_ID}"
LANGUAGE_COOKIE_NAME = f"language_{NODE_SHORT_ID}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "cosmolocal.agents.session_rows"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
CSRF_FAILURE_VIEW = "cosmolocal.website.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 180 if SECURE else 0
X_FRAME_OPTIONS = "DENY"
_tiles = os.environ.get("COSMOLOCAL_TILES", "")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([f"https://{urlsplit(_tiles).hostname}"] if _tiles else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # asks the adapter, which does the same work for every address
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # so long that a mail server may be away, or ask to come again in some minutes
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_ADAPTER = "cosmolocal.messages.adapters.PostingAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {  # with limits of their own, and codes that end with what they were asked for
    "request_login_code": "cosmolocal.agents.asking.AskForCodeForm",
    "confirm_login_code": "cosmolocal.agents.asking.TypeCodeForm",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_FORMS = {
    "add_webauthn": "cosmolocal.agents.passkeys.AddForm",
    "login_webauthn": "cosmolocal.agents.passkeys.SignInForm",
    "reauthenticate_webauthn": "cosmolocal.agents.passkeys.AgainForm",
}
MFA_ADAPTER = "cosmolocal.agents.adapters.PasskeyAdapter"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE

# smtp://user:password@host:587?tls=1 ; absent: no mail leaves the node and every page still works.
_smtp = urlsplit(os.environ.get("COSMOLOCAL_SMTP", ""))
MAIL_READY = bool(_smtp.hostname)
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if MAIL_READY else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_TLS = dict(parse_qsl(_smtp.query)).get("tls") == "1"
EMAIL_USE_SSL = dict(parse_qsl(_smtp.query)).get("ssl") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("COSMOLOCAL_MAIL_FROM", f"local@{_public.hostname or 'localhost'}")

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cosmolocal.kernel.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"django_tasks": {"level": "WARNING"}, "django_tasks_db": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("COSMOLOCAL_LOG", "INFO")},
}
