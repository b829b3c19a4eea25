"""What the desk makes of news from below, and whom it tells of its own."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from kangwei.accounts.actions import News, notify, notify_all
from kangwei.assets.queries import asset_by_id, contracts_of, kinds
from kangwei.assets.signals import expiry_near
from kangwei.base.audit import WORKER
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import SHANGHAI, local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, TicketKind
from kangwei.servicedesk.models import Dispatch, Ticket, TicketClock
from kangwei.servicedesk.queries import alert_of_the_day
from kangwei.servicedesk.queries.escalating import Escalation, responsible, suppliers_managers
from kangwei.servicedesk.queries.following import complaint_about
from kangwei.servicedesk.queries.rosters import handlers
from kangwei.servicedesk.signals import (
    ReachedShare,
    caller_acted,
    clocks_reached,
    dispatch_issued,
    ticket_assigned,
    ticket_handed_over,
)

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

FULL = 100
"""The share at which a limit has passed."""
CALLERS_ACTS = {
    "note": "补充了说明", "resume": "答复了", "close": "确认已解决", "reopen": "重新打开了工单", "rate": "作了评价",
}  # fmt: skip


@receiver(expiry_near)
def open_expiry_ticket(asset_id: int, expires_on: date, **_: Any) -> None:
    """A request on the contract that maintains what expires, one a day for each kind of asset.

    None where no contract maintains it: the due list shows it all the same.
    """
    asset, now = asset_by_id(asset_id), timezone.now()
    today = local_day(now)
    held = all_contracts().filter(code__in=contracts_of(asset), first_day__lte=today, last_day__gte=today)
    contract = held.order_by("code").first()
    if contract is None:
        return
    kind = kinds()[asset.kind].name
    ticket = alert_of_the_day(contract, f"{kind}临近到期", today) or actions.open_ticket(
        contract=contract, kind=TicketKind.REQUEST, title=f"{kind}临近到期", channel=Channel.ALERT,
        description="请在到期前更换或续期，逐项见经过。", system=asset.system, actor=WORKER, now=now,
    )  # fmt: skip
    actions.name_asset(ticket=ticket, asset=asset, actor=WORKER, now=now)
    actions.add_note(
        ticket=ticket, text=f"{asset.number} {asset.name} {expires_on} 到期", public=False, actor=WORKER, now=now
    )


@receiver(ticket_assigned)
def tell_assigned(ticket_id: int, event_id: int, by: int | None, **_: Any) -> None:
    """Whoever it was given to, but not who took it for himself."""
    ticket, now = _ticket(ticket_id), timezone.now()
    people = [person for person in handlers(ticket, now) if person.pk != by]
    given = f"派给「{ticket.team}」" if ticket.team and not ticket.assignee_id else "派给您"
    _tell(ticket, people, f"assigned-{event_id}", given, now)


@receiver(ticket_handed_over)
def tell_handed_over(ticket_id: int, by: int | None, **_: Any) -> None:
    """The managers of the supplier that it came over to: nobody there has it yet."""
    ticket = _ticket(ticket_id)
    people = [person for person in suppliers_managers(ticket.contract) if person.pk != by]
    _tell(ticket, people, f"handed-over-{ticket.pk}", "移交到本合同，尚未派单", timezone.now())


@receiver(dispatch_issued)
def tell_sent_out(dispatch_id: int, by: int | None, **_: Any) -> None:
    """Whoever was sent out, with the page to work on; not who sent himself."""
    dispatch = Dispatch.objects.select_related("engineer", "ticket").get(pk=dispatch_id)
    if dispatch.engineer_id != by:
        notify(
            people=[dispatch.engineer], key=f"dispatch-{dispatch_id}", now=timezone.now(),
            text=f"{dispatch.number} 派您上门（{dispatch.address}）：{dispatch.ticket.title}",
            link=reverse("tickets:dispatch", args=[dispatch_id]),
        )  # fmt: skip


@receiver(clocks_reached)
def tell_shares(reached: Sequence[ReachedShare], **_: Any) -> None:
    """Those whom these shares of limits concern; what the contract raised is named."""
    now = timezone.now()
    escalation = Escalation(now)
    rows = TicketClock.objects.select_related("ticket__contract", "ticket__team")
    clocks = rows.in_bulk([one.clock_id for one in reached])
    notify_all(
        news=[
            _news(clock.ticket, people, _key_of(one), _said_of(clock, one), urgent=one.share >= FULL)
            for one in reached
            if (clock := clocks.get(one.clock_id)) and (people := escalation.told_at(clock.ticket, one.share))
        ],
        now=now,
    )


def _key_of(one: ReachedShare) -> str:
    # Reopened or measured anew, a clock reaches the same share again: with another due time that is other news.
    due = f"-{one.due_at:%Y%m%d%H%M%S}" if one.due_at else ""
    return f"clock-{one.clock_id}-{one.share}{due}"


def _said_of(clock: TicketClock, one: ReachedShare) -> str:
    label = clock.get_clock_display()
    due = f"{one.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" if one.due_at else "—"
    said = f"{label}超时（截止 {due}）" if one.share >= FULL else f"{label}已用去时限的 {one.share}%，截止 {due}"
    return f"{said}，级别升为{one.upgraded_to}" if one.upgraded_to else said


@receiver(caller_acted)
def tell_callers_act(ticket_id: int, **_: Any) -> None:
    """Whose the ticket is: what its caller last did, and a complaint about it."""
    ticket, now = _ticket(ticket_id), timezone.now()
    people = responsible(ticket, now)
    if complaint := complaint_about(ticket):
        _tell(complaint, people, f"complaint-{complaint.pk}", "报告人投诉", now, urgent=True)
    event = ticket.events.filter(public=True).order_by("-pk").first()
    if event:
        _tell(ticket, people, f"caller-{event.pk}", f"报告人{CALLERS_ACTS.get(event.action, '有新消息')}", now)


def _ticket(pk: int) -> Ticket:
    return Ticket.objects.select_related("contract", "assignee", "team").get(pk=pk)


def _tell(
    ticket: Ticket, people: "Iterable[Person]", key: str, said: str, now: datetime, *, urgent: bool = False
) -> None:
    notify_all(news=[_news(ticket, people, key, said, urgent=urgent)], now=now)


def _news(ticket: Ticket, people: "Iterable[Person]", key: str, said: str, *, urgent: bool = False) -> News:
    link = reverse("tickets:detail", args=[ticket.pk])
    return News(people, key, f"{ticket.number} {said}：{ticket.title}", link, urgent)
