"""Opening a ticket and taking it through its life."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.accounts.queries import person_behind
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.actions import sheets
from kangwei.servicedesk.actions.asking import Given, NamedFile, check
from kangwei.servicedesk.actions.clocks import Clocks, store
from kangwei.servicedesk.actions.externals import named_once
from kangwei.servicedesk.actions.files import attach_given
from kangwei.servicedesk.actions.notes import note
from kangwei.servicedesk.actions.telling import tell
from kangwei.servicedesk.enums import (
    CALLERS_KINDS,
    CLOSED_STATES,
    Bond,
    Channel,
    FileRole,
    Method,
    PauseReason,
    SolvedHow,
    TicketKind,
    TicketState,
    Tier,
)
from kangwei.servicedesk.lifecycles import Step, step_of, steps_from
from kangwei.servicedesk.models import Pause, Team, Ticket, TicketEvent
from kangwei.servicedesk.queries import TICKET_WORDS, staff_of
from kangwei.servicedesk.queries.measuring import Levels
from kangwei.servicedesk.signals import ticket_assigned

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution, Person
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

LONGEST_CAUSE = 300
REOPENS = ("restore", "resolve", "close")
"""The clocks that go on when a ticket is opened again."""
FACTS = ("system", "severity", "place", "caller_kind", "method", "tier")
FACT_LABELS = {
    "system": "系统", "severity": "级别", "place": "地域", "caller_kind": "来电方", "method": "方式",
    "tier": "支持层级",
}  # fmt: skip


@transaction.atomic
def open_ticket(
    *, contract: "Contract", kind: TicketKind, title: str, channel: Channel, actor: Actor, now: datetime,
    description: str = "", system: "Asset | None" = None, institution: "Institution | None" = None, caller: str = "",
    phone: str = "", caller_kind: str = "", place: str = "", severity: str = "", method: Method = Method.REMOTE,
    occurred_at: datetime | None = None, source: Ticket | None = None, bond: Bond | None = None,
    external: str = "",
) -> Ticket:  # fmt: skip
    """Enter a ticket; its number is the next of the month and its clocks start.

    `source` is the ticket that it came from, by this `bond`; `external` its name in the system that it came from.

    ActionError for a contract that has ended, an occurrence after the opening, a system of another party, an
    `external` that the contract has already.
    """
    if not title.strip():
        raise ActionError("请填写标题", field="title")
    today = now.astimezone(SHANGHAI).date()
    if today > contract.last_day:
        raise ActionError(f"合同已于 {contract.last_day} 到期，不能再受理工单", field="contract")
    if occurred_at and occurred_at > now:
        raise ActionError("发生时间晚于受理时间", field="occurred_at")
    if system and system.owner_id != contract.buyer_id:
        raise ActionError(f"「{system}」不属于该合同的甲方", field="system")
    ticket = Ticket(
        number=_next_number(now), kind=kind, title=title.strip(), description=description, channel=channel,
        contract=contract, system=system, institution=institution, caller=caller, phone=phone, caller_kind=caller_kind,
        place=place, severity=severity, method=method, occurred_at=occurred_at or now, opened_at=now,
        opened_by=actor.audit_name, practice=contract.practice, updated_at=now, source=source, bond=bond or "",
        external=external,
    )  # fmt: skip
    clocks = Clocks(ticket)
    clocks.choose(Levels(contract), now)
    with named_once(contract, external):
        ticket.save()
    store([clocks])
    index([ticket])
    note(ticket, "open", "受理", actor, now, text=description, public=True)
    audit.append(
        actor=actor, action="servicedesk.open", subject=("ticket", ticket.number),
        data={"kind": kind, "contract": contract.code, "title": ticket.title}, now=now,
    )  # fmt: skip
    return ticket


@transaction.atomic
def take_step(
    *, ticket: Ticket, step: str, texts: Mapping[str, str], actor: Actor, now: datetime, at: datetime | None = None,
    details: Mapping[str, Any] | None = None, moments: Mapping[str, datetime] | None = None,
    files: Mapping[FileRole, NamedFile] | None = None, solved_how: SolvedHow | None = None, cause: str = "",
) -> Ticket:  # fmt: skip
    """Take a step of the ticket's life with what it asks for; `at` is when it was done, where that lies before `now`.

    `details` are kept beside the texts as JSON data, such as the answer to each point of an assessment. `files` are
    laid with the ticket; the sheet that records the work is made where the step ends it. `solved_how` and `cause` are
    kept where the step `asks_how`; the cause is for the desk, not for the caller. A ticket that nobody has becomes
    that of whoever of the contract's parties solves it.

    ActionError for a step that the ticket cannot take as it stands, a time before what happened, and whatever
    `asking.check` misses.
    """
    ticket = locked(ticket)
    found = step_of(TicketKind(ticket.kind), step)
    if found is None or ticket.state not in found.sources:
        possible = "、".join(item.label for item in steps_from(TicketKind(ticket.kind), TicketState(ticket.state)))
        raise ActionError(f"工单现为{ticket.get_state_display()}，可做的是：{possible or '无'}")
    done_at = at or now
    given = Given(ticket, actor, done_at, texts, moments or {}, files or {})
    check(found, given, now)
    clocks = Clocks.of(ticket)
    if found.target in (TicketState.SOLVED, TicketState.CLOSED, TicketState.CANCELLED) and ticket.paused_for:
        _end_pause(clocks, done_at)
    _move(ticket, found.target, done_at)
    if found.id == "reopen":
        clocks.happen("reopen", done_at, only=REOPENS)
        ticket.reopened += 1
    elif found.target == TicketState.CANCELLED:
        clocks.happen("void", done_at, reason="撤销")
    elif found.stops:
        clocks.happen("stop", done_at, only=[str(clock) for clock in found.stops])
    told = _tell_how(ticket, found, solved_how, cause)
    if found.target == TicketState.SOLVED:
        _had_by(ticket, actor)
        # Nobody had to come: an arrival that was not reached by then is not asked for any more.
        clocks.happen("void", done_at, only=("arrival",), reason="未到场即解决")
    clocks.start_waiting(now)
    store([clocks])
    saved(ticket, now)
    data = given.data | dict(details or {}) | told
    attach_given(ticket, given.files, actor, now)
    note(ticket, found.id, found.label, actor, done_at, data=data, text=given.said(found), public=_told(ticket))
    sheets.make_after(ticket, found.id, actor, now)
    audit.append(
        actor=actor, action="servicedesk.step", subject=("ticket", ticket.number),
        data={"step": found.id, "texts": data, "at": done_at}, now=now,
    )  # fmt: skip
    return ticket


@transaction.atomic
def assign(
    *, ticket: Ticket, assignee: "Person | None", text: str, actor: Actor, now: datetime, team: Team | None = None
) -> Ticket:
    """Give the ticket to somebody, to a team, or to both; with somebody alone it stays with its team if that is theirs.

    ActionError where it was given to others meanwhile, where it is closed, for nobody at all, for somebody of neither
    party of the contract, and for a team that is retired or of another contract.
    """
    current = locked(ticket)
    if (current.assignee_id, current.team_id) != (ticket.assignee_id, ticket.team_id):
        raise ActionError(f"工单已由「{current.assignee or current.team}」接手，请先刷新")
    require_open(current)
    if assignee is None and team is None:
        raise ActionError("请选择班组或处理人", field="team")
    if team and (team.contract_id != current.contract_id or not team.active):
        raise ActionError(f"「{team}」不是该合同在用的班组", field="team")
    if assignee and not staff_of(current.contract).filter(pk=assignee.pk).exists():
        raise ActionError(f"「{assignee}」不是该合同双方的在用人员", field="assignee")
    if assignee and not team and current.team and not current.team.members.filter(pk=assignee.pk).exists():
        current.team = None
    current.assignee, current.team = assignee, team or current.team
    saved(current, now)
    named = " ".join(str(one) for one in (team, assignee) if one)
    event = note(current, "assign", "派单", actor, now, text=f"{named}　{text}".strip())
    audit.append(
        actor=actor, action="servicedesk.assign", subject=("ticket", current.number),
        data={"assignee": assignee.username if assignee else "", "team": team.name if team else "", "text": text},
        now=now,
    )  # fmt: skip
    person = person_behind(actor)
    tell(ticket_assigned, Ticket, ticket_id=current.pk, event_id=event.pk, by=person.pk if person else None)
    return current


@transaction.atomic
def change_facts(*, ticket: Ticket, values: dict[str, Any], reason: str, actor: Actor, now: datetime) -> list[str]:
    """Correct what decides the limits: system, severity, place, caller, method, tier; what changed on the clocks.

    The clocks keep their start and their pauses. ActionError for a closed ticket, or a change without a reason.
    """
    ticket = locked(ticket)
    require_open(ticket)
    before = {name: getattr(ticket, name) for name in FACTS}
    changed = {name: value for name, value in values.items() if name in FACTS and before[name] != value}
    if not changed:
        return []
    if not reason.strip():
        raise ActionError("请写明理由", field="reason")
    for name, value in changed.items():
        setattr(ticket, name, value)
    if changed.get("tier") == Tier.SECOND:
        ticket.escalated_at = now
    if "severity" in changed:
        # Somebody says how grave it is: what was kept for a severity that was raised is measured anew by that.
        ticket.clocks.update(kept=False)
    clocks = Clocks.of(ticket)
    said = clocks.choose(Levels(ticket.contract), now)
    store([clocks])
    index([ticket])
    saved(ticket, now)
    facts = [f"{FACT_LABELS[name]} {_shown(name, before[name])} → {_shown(name, new)}" for name, new in changed.items()]
    note(ticket, "change_facts", "更正", actor, now, text="；".join([*facts, *said, reason]))
    audit.append(
        actor=actor, action="servicedesk.change_facts", subject=("ticket", ticket.number),
        data={"changes": {name: [str(before[name] or ""), str(value or "")] for name, value in changed.items()},
              "reason": reason}, now=now,
    )  # fmt: skip
    return said


def _shown(name: str, value: object) -> str:
    """A fact in the words of the screen."""
    words = {"method": Method, "tier": Tier}
    return words[name](value).label if value and name in words else str(value or "未定")


@transaction.atomic
def pause(*, ticket: Ticket, reason: PauseReason, text: str, actor: Actor, now: datetime) -> Ticket:
    """Let the ticket wait for somebody else: its clocks stand. ActionError where it waits already or is closed."""
    ticket = locked(ticket)
    require_open(ticket)
    if ticket.paused_for:
        raise ActionError(f"工单已在{ticket.get_paused_for_display()}")
    ticket.paused_for = reason
    Pause.objects.create(ticket=ticket, reason=reason, note=text, started_at=now)
    clocks = Clocks.of(ticket)
    clocks.happen("pause", now, reason=reason.label)
    store([clocks])
    saved(ticket, now)
    note(ticket, "pause", "暂停", actor, now, text=f"{reason.label}　{text}".strip(), public=reason == PauseReason.USER)
    audit.append(
        actor=actor, action="servicedesk.pause", subject=("ticket", ticket.number),
        data={"reason": reason, "text": text}, now=now,
    )  # fmt: skip
    return ticket


@transaction.atomic
def resume(*, ticket: Ticket, text: str, actor: Actor, now: datetime) -> Ticket:
    """Let the clocks go on. ActionError where the ticket does not wait."""
    ticket = locked(ticket)
    if not ticket.paused_for:
        raise ActionError("工单没有暂停")
    asked_caller = ticket.paused_for == PauseReason.USER
    clocks = Clocks.of(ticket)
    waited = _end_pause(clocks, now)
    store([clocks])
    saved(ticket, now)
    note(ticket, "resume", "恢复计时", actor, now, text=text or f"{waited}结束", public=asked_caller)
    audit.append(
        actor=actor, action="servicedesk.resume", subject=("ticket", ticket.number), data={"text": text}, now=now
    )
    return ticket


@transaction.atomic
def add_note(*, ticket: Ticket, text: str, public: bool, actor: Actor, now: datetime) -> TicketEvent:
    """Write something on the ticket, for the caller to read or for the desk alone."""
    if not text.strip():
        raise ActionError("请填写内容", field="text")
    event = note(ticket, "note", "回复" if public else "备注", actor, now, text=text.strip(), public=public)
    audit.append(
        actor=actor, action="servicedesk.note", subject=("ticket", ticket.number), data={"public": public}, now=now
    )
    return event


def _next_number(now: datetime) -> str:
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    return f"GD-{month}-{numbers.next_number(f'ticket:{month}'):06d}"


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is stored now, held until the transaction ends.

    Not its key: whoever writes a note names it at the end, holding the audit trail for which the others wait.
    """
    return (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("contract", "system", "assignee", "team")
        .get(pk=ticket.pk)
    )


