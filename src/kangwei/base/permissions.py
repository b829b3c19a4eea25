"""Default deny: a view without a declared access is refused to everyone (base.middleware.AccessControl)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call a view: anybody, anybody signed in, or whoever holds `permission`.

    A person whose password was given by somebody else gets no further than the views `before_password_change`.
    To a view that takes an `upload` strangers send files; to any other no more than a form. A view `by_key` is an
    operation of the API: it asks for a key itself, and for the permission of the key's holder.
    """

    anonymous: bool = False
    permission: str = ""
    before_password_change: bool = False
    upload: bool = False
    by_key: bool = False


def public(view: View, *, upload: bool = False) -> View:
    """Anybody may call the view, signed in or not."""
    return _declare(view, Access(anonymous=True, upload=upload))


def signed_in(view: View, *, even_before_password_change: bool = False) -> View:
    """Anybody signed in may call the view."""
    return _declare(view, Access(before_password_change=even_before_password_change))


def by_key(view: View) -> View:
    """Whoever shows a key may call the view, which looks at the key itself (accounts.api)."""
    return _declare(view, Access(by_key=True))


def requires(permission: str) -> Callable[[View], View]:
    """Whoever holds the permission (`app.verb`, accounts.roles) may call the view."""
    return lambda view: _declare(view, Access(permission=permission))


def declared_access(view: Callable[..., Any]) -> Access | None:
    """What the view declares; None where it declares nothing."""
    return getattr(view, "kangwei_access", None)


def _declare(view: View, access: Access) -> View:
    view.kangwei_access = access  # type: ignore[attr-defined]  # an attribute of ours on any callable
    return view
