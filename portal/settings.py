"""Settings of the site, read from the environment. docs/operations.md describes each variable.

Three ways to run: DEBUG (a developer), DEMO (an example on one machine), and neither (production, which must
be given its secrets).
"""
# Long because everything that is read from the environment stands in one place.

from pathlib import Path
from typing import Any

import bootstrap_wrapper
import environ
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured

from portal import local_secrets, logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG: bool = env.bool("DEBUG", default=False)
DEMO: bool = env.bool("DEMO", default=False)
LOCAL = DEBUG or DEMO
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# Secrets


def _secret(name: str, value: str) -> str:
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: give it in the environment, or set DEMO=true to try the site.")
    return value


if LOCAL:
    SECRET_KEY: str = env.str("SECRET_KEY", default="") or local_secrets.secret_key(VAR_DIR)
    IDP_OIDC_PRIVATE_KEY: str = env.str(
        "OIDC_PRIVATE_KEY", default="", multiline=True
    ) or local_secrets.oidc_private_key(VAR_DIR)
else:
    SECRET_KEY = _secret("SECRET_KEY", env.str("SECRET_KEY", default=""))
    IDP_OIDC_PRIVATE_KEY = _secret("OIDC_PRIVATE_KEY", env.str("OIDC_PRIVATE_KEY", default="", multiline=True))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])

# Where the site lives

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS: bool = env.bool("HTTPS", default=not LOCAL)
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
ADMIN_PATH: str = env.str("ADMIN_PATH", default="operator/")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# What it is made of

INSTALLED_APPS = [
    "portal",  # first, so that its templates and commands win
    "reporting",
    "ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "portal.admin_config.OperatorsAdmin",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "portal.references.ReferenceMiddleware",
    "portal.metrics.MetricsMiddleware",
    "portal.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.api.fallback.PlainHttpMiddleware",
    *(["portal.local_static.LocalStaticMiddleware"] if LOCAL else []),
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.membership.MembershipMiddleware",
    "portal.reader.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.refusals.RefusalMiddleware",
    "portal.api.oidc.NulMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.navigation.navigation",
            ],
        },
    },
]

# Data

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'counting-house.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that reads first and writes later would otherwise fail, not wait for its turn.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={'NORMAL' if LOCAL else 'FULL'};",
    }
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    _database["ENGINE"] = "portal.patient_postgresql"
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
    # A lock that is not had within 5 s becomes a 503 that says when to try again.
    _database.setdefault("OPTIONS", {}).update(
        options="-c lock_timeout=5000 -c jit=off", server_side_binding=True, prepare_threshold=5
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A streaming replica that reports may read while it is at most so old; nothing else ever does.
if env.str("DATABASE_REPLICA_URL", default=""):
    _replica = env.db_url("DATABASE_REPLICA_URL")
    _shared = {name: _database["OPTIONS"][name] for name in ("options", "server_side_binding", "prepare_threshold")}
    _replica["OPTIONS"] = {"connect_timeout": 2, **_shared, **_replica.get("OPTIONS", {})}
    _replica |= {"ENGINE": _database["ENGINE"], "TEST": {"MIRROR": "default"}}
    DATABASES["replica"] = _database | _replica
REPLICA_MAX_AGE_S: float = env.float("REPLICA_MAX_AGE_S", default=5.0)
# How long the web server waits for one answer of a PostgreSQL that has fallen silent, before it says 503.
DATABASE_PATIENCE_S: float = env.float("DATABASE_PATIENCE_S", default=10.0)
DATABASE_ROUTERS = ["reporting.replica.ReplicaRouter"]

# Rate limits count in the cache, so several processes must share one. SQLite means one process.
_shared_cache = "locmemcache://" if _database["ENGINE"].endswith("sqlite3") else "dbcache://cache"
CACHES: dict[str, dict[str, Any]] = {"default": env.cache_url("CACHE_URL", default=_shared_cache)}

# Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [("bootstrap", bootstrap_wrapper.get_bootstrap_dir())]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A demo serves the packages' own files, so that nothing has to be collected before its first page.
WHITENOISE_USE_FINDERS = LOCAL

# Work that requests leave to the worker (portal/exports), and the files it makes

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(VAR_DIR / "exports")))
EXPORT_DAYS: int = env.int("EXPORT_DAYS", default=7)
EXPORT_ROWS_AT_ONCE: int = env.int("EXPORT_ROWS_AT_ONCE", default=20_000)
SITE_URL: str = env.str("SITE_URL", default="http://127.0.0.1:8000" if LOCAL else "")

