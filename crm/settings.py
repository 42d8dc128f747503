"""All settings, one file. Secrets and addresses come from the environment (`.env.example` lists them).

Production is what a start with `DATABASE_URL` means: what it needs and does not find stops it with
a clear sentence. Without one (a fresh clone) or with `DEMO=1` (`make run`) the project is local:
embedded servers, a secret key of its own, demo logins, the simulator.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm import embedded
from crm.embedded.secret_key import local_secret_key
from crm.logs import logging_config
from crm.timetable import EVERY_SECONDS, QUEUES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# Mode

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
LOCAL = DEBUG or DEMO or "DATABASE_URL" not in env.ENVIRON
DEMO_LEADS = env.int("DEMO_LEADS", default=40)
# What a lead is worth is in the organisation's own currency, as it stands before an amount
CURRENCY = env.str("CURRENCY", default="R$" if DEMO else "")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()


def required(name: str, why: str) -> str:
    """The value of a setting that production cannot do without."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment: {why} (see .env.example).")
    return value


# Address and secrets

PORT = env.int("PORT", default=8000)
if LOCAL:
    SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret_key(DATA_DIR)
    PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
else:
    SECRET_KEY = required("SECRET_KEY", "it signs sessions and encrypts stored credentials")
    PUBLIC_URL = required("PUBLIC_URL", "Twilio's signatures are checked against it").rstrip("/")
    required("ALLOWED_HOSTS", "the host names that browsers use")
    ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS") if host.strip()]
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
public_host = urlsplit(PUBLIC_URL).hostname or ""
IS_PUBLIC = public_host not in ("localhost", "::1") and not public_host.startswith("127.")
if IS_PUBLIC and LOCAL and not DEMO:
    raise ImproperlyConfigured(
        "PUBLIC_URL is a public address, but this would start for development: set DATABASE_URL and unset DEBUG, "
        "or set DEMO=1 if the demo's public passwords are what you want."
    )
# It signs messages in anybody's name, so in public it must be asked for by name.
SIMULATOR = env.bool("SIMULATOR", default=(DEBUG or DEMO) and not IS_PUBLIC)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Twilio's webhooks come to it: a 400 for the wrong host would be every client's message lost
if public_host and public_host not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(public_host)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
IS_HTTPS = PUBLIC_URL.startswith("https://")

# Applications

INSTALLED_APPS = [
    # Before staticfiles, whose `runserver` it replaces (Channels' docs on installation). For that command
    # alone: it loads a whole server, which a worker or a migration would do at every start.
    *(["daphne"] if "runserver" in sys.argv else []),
    "crm.apps.CrmAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    # Before staticfiles, whose `runserver` would serve the files itself (WhiteNoise's docs)
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "rest_framework",
    "rest_framework.authtoken",
    "crm.apps.CrmConfig",
    "leads",
    "whatsapp",
    "agent",
    "kanban",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # Before CommonMiddleware, which resolves addresses in the language that this one chooses (Django's docs)
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last (django-axes' docs): it answers for a login that is locked
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "crm.urls"
ASGI_APPLICATION = "crm.asgi.application"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# PostgreSQL: a persistent connection per thread under WSGI. A pool where the server makes a thread per request
# (ASGI), because there a persistent connection would leak, and in workers, whose threads mostly wait for others
# and hold none meanwhile (`leads.waiting`)

IS_WORKER = "worker" in sys.argv
DB_POOL_SIZE = env.int("DB_POOL_SIZE", default=12 if IS_WORKER else 0)
# A page that fails after two seconds without a free connection is better than a queue that grows; a task has
# nobody before a screen, and its row keeps
DB_POOL_SECONDS = 30 if IS_WORKER else 2
DATABASES = {
    "default": env.db_url_config(env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR))
}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    # Django refuses a pool together with connections that persist
    "CONN_MAX_AGE": 0 if DB_POOL_SIZE else 60,
    # Without it each pooled connection fails one request after PostgreSQL was restarted
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": DATABASES["default"].get("OPTIONS", {})
    | {
        # Not longer, so that a webhook is told in time to come again while PostgreSQL is away
        "connect_timeout": 3,
        # Used where we ask for it (leads.one_trip and what stands on it, leads.assignment). PgBouncer knows
        # prepared statements in transaction mode since 1.21, with max_prepared_statements above 0.
        "prepare_threshold": 5,
        # In this order: who waits for a lock gives up before the statement's time, and a transaction that its
        # worker forgot ends before other people's webhooks time out behind its locks
        "options": "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    }
    | (
        {"pool": {"min_size": 2, "max_size": DB_POOL_SIZE, "timeout": DB_POOL_SECONDS}}
        if DB_POOL_SIZE
        else {}
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: wake-ups, live updates, the chat index; never the only copy of anything

REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)
REDIS_PREFIX = env.str("REDIS_PREFIX", default="crm:")
CHAT_INDEX_SIZE = env.int("CHAT_INDEX_SIZE", default=5000)  # chats kept per consultant's line
# How long a task that was published and never began keeps others from being published
WAKE_UP_WINDOW_MS = 1000
CACHES = {
    "default": {
        "BACKEND": "crm.shared_cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        # A hung Redis costs a second at most: one try, and one more where the connection was dropped
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 1)},
    }
}