def hold_open(tickets: set[int]) -> set[int]:
    """Hold those of the tickets that are open until the caller's transaction ends, in one order; their keys."""
    held = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=tickets, closed_at=None)
        .order_by("pk")
    )
    return set(held.values_list("pk", flat=True)) if tickets else set()


def require_open(ticket: Ticket) -> None:
    """ActionError for a ticket that is closed."""
    if ticket.state in CLOSED_STATES:
        raise ActionError(f"工单{ticket.get_state_display()}，不能再改")


def _move(ticket: Ticket, target: TicketState, at: datetime) -> None:
    ticket.state = target
    if ticket.responded_at is None and target not in (TicketState.NEW, TicketState.CANCELLED):
        ticket.responded_at = at
    ticket.solved_at = (
        at if target == TicketState.SOLVED else ticket.solved_at if target == TicketState.CLOSED else None
    )
    ticket.closed_at = at if target in (TicketState.CLOSED, TicketState.CANCELLED) else None


def _end_pause(clocks: Clocks, now: datetime) -> str:
    ticket = clocks.ticket
    waited = ticket.get_paused_for_display()
    ticket.paused_for = ""
    for pause in clocks.pauses:
        if pause.ended_at is None:
            pause.ended_at = now
            pause.save(update_fields=["ended_at"])
    clocks.happen("resume", now)
    return waited


