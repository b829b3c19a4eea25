"""Taking over incidents from the log of another desk, chunk by chunk.

What comes in is history: no signal is sent, nobody is told, and the term of the contract is not asked about, which
limits what new work is accepted. People of the other desk stay texts; they are no accounts here.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from kangwei.accounts.queries import institutions
from kangwei.assets.queries import systems_by_name
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.core.clocks import Event
from kangwei.core.histories import Happening, History
from kangwei.servicedesk.actions.clocks import nearest
from kangwei.servicedesk.actions.past_clocks import clocks_of
from kangwei.servicedesk.actions.tickets import index
from kangwei.servicedesk.enums import Clock, TicketKind
from kangwei.servicedesk.models import ClockEvent, Pause, Ticket, TicketClock, TicketEvent
from kangwei.servicedesk.queries.measuring import Levels

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution
    from kangwei.assets.models import Asset
    from kangwei.contracts.models import Contract

UNSAID = "未写明"
TURNS = {
    "respond": "响应", "pause": "暂停", "resume": "恢复计时", "solve": "解决", "reopen": "重新打开", "close": "办结",
    "cancel": "撤销", "": "更新",
}  # fmt: skip
CHANGES = {"state": "状态", "severity": "级别", "group": "组", "person": "处理人"}
ROWS = 2_000
SOLVING = (Clock.RESTORE, Clock.RESOLVE)


@dataclass(frozen=True)
class Source:
    """The file that histories were read from."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Known:
    """What names and levels of a contract are looked up in, read once for a whole import."""

    contract: "Contract"
    levels: Levels
    institutions: dict[str, "Institution"]
    systems: dict[str, "Asset"]

    @classmethod
    def of(cls, contract: "Contract") -> "Known":
        """Read it. Of systems with one name the one in use counts."""
        return cls(
            contract,
            Levels(contract),
            {row.name: row for row in institutions()},
            {row.name: row for row in systems_by_name(contract.buyer)},
        )


@dataclass
class TakenOver:
    """What came of histories: tickets `added`, `present` already; clocks that were kept and not, by their kind.

    `unmeasured` are tickets for which the contract has no limit, `agreed` and `differed` count those of which both the
    source and our clocks say whether they were solved in time.
    """

    added: int = 0
    present: int = 0
    unmeasured: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    breached: Counter[str] = field(default_factory=Counter)
    agreed: int = 0
    differed: int = 0

    def __iadd__(self, other: "TakenOver") -> "TakenOver":
        self.added += other.added
        self.present += other.present
        self.unmeasured += other.unmeasured
        self.kept += other.kept
        self.breached += other.breached
        self.agreed += other.agreed
        self.differed += other.differed
        return self


@dataclass(frozen=True)
class _Past:
    """A ticket that is not stored yet, with all that belongs to it."""

    history: History
    ticket: Ticket
    clocks: list[tuple[TicketClock, list[Event]]]


def take_over(
    *, known: Known, histories: Sequence[History], source: Source, actor: Actor, now: datetime
) -> TakenOver:  # fmt: skip
    """Enter these incidents as tickets, all or none; those that the contract has already are left as they are.

    ActionError where somebody else takes the same ones over at the same time.
    """
    try:
        return _take_over(known, histories, source, actor, now)
    except IntegrityError as error:
        if not Ticket.objects.filter(contract=known.contract, external__in=_numbers(histories)).exists():
            raise
        raise ActionError("另一个导入正在写入同样的事件，请待其结束后再运行一次") from error


