"""Default deny: a view without a declared access is refused to everyone (base.middleware.AccessControl)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call a view: anybody, anybody signed in, or whoever holds `permission`.

    A person whose password was given by somebody else gets no further than the views `before_password_change`.
    """

    anonymous: bool = False
    permission: str = ""
    before_password_change: bool = False


def public(view: View) -> View:
    """Anybody may call the view, signed in or not."""
    return _declare(view, Access(anonymous=True))


def signed_in(view: View, *, even_before_password_change: bool = False) -> View:
    """Anybody signed in may call the view."""
    return _declare(view, Access(before_password_change=even_before_password_change))


def requires(permission: str) -> Callable[[View], View]:
    """Whoever holds the permission (`app.verb`, accounts.roles) may call the view."""
    return lambda view: _declare(view, Access(permission=permission))


def declared_access(view: Callable[..., Any]) -> Access | None:
    """What the view declares; None where it declares nothing."""
    return getattr(view, "kangwei_access", None)


def _declare(view: View, access: Access) -> View:
    view.kangwei_access = access  # type: ignore[attr-defined]  # an attribute of ours on any callable
    return view
