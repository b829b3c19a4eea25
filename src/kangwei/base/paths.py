"""Addresses as logs may hold them."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from kangwei.base.permissions import declared_access


def discreet_path(request: HttpRequest) -> str:
    """The path; of a page for everybody its pattern alone, for there the address itself may be the key.

    Of an address that leads nowhere only the beginning: it may be such a key with a full stop copied behind it.
    """
    try:
        found = resolve(request.path_info)
    except Resolver404:
        first, _, rest = request.path_info.lstrip("/").partition("/")
        return f"/{first}/…" if rest else request.path
    access = declared_access(found.func)
    return f"/{found.route}" if access and access.anonymous and found.kwargs else request.path
