"""Calls of other systems that may come twice: what a call did under its own key is done once."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction

from kangwei.base.errors import ActionError
from kangwei.servicedesk.models import ApiCall, Ticket

if TYPE_CHECKING:
    from kangwei.accounts.models import Person


class OtherBodyError(ActionError):
    """The key was used before, for something else."""


class Done(NamedTuple):
    """The ticket of a call, and whether an earlier call did it."""

    ticket: Ticket
    replayed: bool


def once(*, key: str, body: str, act: Callable[[], Ticket], actor: "Person", now: datetime) -> Done:
    """Do `act` for a call of this key and body, in one transaction; what the first call did where there was one.

    Two at once do it once: whoever comes second is refused by the database, and finds the other's. OtherBodyError
    where the key was used with another body; whatever `act` refuses leaves the key free.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()
    if done := _done(key, digest, actor):
        return done
    try:
        with transaction.atomic():
            ticket = act()
            ApiCall.objects.create(person=actor, key=key, digest=digest, ticket=ticket, at=now)
    except (IntegrityError, ActionError):
        # The other call may have finished meanwhile: a step that it took cannot be taken a second time.
        if done := _done(key, digest, actor):
            return done
        raise
    return Done(ticket, False)


def _done(key: str, digest: str, actor: "Person") -> Done | None:
    shown = ("contract", "system", "institution", "assignee")
    rows = ApiCall.objects.select_related(*(f"ticket__{name}" for name in shown))
    call = rows.filter(person=actor, key=key).first()
    if call is None:
        return None
    if call.digest != digest:
        raise OtherBodyError("同一个 Idempotency-Key 用于了不同的内容", field="Idempotency-Key")
    return Done(call.ticket, True)
