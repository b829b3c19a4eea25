"""Opening and closing the entrances at which institutions report without a sign-in."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.servicedesk.models import Entrance

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution
    from kangwei.contracts.models import Contract


@transaction.atomic
def open_entrance(*, institution: "Institution", contract: "Contract", actor: Actor, now: datetime) -> Entrance:
    """The open entrance of an institution to a contract; a new one only where there is none."""
    open_entrances(institutions=[institution], contract=contract, actor=actor, now=now)
    return Entrance.objects.get(institution=institution, contract=contract, closed_at=None)


@transaction.atomic
def open_entrances(
    *, institutions: "Iterable[Institution]", contract: "Contract", actor: Actor, now: datetime
) -> list[Entrance]:
    """Open an entrance to the contract for each of the institutions that has none; those that are new.

    ActionError for a contract that has ended.
    """
    if local_day(now) > contract.last_day:
        raise ActionError(f"合同已于 {contract.last_day} 到期，不能再建报修码", field="contract")
    standing = Entrance.objects.filter(contract=contract, closed_at=None)
    have = set(standing.values_list("institution", flat=True))
    fresh = [
        Entrance(
            institution=institution, contract=contract, key=secrets.token_urlsafe(32), created_at=now,
            created_by=actor.audit_name,
        )
        for institution in institutions if institution.pk not in have
    ]  # fmt: skip
    # Whoever opens the same ones at the same moment comes first for each or second: nobody has two.
    Entrance.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    made = list(standing.filter(key__in=[one.key for one in fresh])) if fresh else []
    if made:
        audit.append(
            actor=actor, action="servicedesk.open_entrances", subject=("contract", contract.code),
            data={"count": len(made), "institutions": sorted(one.institution_id for one in made)}, now=now,
        )  # fmt: skip
    return made


@transaction.atomic
def close_entrance(*, entrance: Entrance, actor: Actor, now: datetime) -> Entrance:
    """Let nothing more be reported at the entrance; what was reported stays. Closing it again changes nothing."""
    entrance = (
        Entrance.objects.select_for_update(of=("self",), no_key=True).select_related("institution").get(pk=entrance.pk)
    )
    if entrance.closed_at:
        return entrance
    entrance.closed_at = now
    entrance.save(update_fields=["closed_at"])
    audit.append(
        actor=actor, action="servicedesk.close_entrance", subject=("entrance", str(entrance.pk)),
        data={"institution": entrance.institution.name}, now=now,
    )  # fmt: skip
    return entrance