# Celery: a wake-up call, not a store (the row is the queue)

# Kombu's spelling of a Unix socket
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
# Both, since either alone loses the task whose process is killed: Celery acknowledges before the run, or,
# with late acknowledgement, once it sees that the process is gone (its docs on these two settings)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Not closed around each task by Celery: `crm.celery` closes those that are old or broken
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_TASK_SERIALIZER = "json"
# The row is swept anyway: a request must not wait while Celery tries a broker that is away
CELERY_TASK_PUBLISH_RETRY = False
# A worker takes no more than it has threads: what it held back would wait though another is free
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": REDIS_PREFIX,
    # Redis gives a task that was not acknowledged to somebody else after this (an hour unless told)
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 1,
    # Where Redis refuses connections, a publish with retry=False takes 6 s without this, 0.15 s with it
    "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1},
}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_QUEUES = [Queue("celery"), Queue("quick"), Queue("unhurried")]
CELERY_TASK_ROUTES = {name: {"queue": queue} for queue, names in QUEUES.items() for name in names}
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in EVERY_SECONDS.items()
}

# Integrations

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_API_BASE_URL = env.str("TWILIO_API_BASE_URL", default="").rstrip("/")
# Twice, to connect and to be answered, it fits into `delivery.LEASE`; the library alone waits for ever
TWILIO_TIMEOUT_SECONDS = env.float("TWILIO_TIMEOUT_SECONDS", default=8.0)
if not 0 < TWILIO_TIMEOUT_SECONDS <= 14:
    raise ImproperlyConfigured("TWILIO_TIMEOUT_SECONDS must be above 0 and at most 14.")
# To one person about a message every six seconds, so many at once on credit (error 131056 at Meta, 14107
# at Twilio beyond); from one line so many a second (Twilio's default for WhatsApp). 0: no limit of ours
WHATSAPP_PAIR_SECONDS = env.float("WHATSAPP_PAIR_SECONDS", default=6.0)
WHATSAPP_PAIR_BURST = env.int("WHATSAPP_PAIR_BURST", default=20)
WHATSAPP_LINE_PER_SECOND = env.float("WHATSAPP_LINE_PER_SECOND", default=80.0)
# Web push: a P-256 private key in base64url, made once and kept in the database where unset; and whom push
# services may write to, "mailto:…" (unset: DEFAULT_FROM_EMAIL)
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="")
# The approved template that tells a consultant on WhatsApp outside the 24-hour window
NOTICE_TEMPLATE = env.str("NOTICE_TEMPLATE", default="consultant_notice")
META_GRAPH_URL = env.str("META_GRAPH_URL", default="https://graph.facebook.com/v25.0").rstrip("/")
META_TIMEOUT_SECONDS = 10  # a call, from beginning to end
HUBSPOT_API_URL = env.str("HUBSPOT_API_URL", default="https://api.hubapi.com").rstrip("/")
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="gpt-4.1-mini")
# Voice notes become text where a model for it is named, as in "whisper-1"; otherwise the agent asks to type
OPENAI_TRANSCRIPTION_MODEL = env.str("OPENAI_TRANSCRIPTION_MODEL", default="")
# Money for a million tokens; this and AGENT_MONEY_PER_DAY are in AGENT_CURRENCY, as it stands before an amount
AGENT_CURRENCY = env.str("AGENT_CURRENCY", default="US$")
OPENAI_INPUT_PRICE = env.float("OPENAI_INPUT_PRICE", default=0.40)
OPENAI_OUTPUT_PRICE = env.float("OPENAI_OUTPUT_PRICE", default=1.60)