# Language and time

# What the site speaks: docs/translations.md says how to add one. The API speaks English alone.
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
MESSAGE_TAGS = {message_levels.DEBUG: "secondary", message_levels.ERROR: "danger"}  # Bootstrap's words
TIME_ZONE = "UTC"
USE_TZ = True

# Signing in: by e-mail address only, with a second factor for who wants one

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "portal.passwords.NoWordOfTheSite"})
# Words of the company that runs the site, which nobody's password may consist of.
PASSWORD_FORBIDDEN_WORDS: list[str] = env.list(
    "PASSWORD_FORBIDDEN_WORDS", default=["counting house", "token", "tokens", "ledger", "contract", "password"]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "signup": "20/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "portal.mfa.EncryptingMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Counting House"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL

# Operators: staff who look into every contract, so safe unless told otherwise

OPERATORS_NEED_SECOND_FACTOR: bool = env.bool("OPERATORS_NEED_SECOND_FACTOR", default=not LOCAL)
# Tokens that one operator may correct on one contract within a day without a second operator.
ADJUSTMENT_LIMIT: int = env.int("ADJUSTMENT_LIMIT", default=1000)

# Who takes the store's money: portal/payments; refused at the start where it cannot be
PAYMENT_PROVIDER: str = env.str("PAYMENT_PROVIDER", default="invoice")
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET: str = env.str("STRIPE_WEBHOOK_SECRET", default="")

# What signs receipts and daily roots: an Ed25519 key in PEM. Without it, one that SECRET_KEY decides.
PROOF_PRIVATE_KEY: str = env.str("PROOF_PRIVATE_KEY", default="", multiline=True)

# Who may read /metrics: whoever has the token, or calls from one of these addresses.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
METRICS_ALLOWED_ADDRESSES: list[str] = env.list("METRICS_ALLOWED_ADDRESSES", default=[])

# Security headers and cookies

SECURE_SSL_REDIRECT = HTTPS
# Programs are refused without HTTPS, not sent on: what they sent in the clear should be noticed (portal.api.fallback).
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"^(api|identity/o/api|\.well-known)/"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"

# The API

# Requests per minute of one caller, of all processes of the site together.
API_REQUESTS_PER_MINUTE: int = env.int("API_REQUESTS_PER_MINUTE", default=60_000)
IDP_OIDC_ADAPTER = "portal.api.oidc.OIDCAdapter"
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.BearerAuthentication",
        "portal.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.OperationPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.CallerThrottle"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["portal.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.parsers.ExactNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.handle",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Counting House",
    "DESCRIPTION": "Tokens for cloud services: balances, quotes, jobs, orders and usage.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "PoolKindEnum": "ledger.models.pools.PoolKind",
        "TransactionKindEnum": "ledger.models.journal.Kind",
    },
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "SERVE_INCLUDE_SCHEMA": False,
    "DISABLE_DOCSTRING_DESCRIPTIONS": False,
    "SORT_OPERATIONS": False,
}

# Mail and logs

# A mail server that falls silent keeps neither a page nor the worker waiting.
EMAIL_TIMEOUT: int = 10
vars().update(env.email_url("EMAIL_URL", default="consolemail://" if LOCAL else "smtp://localhost:25"))
SUPPORT_EMAIL: str = env.str("SUPPORT_EMAIL", default="support@localhost")
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Counting House <noreply@localhost>")
SERVER_EMAIL: str = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)
LOGGING = logs.logging_config(as_json=not LOCAL, level=env.str("LOG_LEVEL", default="INFO"))
