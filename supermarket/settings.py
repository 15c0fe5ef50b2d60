"""Settings. Everything that differs between installations comes from the environment; `docs/operators.md` lists it."""

import os
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from supermarket import embedded

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
FIXTURES = ROOT / "fixtures"


def switch(name: str) -> bool:
    return os.environ.get(name, "") in ("1", "true", "yes")


# SAMPLES=1 (demo and tests): sample policies may be published and officers named on the command line.
SAMPLES = switch("SAMPLES")
DEBUG = switch("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY") or embedded.addresses().password
# Keys of the personal values and account numbers, newest first; see enterprises.accounts.
FIELD_KEYS = [key for key in os.environ.get("FIELD_KEYS", SECRET_KEY).split(",") if key]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

# Whose store this is (a division code), and the day that the store takes for today (the demo's samples are of 2023).
INSTALLATION_AREA = os.environ.get("INSTALLATION_AREA", "340200")
AS_OF = date.fromisoformat(os.environ["AS_OF"]) if os.environ.get("AS_OF") else None

INSTALLED_APPS = [
    "supermarket",
    "supermarket.users",
    "policies",
    "enterprises",
    "supermarket.notices",
    "supermarket.ledger",
    "supermarket.matching",
    "supermarket.claims",
    "supermarket.payouts",
    "supermarket.reports",
    "supermarket.storefront",
    "supermarket.desk",
    "supermarket.api",
    "pgtrigger",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "supermarket.security.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "supermarket.access.AccessMiddleware",
    "supermarket.storefront.as_of.AsOfMiddleware",
]

ROOT_URLCONF = "supermarket.urls"
WSGI_APPLICATION = "supermarket.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "supermarket.storefront.context.page",
            ],
        },
    },
]


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # the server may have been restarted between two requests
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or embedded.addresses().database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "users.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

REDIS_URL = os.environ.get("REDIS_URL") or embedded.addresses().redis_url
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.rsplit("/", 1)[0] + "/1",
    }
}

# Ids only in messages; late acknowledgement; nothing that waits in the broker (a column says when work is due).
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600  # tasks.LONG has its own
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TIMEZONE = "Asia/Shanghai"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "supermarket" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR / "files"
# Where the store is reached, for letters that leave it, and the mail server that takes them: without one they lie in
# var/mail for everybody to look at.
STORE_URL = os.environ.get("STORE_URL", "")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = switch("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "store@localhost")
# Files that wait to be loaded, and the folder into which departments may put theirs.
INBOX_DIR = Path(os.environ.get("INBOX_DIR", VAR / "inbox"))
DROP_DIR = Path(os.environ.get("DROP_DIR", VAR / "drop"))
# Columnar copies of deliveries; whatever is missing is made again from the records.
POPULATION_DIR = Path(os.environ.get("POPULATION_DIR", VAR / "population"))
# The day of the year (month, day) by which accounts of returned payments are to be corrected; then the right lapses.
RETURN_DEADLINE = tuple(int(part) for part in os.environ.get("RETURN_DEADLINE", "12-15").split("-"))
# Days that a department has to answer when one of its values is disputed.
DISPUTE_ANSWER_DAYS = int(os.environ.get("DISPUTE_ANSWER_DAYS", 15))
# A department's file larger than this is refused: it is to come in parts.
DELIVERY_MAX_BYTES = int(os.environ.get("DELIVERY_MAX_BYTES", 512 * 1024 * 1024))
FILE_UPLOAD_HANDLERS = [
    "supermarket.desk.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = switch("HTTPS")
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["supermarket.api.parsers.ExactJSONParser"],
    # The API answers from public facts alone, whoever calls: it knows no user, and the access table opens it to all.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "supermarket.api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Online supermarket of benefit policies",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# The bank: BANK_URL points the ISO 20022 rail at it, or at whatever stands before it.
BANK_URL = os.environ.get("BANK_URL", "http://127.0.0.1:8090")
BANK_AUTH = os.environ.get("BANK_AUTH", "")
BANK_TIMEOUT_SECONDS = float(os.environ.get("BANK_TIMEOUT_SECONDS", "30"))
BANK_FOLDER_SETTLE_SECONDS = float(os.environ.get("BANK_FOLDER_SETTLE_SECONDS", "1"))  # a younger file may grow
# A hand-over that no worker finishes in this time has an unknown outcome; what is open for so long is asked about.
PAYOUT_LEASE_SECONDS = float(os.environ.get("PAYOUT_LEASE_SECONDS", "60"))
PAYOUT_LOOK_UP_SECONDS = float(os.environ.get("PAYOUT_LOOK_UP_SECONDS", "15"))
# A bank behind a folder answers with files; one that has not within this time has not said what becomes of a payment.
PAYOUT_FILE_PATIENCE_SECONDS = float(os.environ.get("PAYOUT_FILE_PATIENCE_SECONDS", "86400"))
PAYOUT_FILE_ROWS = int(os.environ.get("PAYOUT_FILE_ROWS", "500"))  # the rail may allow fewer
# Where each day's head of the audit chain goes, outside the database.
ANCHOR_DIR = Path(os.environ.get("ANCHOR_DIR", VAR / "anchors"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
