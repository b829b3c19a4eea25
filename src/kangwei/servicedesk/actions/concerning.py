"""Naming the things that a ticket is about."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.queries import person_behind
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.tickets import locked, require_open
from kangwei.servicedesk.models import Ticket, TicketAsset
from kangwei.servicedesk.queries.concerning import nameable

if TYPE_CHECKING:
    from kangwei.assets.models import Asset


@transaction.atomic
def name_asset(*, ticket: Ticket, asset: "Asset", actor: Actor, now: datetime) -> None:
    """Say that the ticket is about this thing; saying it again changes nothing.

    ActionError for a closed ticket, and a thing that is not the buyer's or that the actor does not see.
    """
    ticket = locked(ticket)
    require_open(ticket)
    person = person_behind(actor)
    if asset.owner_id != ticket.contract.buyer_id:
        raise ActionError(f"{asset.number} 不是该合同甲方的资产", field="asset")
    if person and not nameable(person, ticket.contract).filter(pk=asset.pk).exists():
        raise ActionError(f"没有编号为「{asset.number}」的在用资产", field="asset")
    _, is_new = TicketAsset.objects.get_or_create(
        ticket=ticket, asset=asset, defaults={"at": now, "by": actor.audit_name}
    )
    if is_new:
        note(ticket, "name_asset", "涉及资产", actor, now, text=f"{asset.number} {asset.name}")
        audit.append(
            actor=actor, action="servicedesk.name_asset", subject=("ticket", ticket.number),
            data={"asset": asset.number}, now=now,
        )  # fmt: skip


@transaction.atomic
def unname_asset(*, ticket: Ticket, asset: "Asset", actor: Actor, now: datetime) -> None:
    """Say that the ticket is not about it after all; nothing where nobody said so. ActionError for a closed ticket."""
    ticket = locked(ticket)
    require_open(ticket)
    if ticket.concerned.filter(asset=asset).delete()[0]:
        note(ticket, "unname_asset", "不再涉及", actor, now, text=f"{asset.number} {asset.name}")
        audit.append(
            actor=actor, action="servicedesk.unname_asset", subject=("ticket", ticket.number),
            data={"asset": asset.number}, now=now,
        )  # fmt: skip
