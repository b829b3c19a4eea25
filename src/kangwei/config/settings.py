"""Django settings. What an operator may set is read through `env`; docs/reference/settings.md lists it."""

import os
from datetime import timedelta
from pathlib import Path

from kangwei.config import env, logs

VAR = Path(env.text("KANGWEI_VAR", "var")).resolve()

DEBUG = False
SECRET_KEY = env.secret("KANGWEI_SECRET_KEY", VAR / "secret.key")
TARGET_KEY = env.secret("KANGWEI_TARGET_KEY", VAR / "target.key")
ALLOWED_HOSTS = env.words("KANGWEI_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("KANGWEI_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "ninja",
    "kangwei.base",
    "kangwei.accounts",
    "kangwei.documents",
    "kangwei.knowledge",
    "kangwei.assets",
    "kangwei.contracts",
    "kangwei.servicedesk",
    "kangwei.inspections",
    "kangwei.acceptance",
    "kangwei.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kangwei.base.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kangwei.base.middleware.RequestLog",
    "kangwei.base.middleware.RequestLimits",
    "kangwei.base.middleware.AccessControl",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "kangwei.config.urls"
WSGI_APPLICATION = "kangwei.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kangwei.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", ""), sqlite_file=VAR / "kangwei.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
QUEUE_URL = env.text("KANGWEI_QUEUE", f"sqlite://{VAR / 'queue.sqlite3'}")
ARCHIVE = Path(env.text("KANGWEI_ARCHIVE", str(VAR / "archive")))
UPLOAD_LIMIT = env.number("KANGWEI_UPLOAD_LIMIT_MB", 50) * 1024 * 1024
# An acceptance package of twenty files (acceptance.forms) and the form around it.
REQUEST_LIMIT = 21 * UPLOAD_LIMIT
# Three photos of a phone of 8 MB each and the form around them.
PUBLIC_UPLOAD_LIMIT = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "accounts:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked_out.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "kangwei.base.web.client_address"
PROXIES = env.number("KANGWEI_PROXIES", 0)

HTTPS = env.flag("KANGWEI_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

_mail = env.mail(env.text("KANGWEI_MAIL", ""))
# Notices go out by mail where there is a host; without one nothing of it is shown.
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.tls, _mail.starttls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.sender("KANGWEI_MAIL_FROM", needed=bool(_mail.host))
SITE_ADDRESS = env.address("KANGWEI_ADDRESS", needed=bool(_mail.host))

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("KANGWEI_STATIC", str(VAR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING_CONFIG = None
logs.configure(level=env.text("KANGWEI_LOG_LEVEL", "INFO"), human=os.isatty(2))
