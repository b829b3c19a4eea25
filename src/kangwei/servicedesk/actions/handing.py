"""Handing a ticket over to another contract."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.queries import person_behind
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.contracts.levels import condition_words, severities
from kangwei.core.calendars import local_day
from kangwei.servicedesk.actions.clocks import Clocks, store
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.telling import tell
from kangwei.servicedesk.actions.tickets import locked, open_ticket, resume, saved
from kangwei.servicedesk.enums import (
    CLOSED_STATES,
    Bond,
    Channel,
    DispatchState,
    Method,
    TicketKind,
    TicketState,
)
from kangwei.servicedesk.models import Dispatch, Ticket
from kangwei.servicedesk.queries import speaks_for_owner
from kangwei.servicedesk.signals import ticket_handed_over

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

LONGEST_REASON = 300
UNDER_WAY = (DispatchState.ISSUED, DispatchState.ACCEPTED, DispatchState.TRAVELLING, DispatchState.ARRIVED)


@transaction.atomic
def hand_over(*, ticket: Ticket, contract: "Contract", reason: str, actor: Actor, now: datetime) -> Ticket:
    """End the ticket on its contract and open it on another one of the same buyer; the new ticket.

    The clocks of the first stop as they stand: what its supplier had used up, and every limit that had passed by then,
    stays its own; what had not begun is void. The clocks of the new ticket count for the other supplier by its own
    contract, from its own opening.

    Only who manages tickets for the buyer or the platform may do it: a supplier sees no contract but its own, and one
    that holds two would gain fresh clocks by it. ActionError for anybody else, an ended or solved ticket, a visit under
    way, the same contract, and one of another buyer or not in force.
    """
    ticket = locked(ticket)
    _check(ticket, contract, reason, actor, now)
    # Opened first: numbers are held before the audit trail, as everywhere.
    follower = _opened(ticket, contract, actor, now)
    if ticket.paused_for:
        ticket = resume(ticket=ticket, text="移交", actor=actor, now=now)
    clocks = Clocks.of(ticket)
    clocks.happen("stop", now, reason="移交")
    clocks.happen("void", now, reason="移交")
    store([clocks])
    ticket.state, ticket.closed_at = TicketState.HANDED_OVER, now
    saved(ticket, now)
    # Where it went stands in the link beside it, which those do not see who do not see the other contract.
    note(ticket, "hand_over", "移交", actor, now, text=reason.strip())
    audit.append(
        actor=actor, action="servicedesk.hand_over", subject=("ticket", ticket.number),
        data={"contract": contract.code, "ticket": follower.number, "reason": reason.strip()}, now=now,
    )  # fmt: skip
    person = person_behind(actor)
    tell(ticket_handed_over, Ticket, ticket_id=follower.pk, by=person.pk if person else None)
    return follower


def _check(ticket: Ticket, contract: "Contract", reason: str, actor: Actor, now: datetime) -> None:
    if not speaks_for_owner(actor, ticket.contract):
        raise ActionError("只有甲方或平台的负责人可以把工单移交给其他合同")
    if ticket.state in CLOSED_STATES:
        raise ActionError(f"工单{ticket.get_state_display()}，不能移交")
    if ticket.state == TicketState.SOLVED:
        raise ActionError("工单已解决，正在等确认；确实要移交，请先重新打开")
    if visit := Dispatch.objects.filter(ticket=ticket, state__in=UNDER_WAY).first():
        raise ActionError(f"派工单 {visit.number} {visit.get_state_display()}，请先完成或作废")
    if contract.pk == ticket.contract_id:
        raise ActionError("工单已在该合同上", field="contract")
    if contract.buyer_id != ticket.contract.buyer_id:
        raise ActionError("只能移交给同一甲方的合同", field="contract")
    if not contract.first_day <= local_day(now) <= contract.last_day:
        raise ActionError(f"合同期为 {contract.first_day} 至 {contract.last_day}，现不在期内", field="contract")
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise ActionError(f"请写明理由，最长 {LONGEST_REASON} 字", field="reason")


def _opened(ticket: Ticket, contract: "Contract", actor: Actor, now: datetime) -> Ticket:
    """The same thing on the other contract, as far as its words for grade, place and caller are known there."""
    grades = {*severities(contract), *condition_words(contract, "severity")}
    return open_ticket(
        contract=contract, kind=TicketKind(ticket.kind), title=ticket.title, description=ticket.description,
        channel=Channel(ticket.channel), system=ticket.system, institution=ticket.institution, caller=ticket.caller,
        phone=ticket.phone, method=Method(ticket.method), occurred_at=ticket.occurred_at, source=ticket,
        severity=ticket.severity if ticket.severity in grades else "",
        place=ticket.place if ticket.place in condition_words(contract, "place") else "",
        caller_kind=ticket.caller_kind if ticket.caller_kind in condition_words(contract, "caller") else "",
        bond=Bond.HANDED_OVER, actor=actor, now=now,
    )  # fmt: skip
