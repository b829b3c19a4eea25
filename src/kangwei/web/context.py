"""Context processor of the shell."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kangwei.accounts.queries import COUNTED_NOTICES, unread_count
from kangwei.web.navigation import links_for


def shell(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """What every page may show: callables, so that fragments answered to htmx do not pay for what they do not show.

    `navigation`, the number of `unread` notices, and whether `mails_go_out`.
    """
    return {
        "navigation": partial(links_for, request),
        "unread": cache(partial(_unread, request)),
        "mails_go_out": _mails_go_out,
    }


def _mails_go_out() -> bool:
    return bool(settings.EMAIL_HOST)


def _unread(request: HttpRequest) -> str:
    """How many notices wait for the person, as the bell shows it; "" for none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    count = unread_count(user)
    return f"{COUNTED_NOTICES}+" if count > COUNTED_NOTICES else str(count or "")
