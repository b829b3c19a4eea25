"""Reads of targets, runs and findings, and how the contract's inspections are covered."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import contract_scope, prefixed
from kangwei.contracts import queries as contracts
from kangwei.contracts.enums import OccurrenceState
from kangwei.core.calendars import day_start
from kangwei.inspections.enums import FindingState, RunState
from kangwei.inspections.models import Finding, Run, Target

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Clause, Contract, Occurrence


def targets(person: "Person") -> QuerySet[Target]:
    """The targets of the contracts a person may see."""
    return Target.objects.filter(prefixed(contract_scope(person), "contract")).select_related("contract")


def runs(person: "Person") -> QuerySet[Run]:
    """The runs of the contracts a person may see, newest first."""
    return Run.objects.filter(prefixed(contract_scope(person), "target__contract")).select_related(
        "target__contract", "occurrence__clause"
    )


def findings(person: "Person") -> QuerySet[Finding]:
    """The findings of the contracts a person may see, newest first."""
    return Finding.objects.filter(prefixed(contract_scope(person), "target__contract")).select_related(
        "target__contract", "run", "last_run", "ticket"
    )


def run(pk: int) -> Run:
    """One run with its target and contract, for jobs and the command line."""
    return Run.objects.select_related("target__contract", "occurrence__clause").get(pk=pk)


def search_runs(found: QuerySet[Run], text: str) -> QuerySet[Run]:
    """Those whose number, target, contract or requester holds the text."""
    return found.filter(
        Q(number__icontains=text) | Q(target__name__icontains=text) | Q(target__slot__icontains=text)
        | Q(target__contract__title__icontains=text) | Q(requested_by__icontains=text)
    )  # fmt: skip


def search_findings(found: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """Those whose title, text or target holds the text."""
    return found.filter(Q(title__icontains=text) | Q(text__icontains=text) | Q(target__name__icontains=text))


def in_month(found: QuerySet[Run], first: date) -> QuerySet[Run]:
    """The runs asked for in the month that begins on `first` (Asia/Shanghai)."""
    following = (first + timedelta(days=32)).replace(day=1)
    return found.filter(requested_at__gte=day_start(first), requested_at__lt=day_start(following))


def findings_standing(run: Run) -> QuerySet[Finding]:
    """What was wrong with the target when the run ended, and what that run found well again."""
    not_before = Q(resolved_at=None) | Q(resolved_at__gte=run.finished_at)
    found = Finding.objects.filter(not_before, target=run.target_id, opened_at__lte=run.finished_at)
    return found.select_related("run", "last_run", "ticket")


def finding_counts(found: QuerySet[Finding]) -> dict[str, int]:
    """How many findings are in which state, every state present."""
    counted = found.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(FindingState.values, 0) | dict(counted)


def may_measure_this_server(person: "Person") -> bool:
    """Whether the person may point a target at the server that Kangwei runs on: not for a supplier."""
    return person.party.kind != PartyKind.SUPPLIER


def inspection_duties(contract: "Contract") -> list["Clause"]:
    """The contract's duties of inspection in force, in the file's order."""
    return list(contract.clauses.filter(section="duty", active=True, data__activity="inspection"))


def duty_clause(target: Target) -> "Clause | None":
    """The duty that a target covers; None where it covers none or the contract dropped it."""
    if not target.duty:
        return None
    return target.contract.clauses.filter(active=True, key=f"duty:{target.duty}").first()


def newest_open_occurrence(target: Target, now: datetime) -> "Occurrence | None":
    """What an inspection of the target at `now` fulfils: the newest occurrence whose window has begun, if it is open.

    Never an older one: an inspection today says nothing about an earlier month, so making that up is somebody's choice
    (`missed_occurrences`).
    """
    if not target.duty:
        return None
    begun = _occurrences(target).filter(starts_at__lte=now).order_by("-due_at")
    newest = begun.first()
    return newest if newest and newest.state == OccurrenceState.OPEN else None


def missed_occurrences(target: Target, now: datetime) -> QuerySet["Occurrence"]:
    """Open occurrences of the target that are past due, latest first."""
    if not target.duty:
        return target.contract.occurrences.none()
    return _occurrences(target).filter(state=OccurrenceState.OPEN, due_at__lt=now).order_by("-due_at")


def _occurrences(target: Target) -> QuerySet["Occurrence"]:
    return target.contract.occurrences.filter(
        clause__key=f"duty:{target.duty}", clause__active=True, target=target.slot
    ).select_related("clause", "contract")


@dataclass
class Coverage:
    """One thing that a contract wants inspected, what covers it, and how it stands.

    `start` and `due` are those of the newest occurrence whose window has begun, None before the first; `is_open` says
    whether it is still owed; `missed` counts all that are past due.
    """

    slot: str
    duty: "Clause | None" = None
    target: Target | None = None
    last_run: Run | None = None
    start: datetime | None = None
    due: datetime | None = None
    is_open: bool = False
    missed: int = 0

    @property
    def key(self) -> str:
        """How a form names the pair of duty and slot; "" for none."""
        return coverage_key(self.duty.data["id"], self.slot) if self.duty else ""


def coverage_key(duty: str, slot: str) -> str:
    """Duty and slot as one form value."""
    return f"{duty}|{slot}" if duty else ""


def owed_keys(contract: "Contract") -> set[str]:
    """The coverage keys of everything that the contract wants inspected."""
    duties = {duty.pk: duty.data["id"] for duty in inspection_duties(contract)}
    found = contract.occurrences.filter(clause__in=duties).order_by().values_list("clause_id", "target").distinct()
    slots = {(duties[clause_id], slot) for clause_id, slot in found}
    undated = set(duties.values()) - {duty for duty, _ in slots}
    return {coverage_key(duty, slot) for duty, slot in slots} | {coverage_key(duty, "") for duty in undated}


def coverage(contract: "Contract", now: datetime) -> list[Coverage]:
    """Every duty of inspection by slot, then the targets that no duty asks for; in four queries."""
    duties = {duty.pk: duty for duty in inspection_duties(contract)}
    rows = {(duty.data["id"], slot): row for duty, slot, row in _owed(contract, duties, now)}
    extra = []
    for target in _with_last_run(Target.objects.filter(contract=contract, active=True)):
        row = rows.get((target.duty, target.slot))
        if row is None:
            extra.append(row := Coverage(target.slot))
        row.target, row.last_run = target, target.last_run
    return [*rows.values(), *extra]


def _owed(contract: "Contract", duties: dict[int, "Clause"], now: datetime) -> Iterable[tuple["Clause", str, Coverage]]:
    begun, is_open = Q(starts_at__lte=now), Q(state=OccurrenceState.OPEN)
    found = (
        contract.occurrences.filter(clause__in=duties)
        .values("clause_id", "target")
        .annotate(
            start=Max("starts_at", filter=begun), due=Max("due_at", filter=begun),
            open_due=Max("due_at", filter=begun & is_open), missed=Count("pk", filter=is_open & Q(due_at__lt=now)),
        )
        .order_by("clause__position", "target")
    )  # fmt: skip
    seen = set()
    for row in found:
        duty = duties[row["clause_id"]]
        seen.add(duty.pk)
        is_owed = row["open_due"] is not None and row["open_due"] == row["due"]
        yield duty, row["target"], Coverage(
            row["target"], duty, start=row["start"], due=row["due"], is_open=is_owed, missed=row["missed"]
        )  # fmt: skip
    # A duty on an event has no dates, yet a target may stand ready for it.
    yield from ((duty, "", Coverage("", duty)) for pk, duty in duties.items() if pk not in seen)


def _with_last_run(found: QuerySet[Target]) -> list[Any]:
    """The targets, each with `last_run` (a Run or None), in two queries."""
    newest = Run.objects.filter(target=OuterRef("pk")).order_by("-requested_at", "-id").values("pk")[:1]
    rows: list[Any] = list(found.annotate(last_run_id=Subquery(newest)).select_related("contract"))
    by_id = Run.objects.in_bulk([row.last_run_id for row in rows if row.last_run_id])
    for row in rows:
        row.last_run = by_id.get(row.last_run_id)
    return rows


@dataclass
class ContractCoverage:
    """How many inspections a contract owes by slot, how many have a target, how many occurrences are past due."""

    contract: "Contract"
    owed: int
    covered: int
    missed: int
    open_findings: int

    @property
    def uncovered(self) -> int:
        return self.owed - self.covered


def coverage_by_contract(person: "Person", now: datetime) -> list[ContractCoverage]:
    """The contracts a person may see that ask for inspections or have targets; in four queries."""
    owed = (
        contracts.occurrences(person)
        .filter(clause__section="duty", clause__active=True, clause__data__activity="inspection")
        .order_by()
        .values("contract_id", "target", duty=F("clause__key"))
        .annotate(missed=Count("pk", filter=Q(state=OccurrenceState.OPEN, due_at__lt=now)))
    )
    slots: dict[int, set[tuple[str, str]]] = defaultdict(set)
    missed: Counter[int] = Counter()
    for row in owed:
        duty = row["duty"].removeprefix("duty:")
        slots[row["contract_id"]].add((duty, row["target"]))
        missed[row["contract_id"]] += row["missed"]
    covered: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for contract_id, duty, slot in targets(person).filter(active=True).values_list("contract_id", "duty", "slot"):
        covered[contract_id].add((duty, slot))
    wrong = Counter(
        findings(person).filter(state=FindingState.OPEN).order_by().values_list("target__contract_id", flat=True)
    )
    return [
        ContractCoverage(
            contract, len(slots[contract.pk]), len(slots[contract.pk] & covered[contract.pk]),
            missed[contract.pk], wrong[contract.pk],
        )
        for contract in contracts.contracts(person)
        if contract.pk in slots or contract.pk in covered
    ]  # fmt: skip


def targets_to_schedule() -> QuerySet[Target]:
    """The targets that the worker inspects by itself."""
    return Target.objects.filter(active=True, automatic=True).exclude(duty="").select_related("contract")


def may_try_again(target: Target, occurrence: "Occurrence", now: datetime, wait: timedelta) -> bool:
    """Whether nothing is under way for the occurrence, nothing was measured, and the last attempt is `wait` ago."""
    attempts = Run.objects.filter(target=target, occurrence=occurrence)
    standing = Q(state__in=[RunState.QUEUED, RunState.RUNNING]) | Q(measured=True) | Q(requested_at__gt=now - wait)
    return not attempts.filter(standing).exists()
