"""Reads of contracts, occurrences and evidence."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Value, When


from kangwei.accounts.queries import contract_scope, prefixed
from kangwei.contracts.enums import OccurrenceState, Standing
from kangwei.contracts.models import Clause, Contract, Evidence, Occurrence
from kangwei.core.calendars import SHANGHAI, bundled_calendar, day_start
from kangwei.core.contracts import load_contract
from kangwei.core.contracts.schema import Contract as ContractData
from kangwei.core.obligations import Accrual, accrue
from kangwei.core.obligations import Standing as CoreStanding

if TYPE_CHECKING:
    from kangwei.accounts.models import Person


def contracts(person: "Person") -> QuerySet[Contract]:
    """The contracts a person may see."""
    return Contract.objects.filter(contract_scope(person)).select_related("buyer", "supplier")


def all_contracts() -> QuerySet[Contract]:
    """Every contract, for jobs and the command line."""
    return Contract.objects.select_related("buyer", "supplier")


def occurrences(person: "Person") -> QuerySet[Occurrence]:
    """The occurrences of the contracts a person may see."""
    return Occurrence.objects.filter(prefixed(contract_scope(person), "contract")).select_related(
        "contract", "contract__supplier", "clause"
    )


def evidence(person: "Person") -> QuerySet[Evidence]:
    """The evidence of the contracts a person may see, documents with it."""
    return Evidence.objects.filter(prefixed(contract_scope(person), "contract")).select_related(
        "contract", "occurrence__clause", "document"
    )


def contract_data(contract: Contract) -> ContractData:
    """The contract file in force, as checked data."""
    file = contract.files.order_by("-revision")[0]
    return load_contract(file.text, file=file.name, calendar=bundled_calendar()).contract


def with_standing(rows: QuerySet[Occurrence], now: datetime) -> QuerySet[Occurrence]:
    """The occurrences with `standing` (enums.Standing) at `now`."""
    done, is_open = Q(state=OccurrenceState.DONE), Q(state=OccurrenceState.OPEN)
    return rows.annotate(
        standing=Case(
            When(state=OccurrenceState.WAIVED, then=Value(Standing.WAIVED.value)),
            When(done & Q(done_at__gt=F("due_at")), then=Value(Standing.LATE.value)),
            When(done, then=Value(Standing.DONE.value)),
            When(is_open & Q(due_at__lt=now), then=Value(Standing.OVERDUE.value)),
            When(is_open & Q(starts_at__gt=now), then=Value(Standing.UPCOMING.value)),
            default=Value(Standing.CURRENT.value),
            output_field=CharField(),
        )
    )


def standing_counts(rows: QuerySet[Occurrence], now: datetime) -> dict[str, int]:
    """How many stand how, every standing present."""
    counted = with_standing(rows, now).order_by().values_list("standing").annotate(n=Count("pk"))
    return {choice.value: 0 for choice in Standing} | dict(counted)


def due_by_day(rows: QuerySet[Occurrence], first: date, last: date, now: datetime) -> dict[date, dict[str, int]]:
    """Day of due time (Asia/Shanghai) → standing → count, for the days first to last, in one query."""
    found: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    within = rows.filter(due_at__gte=day_start(first), due_at__lt=day_start(last + timedelta(days=1)))
    counted = with_standing(within, now).order_by().values_list("due_at", "standing").annotate(n=Count("pk"))
    for due_at, standing, n in counted:
        found[due_at.astimezone(SHANGHAI).date()][standing] += n
    return found


def due_by_month(rows: QuerySet[Occurrence], now: datetime) -> dict[str, dict[str, int]]:
    """`2026-11` (Asia/Shanghai) → standing → count, in order."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counted = with_standing(rows, now).order_by("due_at").values_list("due_at", "standing").annotate(n=Count("pk"))
    for due_at, standing, n in counted:
        found[f"{due_at.astimezone(SHANGHAI):%Y-%m}"][standing] += n
    return found


def accruals(contract: Contract, now: datetime) -> dict[int, Accrual]:
    """Duty clause id → how it stands, in one query."""
    rows: dict[int, list[CoreStanding]] = defaultdict(list)
    for clause_id, due_at, state, done_at in contract.occurrences.values_list(
        "clause_id", "due_at", "state", "done_at"
    ):
        rows[clause_id].append(CoreStanding(due_at, state, done_at))
    return {clause_id: accrue(standings, now) for clause_id, standings in rows.items()}


def clauses_by_section(contract: Contract) -> dict[str, list[Clause]]:
    """The clauses in force, by section, in the file's order."""
    found: dict[str, list[Clause]] = defaultdict(list)
    for clause in contract.clauses.filter(active=True):
        found[clause.section].append(clause)
    return dict(found)


def open_for_target(contract: Contract, activity: str, target: str, now: datetime) -> QuerySet[Occurrence]:
    """Open occurrences of a contract's duties of one activity for one target, whose window has begun, latest due first.

    An occurrence that is owed once for all targets counts for each.
    """
    return (
        Occurrence.objects.filter(
            contract=contract, clause__data__activity=activity, clause__active=True, target__in=[target, ""],
            state=OccurrenceState.OPEN, starts_at__lte=now,
        )
        .select_related("clause", "contract")
        .order_by("-due_at")
    )  # fmt: skip


def targets_of(contract: Contract, activity: str) -> list[str]:
    """The names of what duties of an activity are done for, in order."""
    found = (
        contract.occurrences.filter(clause__data__activity=activity, clause__active=True)
        .exclude(target="")
        .values_list("target")
        .annotate(last=Max("id"))
    )
    return sorted(name for name, _ in found)


def standing_evidence(contract: Contract) -> QuerySet[Evidence]:
    """Evidence that counts: not withdrawn, with a document."""
    return (
        Evidence.objects.filter(contract=contract, withdrawn_at=None, document__isnull=False)
        .select_related("document", "occurrence", "occurrence__clause")
        .order_by("recorded_at", "id")
    )
