"""How whoever reported a ticket follows it: the signature in the link, and the ticket's story in a caller's words."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.signing import Signer
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from kangwei.accounts.enums import Role
from kangwei.accounts.queries import people
from kangwei.core.calendars import SHANGHAI
from kangwei.documents.queries import documents, latest
from kangwei.servicedesk.enums import Bond, Channel, Clock, PauseReason, TicketState
from kangwei.servicedesk.lifecycles import LIFECYCLES
from kangwei.servicedesk.models import Attachment, Ticket, TicketEvent
from kangwei.servicedesk.queries.measuring import Shown, clocks_of
from kangwei.servicedesk.queries.rosters import handlers

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.documents.models import DocumentVersion

_SIGNER = Signer(salt="kangwei.servicedesk.follow")
_LOGIN = re.compile(r"（[^（）]*）$")
STEPS = frozenset(step.id for life in LIFECYCLES.values() for step in life)
TOLD = ("reason", "solution", "reply")
"""Texts of steps that are written for the caller; whatever else a step asks for is the staff's own."""
REPORTER = "报告人"

STATES = {
    TicketState.NEW: ("已收到", "已登记，等待工程师响应。"),
    TicketState.WORKING: ("正在处理", "工程师正在处理。"),
    TicketState.SOLVED: ("请您确认", "工程师认为已经解决，请您试一下，再在下面告诉我们结果。"),
    TicketState.CLOSED: ("已办结", "这件事已经办结。"),
    TicketState.CANCELLED: ("已撤销", "这次报修已撤销，原因见经过。"),
    TicketState.HANDED_OVER: ("已转交", "已转交其他单位处理。"),
}
INSIDE = ("正在处理", "正在按流程评估、审批和实施。")
WAITING = {
    PauseReason.USER: ("等您答复", "工程师在等您的答复，请在下面填写。"),
    PauseReason.APPROVAL: ("等待审批", "正在等待主管单位审批，期间暂停计时。"),
    PauseReason.THIRD_PARTY: ("等待第三方", "正在等待其他单位配合，期间暂停计时。"),
    PauseReason.PARTS: ("等待备件", "正在等待备件到货，期间暂停计时。"),
    PauseReason.WINDOW: ("等待维护时间", "需要在约定的维护时间处理，期间暂停计时。"),
}
PROMISES = {
    Clock.RESPONSE: "响应", Clock.ARRIVAL: "到场", Clock.RESTORE: "恢复使用", Clock.RESOLVE: "解决",
    Clock.REPLY: "答复", Clock.CLOSE: "办结",
}  # fmt: skip


def signature_of(ticket: Ticket) -> str:
    """What the link of a ticket bears, so that nobody finds the links of others by counting numbers up."""
    return _SIGNER.signature(ticket.number)


def followed(number: str, signature: str) -> Ticket | None:
    """The ticket of a link; None where the signature is not its own."""
    if not constant_time_compare(signature, _SIGNER.signature(number)):
        return None
    return Ticket.objects.filter(number=number).first()


def chain_of(ticket: Ticket) -> list[Ticket]:
    """The ticket with those that it was handed over from and to, the first one first, the one that goes on last."""
    rows = Ticket.objects.select_related("contract__supplier", "system", "institution", "team", "rating")
    found = [rows.get(pk=ticket.pk)]
    while found[0].bond == Bond.HANDED_OVER and found[0].source_id:
        found.insert(0, rows.get(pk=found[0].source_id))
    while following := rows.filter(source=found[-1], bond=Bond.HANDED_OVER).first():
        found.append(following)
    return found


def chain_for(ticket: Ticket, reader: "Person | None") -> list[Ticket]:
    """As much of chain_of as whoever opened the link may read: all of it, as the caller; where it is somebody of one of
    its suppliers, the tickets of that supplier alone, as on every other page.
    """
    chain = chain_of(ticket)
    own = [one for one in chain if reader and one.contract.supplier_id == reader.party_id]
    return own or chain


def complaint_about(ticket: Ticket) -> Ticket | None:
    """The complaint that the caller made about the ticket."""
    return complaints_about([ticket]).first()


def complaints_about(chain: list[Ticket]) -> QuerySet[Ticket]:
    """The complaints that the caller made about the tickets of a chain, about the first one first."""
    return Ticket.objects.filter(source__in=chain, bond=Bond.COMPLAINT).order_by("pk")


