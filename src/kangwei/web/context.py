"""Context processor of the shell."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest

from kangwei.web.navigation import NavLink, links_for


def shell(request: HttpRequest) -> dict[str, Callable[[], list[NavLink]]]:
    """`navigation`: a callable, so that fragments answered to htmx do not pay for the permission checks."""
    return {"navigation": partial(links_for, request)}
