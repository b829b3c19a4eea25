"""One practice contract's work: every occurrence that has begun becomes at most one step, done by somebody."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from kangwei.contracts import actions as contracts
from kangwei.contracts.enums import EvidenceKind
from kangwei.contracts.queries import acceptance_names
from kangwei.core.calendars import SHANGHAI, day_start
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin
from kangwei.inspections import actions as inspections
from kangwei.inspections.enums import Trigger
from kangwei.inspections.running import template_named
from kangwei.simulation.crew import Crew
from kangwei.simulation.papers import practice_paper
from kangwei.simulation.probing import practice_probe
from kangwei.simulation.story import Fate, decide, dice_for, done_at, moment

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract, Occurrence
    from kangwei.inspections.models import Target

FREQUENT = 30
"""A duty owed more often than this for one target is kept in weekly ledgers instead of one document each time."""
TARGETS_A_DUTY = 20
OUTAGE = timedelta(days=4)
LOOSE_SHARE = 0.3
NOTE = "练习数据"


@dataclass(frozen=True, order=True)
class Step:
    """Something that somebody does at a moment; steps sort by time, then by key."""

    at: datetime
    key: str
    do: Callable[[], None] = field(compare=False)


class ContractWork:
    """The steps of one contract, all drawn beforehand, so that all contracts' steps can be done in order of time."""

    def __init__(self, contract: "Contract", crew: Crew, seed: int, now: datetime) -> None:
        self.contract, self.crew, self._seed, self._now = contract, crew, seed, now
        self._begun = list(contract.occurrences.filter(starts_at__lte=now).select_related("clause").order_by("key"))
        self._times = Counter((row.clause_id, row.target) for row in self._begun)
        self._targets: dict[tuple[int, str], Target] = {}
        self._ledgers: dict[tuple[int, str, str], tuple[int, str]] = {}
        self._outage: tuple[int, datetime] | None = None
        self.runs = 0

    def register_targets(self, at: datetime) -> None:
        """Targets for inspections that come back: all slots of rare ones, one slot of those owed every day."""
        slots = {(row.clause_id, row.target): row.clause for row in self._begun if self._is_inspection(row)}
        taken: Counter[int] = Counter()
        for (clause_id, slot), clause in slots.items():
            times = self._times[clause_id, slot]
            if times < 3 or taken[clause_id] >= (1 if times > FREQUENT else TARGETS_A_DUTY):
                continue
            taken[clause_id] += 1
            duty, number = str(clause.data["id"]), f"{len(self._targets) + 1:02d}"
            database = duty.startswith(("db", "database"))
            self._targets[clause_id, slot] = inspections.save_target(
                contract=self.contract, name=f"练习-{number} {slot or clause.title}",
                template="postgresql-monthly" if database else "http-service",
                address=_address(database, self.contract.code, number), duty=duty, slot=slot,
                actor=self.crew.project_manager, now=at,
            )  # fmt: skip
        self._plan_outage(at)

    def _plan_outage(self, started: datetime) -> None:
        """The most inspected target does not answer for some days."""
        if self._targets:
            target = self._targets[max(self._targets, key=lambda key: (self._times[key], key))]
            dice = dice_for(self._seed, self.contract.code, "outage")
            self._outage = (target.pk, started + (self._now - started) * dice.uniform(0.3, 0.8))

    def steps(self, besides: Collection[int] = ()) -> Iterator[Step]:
        """What is done, in no order, `besides` the occurrences of these keys: others see to them."""
        for row in self._begun:
            if row.pk in besides:
                continue
            dice = dice_for(self._seed, self.contract.code, row.key)
            fate = decide(dice, due=row.due_at, now=self._now, frequent=self._is_frequent(row))
            if fate is Fate.MISSING:
                continue
            at = done_at(dice, fate, start=row.starts_at, due=row.due_at, now=self._now)
            yield Step(at, row.key, self._doing(row, fate, at))
        yield from self._loose_documents()

    def _loose_documents(self) -> Iterator[Step]:
        """Documents of the acceptance list that no duty produces: some are there before the term's end."""
        produced = {name for row in self._begun for name in row.clause.data.get("produces", [])}
        for name in acceptance_names(self.contract):
            dice = dice_for(self._seed, self.contract.code, "document", name)
            if name not in produced and dice.random() < LOOSE_SHARE:
                at = moment(dice, day_start(self.contract.first_day), self._now)
                yield Step(at, f"document|{name}", partial(self._upload, None, name, name, at))

    def _doing(self, row: "Occurrence", fate: Fate, at: datetime) -> Callable[[], None]:
        if fate is Fate.WAIVED:
            return partial(self._waive, row, at)
        if (row.clause_id, row.target) in self._targets:
            return partial(self._inspect, row, at)
        if row.required_evidence == EvidenceKind.RECORD:
            return partial(self._record, row, at)
        if self._is_frequent(row):
            return partial(self._enter, row, at)
        return partial(self._hand_in, row, at)

    def _waive(self, row: "Occurrence", at: datetime) -> None:
        contracts.waive_occurrence(occurrence=row, reason="甲方同意本期不做（练习）", actor=self.crew.manager, now=at)

    def _inspect(self, row: "Occurrence", at: datetime) -> None:
        target = self._targets[row.clause_id, row.target]
        dice = dice_for(self._seed, self.contract.code, "probe", row.key)
        probe = practice_probe(template_named(target.template).probe, reachable=self._reachable(target, at), dice=dice)
        run = inspections.request_run(
            target=target, occurrence=row, trigger=Trigger.SCREEN, actor=self.crew.engineer, now=at
        )
        inspections.perform_run(run_id=run.pk, actor=self.crew.engineer, now=at, probe=probe)
        self.runs += 1

    def _reachable(self, target: "Target", at: datetime) -> bool:
        if self._outage is None or self._outage[0] != target.pk:
            return True
        return not self._outage[1] <= at < self._outage[1] + OUTAGE

    def _record(self, row: "Occurrence", at: datetime) -> None:
        contracts.record_evidence(
            contract=self.contract, occurrence=row, kind=EvidenceKind.RECORD, reference=f"practice:{row.key}",
            note=NOTE, actor=self.crew.engineer, now=at,
        )  # fmt: skip

    def _enter(self, row: "Occurrence", at: datetime) -> None:
        """Evidence by the ledger of the week, which is archived when it is first needed."""
        year, week, _ = row.starts_at.astimezone(SHANGHAI).isocalendar()
        place = (row.clause_id, row.target, f"{year}年第{week}周")
        if place not in self._ledgers:
            title = " ".join(part for part in (row.clause.title, row.target, place[2], "登记表") if part)
            document = documents.archive(
                title=title, kind="uploaded", file_name="登记表.docx", origin=Origin.UPLOADED, practice=True,
                content=practice_paper(title, [f"{place[2]}逐次登记，首次登记于{row.label}。"], moment=at),
                actor=self.crew.engineer, now=at,
            )  # fmt: skip
            self._ledgers[place] = (document.pk, document.number)
        document_id, number = self._ledgers[place]
        contracts.record_evidence(
            contract=self.contract, occurrence=row, kind=EvidenceKind.DOCUMENT, reference=f"document:{number}",
            document_id=document_id, note=NOTE, actor=self.crew.engineer, now=at,
        )  # fmt: skip

    def _hand_in(self, row: "Occurrence", at: datetime) -> None:
        """One document for each name that the duty produces."""
        for name in row.clause.data.get("produces", []) or [""]:
            self._upload(row, name, name or row.clause.title, at)

    def _upload(self, row: "Occurrence | None", deliverable: str, title: str, at: datetime) -> None:
        lines = [f"对象：{row.target}" if row and row.target else "", f"期次：{row.label}" if row else ""]
        content = practice_paper(title, [line for line in lines if line], moment=at)
        contracts.upload_evidence(
            contract=self.contract, occurrence=row, deliverable=deliverable, file_name=f"{title}.docx",
            content=content, note=NOTE, actor=self.crew.clerk, now=at,
        )  # fmt: skip

    def _is_inspection(self, row: "Occurrence") -> bool:
        return row.clause.data["activity"] == "inspection" and row.required_evidence == EvidenceKind.INSPECTION

    def _is_frequent(self, row: "Occurrence") -> bool:
        return self._times[row.clause_id, row.target] > FREQUENT


def _address(database: bool, code: str, number: str) -> str:
    """An address under .invalid, which RFC 2606 keeps from ever being one."""
    if database:
        return f"postgresql://inspector@db-{number}.{code}.invalid/practice"
    return f"https://web-{number}.{code}.invalid/"