def saved(ticket: Ticket, now: datetime) -> None:
    """Store a changed ticket."""
    ticket.updated_at = now
    ticket.save()


def _had_by(ticket: Ticket, actor: Actor) -> None:
    """Whoever of the contract's parties solves what nobody has, had it."""
    person, parties = person_behind(actor), (ticket.contract.supplier_id, ticket.contract.buyer_id)
    if ticket.assignee_id is None and person and person.party_id in parties:
        ticket.assignee = person


def _tell_how(ticket: Ticket, step: Step, solved_how: SolvedHow | None, cause: str) -> dict[str, str]:
    """Write down how the ticket was solved and why it came; what was said of it, as it is kept with the step."""
    if not step.asks_how:
        return {}
    if len(cause) > LONGEST_CAUSE:
        raise ActionError(f"原因最长 {LONGEST_CAUSE} 字", field="cause")
    ticket.solved_how, ticket.cause = solved_how or "", cause.strip()
    said = {"solved_how": ticket.solved_how, "cause": ticket.cause}
    return {name: text for name, text in said.items() if text}


def _told(ticket: Ticket) -> bool:
    """Whether callers may read the steps of a ticket: those of changes and repairs of data speak of the inside."""
    return ticket.kind in CALLERS_KINDS


def index(tickets: Iterable[Ticket]) -> None:
    """Make stored tickets found by their words. Part of the actions that call it."""
    TICKET_WORDS.put((ticket.pk, _words_of(ticket)) for ticket in tickets)


def _words_of(ticket: Ticket) -> str:
    texts = [
        ticket.number, ticket.external, ticket.title, ticket.description, ticket.caller, ticket.phone,
        ticket.system.name if ticket.system else "", ticket.institution.name if ticket.institution else "",
    ]  # fmt: skip
    return "\n".join(text for text in texts if text)
