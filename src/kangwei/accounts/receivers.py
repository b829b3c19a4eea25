"""Signing in and out, as Django and the lock-out tell of it, goes into the audit trail."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from kangwei.accounts import actions
from kangwei.accounts.models import Person
from kangwei.base.web import client_address


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    actions.record_sign_in(person=user, address=client_address(request), now=timezone.now())


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Person | None, **_: Any) -> None:
    if user is not None:
        actions.record_sign_out(person=user, address=client_address(request), now=timezone.now())


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    # The lock-out, which hears of the failure first, has its own entry.
    if request is None or getattr(request, "axes_locked_out", False):
        return
    _refusal(request, credentials.get("username"), locked=False)


@receiver(user_locked_out)
def locked(request: HttpRequest, username: str | None, **_: Any) -> None:
    _refusal(request, username, locked=True)


def _refusal(request: HttpRequest, username: str | None, *, locked: bool) -> None:
    actions.record_refusal(username=username or "", address=client_address(request), locked=locked, now=timezone.now())
