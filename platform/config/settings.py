"""Settings: one code path for the embedded services and for external ones.

DATABASE_URL and REDIS_URL choose the services. Without DATABASE_URL only the commands that need no
database start (`claims`, `grade`, `spectacular`).
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from config.environment import ROOT, flag, load_services_file

load_services_file()

BASE_DIR = ROOT
VAR_DIR = Path(os.environ.get("CINEROUNDS_VAR", ROOT / "var"))
FRONTEND_DIST = ROOT / "frontend" / "dist"

DEBUG = flag("DJANGO_DEBUG")
# A key made up at start signs everybody out at a restart, so the launcher keeps one in var/.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("DJANGO_TRUSTED_ORIGINS", "").split(",") if o]
BEHIND_TLS = flag("CINEROUNDS_BEHIND_TLS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "common",
    "people",
    "cases",
    "similar",
    "reads",
    "learning",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES: list[dict[str, object]] = []


# How the index of embeddings is searched (see `similar.search`), set as a connection opens, so that
# a search is one exchange with the database. `ef_search`: how widely, hence the recall.
# `iterative_scan`: on through the index until enough rows have passed a filter. `max_scan_tuples`:
# where that walk stops short of what was asked for.
VECTOR_SEARCH = {
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": "150",
    "hnsw.max_scan_tuples": "200000",
}


def database_from(url: str) -> dict[str, object]:
    """Django's settings for a postgresql:// address; a host that is a folder is a socket."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL has to start with postgresql://: no other database is used.")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        # ASGI keeps no connection for long; a pool does.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 8, "timeout": 20},
            "options": " ".join(f"-c {name}={value}" for name, value in VECTOR_SEARCH.items()),
        },
    }


DATABASES = {}
if os.environ.get("DATABASE_URL"):
    DATABASES["default"] = database_from(os.environ["DATABASE_URL"])
REDIS_URL = os.environ.get("REDIS_URL", "")

AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The JPEG-LS decoder is WebAssembly.
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "worker-src": [SELF, "blob:"],
        # The component library writes its colour variables into a style element.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
# The built front end is served from the root: /assets/index-<hash>.js and the like.
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.exists() else None
WHITENOISE_INDEX_FILE = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[A-Za-z0-9_-]{8,}\.\w+$"

STORAGE_DIR = Path(os.environ.get("CINEROUNDS_STORAGE", VAR_DIR / "storage"))
# Uploads wait here, readable by this user alone, until the worker has de-identified them.
INCOMING_DIR = Path(os.environ.get("CINEROUNDS_INCOMING", VAR_DIR / "incoming"))
DEIDENTIFICATION_KEY = os.environ.get("CINEROUNDS_DEIDENTIFICATION_KEY", "")
# A folder with config.json and model.safetensors (or that file); "none": no image model; unset: the
# one that comes with the platform. Read by the model worker alone. `workers.cmrclip.registry` says
# which architectures are known.
SHIPPED_CHECKPOINT = ROOT / "workers" / "cmrclip" / "weights" / "cine-compact"
CHECKPOINT = os.environ.get("CINEROUNDS_CHECKPOINT") or str(SHIPPED_CHECKPOINT)

UPLOAD_MAX_BYTES = 4 * 1024**3
DATA_UPLOAD_MAX_NUMBER_FILES = 20_000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["common.authentication.CookieAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "common.pagination.Pages",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CineRounds",
    "DESCRIPTION": "Practise reading cine cardiac MRI. Formative teaching only.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "Contrast": "cases.models.CONTRASTS",
        "View": "cases.models.VIEWS",
        "NeighbourRole": "similar.roles.ROLES",
        "RoleEnum": "people.models.ROLES",
        "ReadState": "reads.models.READ_STATES",
        "KindEnum": "reads.serializers.ROW_KINDS",
        "QuestionKind": "reads.models.QUESTION_KINDS",
        "QuestionState": "reads.models.QUESTION_STATES",
        "UploadState": "cases.models.UPLOAD_STATES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
