"""Context processor of the shell."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from django.http import HttpRequest

from kangwei.accounts.queries import COUNTED_NOTICES, unread_count
from kangwei.web.navigation import links_for


def shell(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """`navigation` and `unread`: callables, so that fragments answered to htmx do not pay for what they do not show."""
    return {"navigation": partial(links_for, request), "unread": cache(partial(_unread, request))}


def _unread(request: HttpRequest) -> str:
    """How many notices wait for the person, as the bell shows it; "" for none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    count = unread_count(user)
    return f"{COUNTED_NOTICES}+" if count > COUNTED_NOTICES else str(count or "")
