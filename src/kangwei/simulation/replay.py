"""Months of practice work, from empty to the present moment, in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.contracts import queries as contracts
from kangwei.contracts.actions import load_contract_file
from kangwei.core.calendars import bundled_calendar, day_start, local_day
from kangwei.inspections import actions as inspections
from kangwei.inspections import queries as inspections_read
from kangwei.inspections.enums import FindingState
from kangwei.servicedesk.queries import tickets
from kangwei.simulation.copies import buyer_of, practice_copy
from kangwei.simulation.crew import Account, Registry
from kangwei.simulation.desk import Deadlines, Desk, open_desks
from kangwei.simulation.registers import fill_registers
from kangwei.simulation.work import ContractWork, Step

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

MAKER = System("练习数据生成")


@dataclass(frozen=True)
class Summary:
    """What was made: the accounts with their passwords, and counts."""

    accounts: tuple[Account, ...]
    contracts: tuple["Contract", ...]
    standings: dict[str, int]
    runs: int
    findings: int
    assets: int
    tickets: int


@transaction.atomic
def replay(
    texts: Sequence[str], *, months: int, seed: int, now: datetime, progress: Callable[[int, int], None]
) -> Summary:
    """Practice copies of these contract files, and the work on them since the first of the month `months` ago.

    All or nothing; the same texts, seed and `now` tell the same story, passwords apart. `progress` gets the number of
    steps done and their total. ActionError where practice data is there already.
    """
    _require_none()
    now = now.replace(microsecond=0)
    first_day = _months_before(local_day(now), months)
    at = day_start(first_day)
    registry = Registry(MAKER, at)
    buyers = list(dict.fromkeys(buyer_of(text) for text in texts))
    works = []
    for number, text in enumerate(texts, 1):
        buyer, supplier = f"练习甲方{buyers.index(buyer_of(text)) + 1}", f"练习乙方{number}"
        crew = registry.crew(number, buyer, supplier)
        contract = _load(practice_copy(text, buyer=buyer, first_day=first_day), supplier, at)
        works.append(ContractWork(contract, crew, seed, now))
    buyers_people = {work.contract.code: work.crew.manager for work in works}
    assets = fill_registers([work.contract for work in works], buyers_people, seed=seed, at=at, now=now)
    for work in works:
        work.register_targets(at)
    deadlines = Deadlines()
    desks = [Desk(work.contract, work.crew, seed, now, deadlines) for work in works]
    open_desks(desks, actor=MAKER, at=at, now=now)
    steps = [step for work, desk in zip(works, desks, strict=True) for step in _steps(work, desk)]
    _do_all(sorted(steps), deadlines, progress)
    deadlines.settle(now)
    findings = sum(_close_some_findings(work, now) for work in works)
    return Summary(
        accounts=tuple(registry.accounts),
        contracts=tuple(work.contract for work in works),
        standings=_standings([work.contract for work in works], now),
        runs=sum(work.runs for work in works),
        findings=findings,
        assets=assets,
        tickets=sum(tickets(work.crew.engineer).count() for work in works),
    )


def _require_none() -> None:
    there = contracts.all_contracts().filter(practice=True).values_list("code", flat=True)
    if there:
        raise ActionError(f"练习数据已存在（{'、'.join(there)}），不再生成")


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before a day's."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _load(text: str, supplier: str, at: datetime) -> "Contract":
    return load_contract_file(
        text=text, file="练习副本.yaml", calendar=bundled_calendar(), supplier=supplier, practice=True, actor=MAKER,
        now=at,
    ).contract  # fmt: skip


def _steps(work: ContractWork, desk: Desk) -> Iterator[Step]:
    """Everything that is done for one contract; its month reports are the desk's, who has the numbers."""
    yield from work.steps(besides={row.pk for row in desk.month_reports()})
    yield from desk.steps()


def _do_all(steps: Sequence[Step], deadlines: Deadlines, progress: Callable[[int, int], None]) -> None:
    for number, step in enumerate(steps, 1):
        deadlines.settle(step.at)
        step.do()
        progress(number, len(steps))


def _close_some_findings(work: ContractWork, now: datetime) -> int:
    """Every other open finding is dealt with by the engineer; how many findings the contract ever had."""
    found = inspections_read.findings(work.crew.engineer).order_by("pk")
    for finding in list(found.filter(state=FindingState.OPEN))[::2]:
        inspections.resolve_finding(finding=finding, note="已处理（练习）", actor=work.crew.engineer, now=now)
    return found.count()


def _standings(rows: Sequence["Contract"], now: datetime) -> dict[str, int]:
    """How the occurrences whose window has begun stand, over all contracts."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update(contracts.standing_counts(row.occurrences.filter(starts_at__lte=now), now))
    return dict(total)