@transaction.atomic
def finish_import(
    *, contract: "Contract", source: Source, counts: dict[str, int], actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Write down that an import went through to its end, and what came of it."""
    audit.append(
        actor=actor, action="servicedesk.finish_import", subject=("contract", contract.code),
        data={"file": source.file, "sha256": source.sha256} | counts, now=now,
    )  # fmt: skip


@transaction.atomic
def _take_over(
    known: Known, histories: Sequence[History], source: Source, actor: Actor, now: datetime
) -> TakenOver:  # fmt: skip
    there = Ticket.objects.filter(contract=known.contract, external__in=_numbers(histories))
    present = set(there.values_list("external", flat=True))
    fresh = [_past(known, history, now) for history in histories if history.number not in present]
    if fresh:
        series = _number([past.ticket for past in fresh])
        _store(fresh, source)
        audit.append(
            actor=actor, action="servicedesk.take_over", subject=("contract", known.contract.code),
            data={"file": source.file, "sha256": source.sha256, "tickets": len(fresh), "numbers": series}, now=now,
        )  # fmt: skip
    return _counted(fresh, len(present))


def _numbers(histories: Sequence[History]) -> list[str]:
    return [history.number for history in histories]


def _past(known: Known, history: History, now: datetime) -> _Past:
    institution = known.institutions.get(history.institution)
    region = institution.region if institution else None
    ticket = Ticket(
        kind=TicketKind.INCIDENT, title=history.title, description=_described(history), channel=history.channel,
        contract=known.contract, system=known.systems.get(history.system), institution=institution,
        caller=history.caller, place=region.place if region else "",
        severity=history.severities[-1][1] if history.severities else "", state=history.state,
        paused_for=history.waits_for, external=history.number, occurred_at=history.opened_at,
        opened_at=history.opened_at, opened_by=history.opened_by or UNSAID, responded_at=history.responded_at,
        solved_at=history.solved_at, closed_at=history.closed_at, reopened=history.reopened,
        practice=known.contract.practice, updated_at=now,
    )  # fmt: skip
    clocks = clocks_of(ticket, history, known.levels, now)
    nearest(ticket, (clock for clock, _ in clocks))
    return _Past(history, ticket, clocks)


def _described(history: History) -> str:
    return "\n".join(f"{label}：{text}" for label, text in history.details)


def _number(tickets: Sequence[Ticket]) -> dict[str, list[int]]:
    """Give the tickets the next numbers of the months in which they were opened; month → first and last."""
    by_month: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_month[f"{ticket.opened_at.astimezone(SHANGHAI):%Y%m}"].append(ticket)
    given = {}
    for month, mine in sorted(by_month.items()):
        series = numbers.next_numbers(f"ticket:{month}", len(mine))
        for ticket, number in zip(mine, series, strict=True):
            ticket.number = f"GD-{month}-{number:06d}"
        given[month] = [series[0], series[-1]]
    return given


def _store(fresh: Sequence[_Past], source: Source) -> None:
    Ticket.objects.bulk_create([past.ticket for past in fresh], batch_size=ROWS)
    index([past.ticket for past in fresh])
    Pause.objects.bulk_create([row for past in fresh for row in _pauses(past)], batch_size=ROWS)
    clocks = [pair for past in fresh for pair in past.clocks]
    TicketClock.objects.bulk_create([clock for clock, _ in clocks], batch_size=ROWS)
    ClockEvent.objects.bulk_create(
        [
            ClockEvent(clock=clock, kind=one.kind, at=one.at, reason=one.reason)
            for clock, events in clocks
            for one in events
        ],
        batch_size=ROWS,
    )
    TicketEvent.objects.bulk_create([row for past in fresh for row in _events(past, source)], batch_size=ROWS)


def _pauses(past: _Past) -> list[Pause]:
    found: list[Pause] = []
    for move in past.history.moves:
        if move.kind == "pause":
            found.append(Pause(ticket=past.ticket, reason=move.reason, started_at=move.at))
        elif move.kind == "resume":
            found[-1].ended_at = move.at
    # The source changed its mind within the same minute: nobody waited.
    return [pause for pause in found if pause.started_at != pause.ended_at]


def _events(past: _Past, source: Source) -> list[TicketEvent]:
    history, ticket = past.history, past.ticket
    opened = TicketEvent(
        ticket=ticket, at=history.opened_at, by=ticket.opened_by, action="open", label="受理",
        text=f"由 {source.file} 导入，原编号 {history.number}", data={"line": history.line},
    )  # fmt: skip
    rows = [_event(ticket, happening) for happening in history.happenings]
    if history.made_sla is not None:
        rows[-1].data["made_sla"] = history.made_sla
    return [opened, *rows]


def _event(ticket: Ticket, happening: Happening) -> TicketEvent:
    said = [
        f"{CHANGES[change.name]} {f'{change.before} → ' if change.before else ''}{change.after or '无'}"
        for change in happening.changes
    ]
    if happening.unknown:
        said.append(f"来源的状态「{happening.unknown}」没有对应，按前一状态计")
    data: dict[str, Any] = {"line": happening.line} | {change.name: change.after for change in happening.changes}
    return TicketEvent(
        ticket=ticket, at=happening.at, by=happening.by or UNSAID, action=happening.turn or "update",
        label=TURNS[happening.turn], text="；".join(said), data=data,
    )  # fmt: skip


def _counted(fresh: Sequence[_Past], present: int) -> TakenOver:
    counts = TakenOver(added=len(fresh), present=present)
    for past in fresh:
        counts.unmeasured += not past.clocks
        judged = [clock for clock, _ in past.clocks if clock.met is not None]
        counts.kept.update(clock.clock for clock in judged if clock.met)
        counts.breached.update(clock.clock for clock in judged if not clock.met)
        # What the source means by its limit is the solving.
        ends = [clock.met for clock in judged if clock.clock in SOLVING]
        if ends and past.history.made_sla is not None:
            counts.agreed += all(ends) == past.history.made_sla
            counts.differed += all(ends) != past.history.made_sla
    return counts