# The agent: seconds of silence that end a burst, and how lifelike it types (0: at once, 1: like a person)

AGENT_DEBOUNCE_SECONDS = env.float("AGENT_DEBOUNCE_SECONDS", default=3.0)
AGENT_TYPING_PACE = env.float("AGENT_TYPING_PACE", default=1.0)

# A conversation in which nobody has written for so many days is closed; a new message opens it again. 0: never
CONVERSATION_CLOSES_AFTER_DAYS = env.int("CONVERSATION_CLOSES_AFTER_DAYS", default=30)

# What the model may use in a day; the scripted agent goes on beyond it. 0: no cap

AGENT_MONEY_PER_DAY = env.float("AGENT_MONEY_PER_DAY", default=20.0)
AGENT_TOKENS_PER_CONVERSATION = env.int("AGENT_TOKENS_PER_CONVERSATION", default=120_000)

# People and sessions

AUTH_USER_MODEL = "leads.User"
AUTHENTICATION_BACKENDS = [
    # First: it stops a login that is locked before a password is looked at (django-axes' docs)
    "axes.backends.AxesStandaloneBackend",
    "crm.auth.NoDemoPasswordBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AXES_CLIENT_IP_CALLABLE = "crm.auth.client_address"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
# Together: by name alone a stranger could lock a colleague out, by address alone one office itself
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "crm.api.lockout_response"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "login"
# A working day
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if IS_HTTPS else 0
# Only where our proxy sets it: anybody else could claim HTTPS by a header (Django's docs on this setting)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        # Named, for older Safari does not count ws: as 'self'
        "connect-src": [SELF, PUBLIC_URL.replace("http", "ws", 1)],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# Of forms and JSON; files do not count (Django's docs on this setting)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Of forms in any encoding: leads/bodies.py counts by it too
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
WEBHOOK_MAX_BYTES = 256 * 1024
# Hosts of one's own network that outgoing webhooks may reach all the same
OUTBOUND_PRIVATE_HOSTS = env.list("OUTBOUND_PRIVATE_HOSTS", default=[])
DELIVERY_BODY_DAYS = env.int("DELIVERY_BODY_DAYS", default=90)

# A lead may be called "=HYPERLINK(…)", and a manager opens the export in a spreadsheet (OWASP: CSV injection)
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one decides what a missing login is: a token's 401, or a session's 403 (DRF's docs)
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "crm.api_schema.Schema",
    "EXCEPTION_HANDLER": "crm.api.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CRM",
    "DESCRIPTION": "Leads, the board and conversations. Errors everywhere: `{code, detail, fields?}`.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "leads.api.webhook_schema.describe_webhook",
    ],
    "ENUM_NAME_OVERRIDES": {"DirectionEnum": "whatsapp.models.Message.Direction"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Languages, time, files, mail

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pt-br", _("Brazilian Portuguese")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="America/Sao_Paulo")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "crm.storage.HashedModulesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL  # else a file that is edited is cut off at its old length
MEDIA_ROOT = DATA_DIR / "media"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if LOCAL else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
# Django's default waits for ever, and the worker's thread with it
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="crm@localhost")

LOGGING = logging_config(is_json=not LOCAL, level=env.str("LOG_LEVEL", default="INFO"))