@dataclass(frozen=True)
class Told:
    """Something that happened, as the caller reads it; `own` where the caller did it."""

    at: datetime
    by: str
    label: str
    text: str
    own: bool


@dataclass(frozen=True)
class Promise:
    """Until when something is promised, in words; `late` where that has passed."""

    text: str
    late: bool


@dataclass(frozen=True)
class Story:
    """A ticket in the words of whoever reported it; `asked` is what the caller was asked last."""

    ticket: Ticket
    earlier: list[Ticket]
    state: str
    hint: str
    promises: list[Promise]
    told: list[Told]
    asked: str
    files: "list[tuple[Attachment, DocumentVersion]]"
    contacts: "list[Person]"


def story_of(chain: list[Ticket], now: datetime) -> Story:
    """How the last of a chain of tickets stands, and what happened to all of them, the latest first."""
    ticket = chain[-1]
    state, hint = _standing(ticket)
    rows = TicketEvent.objects.filter(ticket__in=chain, public=True).select_related("ticket").order_by("-at", "-pk")
    events = list(rows)
    return Story(
        ticket=ticket,
        earlier=chain[:-1],
        state=state,
        hint=hint,
        promises=[promise for shown in clocks_of(ticket, now) if (promise := _promise(shown, now))],
        # That it goes on says the caller's own answer.
        told=[told for event in events if not ((told := _told(event)).own and event.action == "resume")],
        asked=next((_told(event).text for event in events if event.action == "pause"), ""),
        files=public_files(chain),
        contacts=_contacts(ticket, now),
    )


def public_files(chain: list[Ticket]) -> "list[tuple[Attachment, DocumentVersion]]":
    """The files that the caller may open, each in its latest version, in two queries or three."""
    found = list(Attachment.objects.filter(ticket__in=chain, public=True).select_related("ticket"))
    by_id = {document.pk: document for document in documents([file.document_id for file in found])}
    return [(file, latest(by_id[file.document_id])) for file in found]


def moment_in_words(at: datetime, now: datetime) -> str:
    """`今天 10:30`, `明天 10:30` or `11月30日 10:30` in Shanghai, with the year where it is another."""
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天"}.get(days, f"{local.month}月{local.day}日")
    year = f"{local.year}年" if local.year != today.year and days not in (0, 1) else ""
    return f"{year}{day} {local:%H:%M}"


def _standing(ticket: Ticket) -> tuple[str, str]:
    if ticket.paused_for:
        return WAITING[PauseReason(ticket.paused_for)]
    return STATES.get(TicketState(ticket.state), INSIDE)


def _promise(shown: Shown, now: datetime) -> Promise | None:
    """None for a clock that does not run: what it says is no promise."""
    if shown.clock.phase != "running" or shown.state.due_at is None:
        return None
    what, when = PROMISES[Clock(shown.clock.clock)], moment_in_words(shown.state.due_at, now)
    if shown.late is not None:
        return Promise(f"原定{when}前{what}，已超时", late=True)
    return Promise(f"预计{when}前{what}{'（日期为估计）' if shown.clock.estimated else ''}", late=False)


def _told(event: TicketEvent) -> Told:
    own = event.by.split(" ")[0] == REPORTER
    by = event.by if own else _LOGIN.sub("", event.by)
    label, text = event.label, event.text
    if event.action == "open":
        # What the desk wrote down of a call is meant for the desk; what the caller typed is the caller's own. Handed
        # over, it stands with the first ticket.
        typed = event.ticket.channel == Channel.PORTAL and event.ticket.bond != Bond.HANDED_OVER
        text = text if typed else ""
    elif event.action == "pause":
        label, text = "请您答复", text.removeprefix(PauseReason.USER.label).strip()
    elif event.action == "resume":
        label, text = "继续处理", ""
    elif event.action in STEPS:
        text = "\n".join(event.data[name] for name in TOLD if event.data.get(name))
    return Told(event.at, by, label, text, own)


def _contacts(ticket: Ticket, now: datetime) -> "list[Person]":
    """Whom to call: whose the ticket is, else the supplier's project managers.

    People without a number are left out, so nobody may be left.
    """
    if found := [person for person in handlers(ticket, now) if person.phone]:
        return found
    reachable = people().filter(is_active=True).exclude(phone="")
    return list(reachable.filter(party=ticket.contract.supplier_id, roles__role=Role.PROJECT_MANAGER).distinct())
