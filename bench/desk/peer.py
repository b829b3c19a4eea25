"""django-helpdesk as its manual sets it up, on the database that BENCH_DATABASE names.

python -m bench.desk.peer COUNT     fills it and prints, as JSON, how to sign in
granian … bench.desk.peer:application
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from kangwei.config import env

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.desk.peer"

SECRET_KEY = os.environ.get("BENCH_SECRET", "") or secrets.token_hex()
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize",
    "rest_framework", "helpdesk",
]  # fmt: skip
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "bench.desk.peer_urls"
DATABASES = {"default": env.database(os.environ.get("BENCH_DATABASE", ""), sqlite_file=env.Path("peer.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
HELPDESK_TEAMS_MODE_ENABLED = False
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
LOGIN_URL = "/login/"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
BATCH = 5000


def main() -> None:
    """Fill the database; the session, the form token and an open ticket as JSON."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from helpdesk.models import Queue, Ticket

    count = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_superuser("bench", "bench@example.org", secrets.token_hex())
    queues = [Queue.objects.create(title=f"队列 {number}", slug=f"q{number}") for number in range(12)]
    for chunk in _chunks(count):
        Ticket.objects.bulk_create([_ticket(Ticket, queues, number, count) for number in chunk])
    session = SessionStore()
    session.update(
        {"_auth_user_id": str(user.pk), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
         "_auth_user_hash": user.get_session_auth_hash()}
    )  # fmt: skip
    session.create()
    open_ticket = Ticket.objects.filter(status=1).order_by("-created").first()
    print(json.dumps({"session": session.session_key, "ticket": open_ticket.pk, "queue": queues[0].pk}))


def _chunks(count: int) -> Iterator[range]:
    return (range(start, min(start + BATCH, count)) for start in range(0, count, BATCH))


def _ticket(model: Any, queues: list[Any], number: int, count: int) -> Any:
    from bench.desk import texts

    at = texts.opened_at(number, count, datetime.now(UTC))
    return model(
        title=texts.title(number), description=texts.description(number), queue=queues[number % 12], created=at,
        modified=at, submitter_email=f"caller{number % 3000}@example.org", secret_key=secrets.token_hex(16),
        status=1 if texts.is_open(number) else 4, priority=number % 5 + 1,
    )  # fmt: skip


def application(environ: Any, start_response: Any) -> Any:
    """The WSGI application, made at the first request."""
    global _handler  # noqa: PLW0603 (granian wants a name of this module)
    if _handler is None:
        from django.core.wsgi import get_wsgi_application

        _handler = get_wsgi_application()
    return _handler(environ, start_response)


_handler: Any = None

if __name__ == "__main__":
    main()
