"""What whoever reported a ticket does with it by its link, without a sign-in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import local_day
from kangwei.documents.actions import next_document_number
from kangwei.servicedesk.actions import ratings
from kangwei.servicedesk.actions.reporting import lay_photos, require_photos
from kangwei.servicedesk.actions.telling import tell
from kangwei.servicedesk.actions.tickets import add_note, locked, open_ticket, resume, take_step
from kangwei.servicedesk.enums import CLOSED_STATES, Bond, Channel, PauseReason, RatedBy, TicketKind
from kangwei.servicedesk.models import Ticket, TicketEvent
from kangwei.servicedesk.queries.following import complaint_about
from kangwei.servicedesk.signals import caller_acted

if TYPE_CHECKING:
    from kangwei.servicedesk.models import Rating

MOST_ACTS, WITHIN = 20, timedelta(minutes=10)
TITLE_LENGTH = 200


@transaction.atomic
def answer(*, ticket: Ticket, text: str, actor: Actor, now: datetime, photos: Sequence[bytes] = ()) -> Ticket:
    """Add what the caller says or shows; a ticket that waits for the caller goes on.

    What was said last is not written down again, nor a photo laid there twice. ActionError for an ended ticket, nothing
    said, a file not a photo.
    """
    ticket = _held(ticket, actor, now)
    if ticket.state in CLOSED_STATES:
        raise ActionError(f"工单{ticket.get_state_display()}，不能再补充")
    text = text.strip()
    if not text and not photos:
        raise ActionError("请填写要补充的内容，或选择照片", field="text")
    require_photos(photos)
    waits = ticket.paused_for == PauseReason.USER
    photos = _not_laid(ticket, photos)
    if not photos and not waits and (not text or _said_last(ticket, text, actor)):
        return ticket
    lay_photos(ticket, photos, [next_document_number(now=now) for _ in photos], actor, now)
    if text:
        add_note(ticket=ticket, text=text, public=True, actor=actor, now=now)
    if waits:
        resume(ticket=ticket, text="报告人已答复", actor=actor, now=now)
    _tell(ticket)
    return ticket


@transaction.atomic
def confirm(*, ticket: Ticket, actor: Actor, now: datetime) -> Ticket:
    """The caller says that it is solved: the ticket is closed. ActionError where it does not wait for that."""
    ticket = take_step(ticket=_held(ticket, actor, now), step="close", texts={}, actor=actor, now=now)
    _tell(ticket)
    return ticket


@transaction.atomic
def reopen(*, ticket: Ticket, reason: str, actor: Actor, now: datetime) -> Ticket:
    """The caller says that it is not solved, and why. ActionError where its life forbids it, or its contract ended."""
    ticket = _held(ticket, actor, now)
    if local_day(now) > ticket.contract.last_day:
        raise ActionError(f"合同已于 {ticket.contract.last_day} 到期，请重新报修")
    ticket = take_step(ticket=ticket, step="reopen", texts={"reason": reason}, actor=actor, now=now)
    _tell(ticket)
    return ticket


@transaction.atomic
def rate(*, ticket: Ticket, score: int, comment: str, actor: Actor, now: datetime) -> "Rating":
    """The caller's score on the contract's own scale, as actions.rate takes it."""
    ticket = _held(ticket, actor, now)
    rating = ratings.rate(
        ticket=ticket, score=score, rated_by=RatedBy.LINK, name=ticket.caller, comment=comment, actor=actor, now=now
    )
    _tell(ticket)
    return rating


@transaction.atomic
def complain(*, ticket: Ticket, text: str, actor: Actor, now: datetime) -> Ticket:
    """Open the caller's complaint about the ticket, on its contract; the same words again give the one there is.

    ActionError where another complaint stands, for a complaint about a complaint, for a contract that has ended.
    """
    ticket = _held(ticket, actor, now)
    if ticket.kind == TicketKind.COMPLAINT:
        raise ActionError("这已经是投诉，请在本页补充说明")
    if not text.strip():
        raise ActionError("请写明要投诉什么", field="text")
    if standing := complaint_about(ticket):
        if standing.description == text.strip():
            return standing
        raise ActionError(f"已登记投诉 {standing.number}，请打开它补充说明", field="text")
    complaint = open_ticket(
        contract=ticket.contract, kind=TicketKind.COMPLAINT, title=f"投诉：{ticket.title}"[:TITLE_LENGTH],
        description=text.strip(), channel=Channel.PORTAL, system=ticket.system, institution=ticket.institution,
        caller=ticket.caller, phone=ticket.phone, caller_kind=ticket.caller_kind, place=ticket.place,
        source=ticket, bond=Bond.COMPLAINT, actor=actor, now=now,
    )  # fmt: skip
    _tell(ticket)
    return complaint


def _held(ticket: Ticket, actor: Actor, now: datetime) -> Ticket:
    """The ticket as it is stored, held. ActionError where its link was used too often within ten minutes."""
    ticket = locked(ticket)
    if TicketEvent.objects.filter(ticket=ticket, by=actor.audit_name, at__gt=now - WITHIN).count() >= MOST_ACTS:
        raise ActionError("提交得太频繁，请过 10 分钟再试；急事请打电话")
    return ticket


def _not_laid(ticket: Ticket, photos: Sequence[bytes]) -> list[bytes]:
    """The photos, each once, without those that lie with the ticket: they were sent twice."""
    by_digest = {hashlib.sha256(photo).hexdigest(): photo for photo in photos}
    laid = ticket.attachments.filter(document__versions__sha256__in=by_digest)
    known = set(laid.values_list("document__versions__sha256", flat=True))
    return [photo for digest, photo in by_digest.items() if digest not in known]


def _said_last(ticket: Ticket, text: str, actor: Actor) -> bool:
    last = ticket.events.filter(action="note", public=True).order_by("-pk").first()
    return last is not None and (last.by, last.text) == (actor.audit_name, text)


def _tell(ticket: Ticket) -> None:
    tell(caller_acted, Ticket, ticket_id=ticket.pk)
