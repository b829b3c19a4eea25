"""Reads of contracts, occurrences and evidence."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from kangwei.accounts.queries import contract_scope, prefixed
from kangwei.accounts.queries import suppliers as all_suppliers
from kangwei.contracts.enums import OccurrenceState, Standing
from kangwei.contracts.models import Clause, Contract, ContractFile, Evidence, Occurrence
from kangwei.contracts.planning import planned_occurrences
from kangwei.core.calendars import SHANGHAI, bundled_calendar, day_start
from kangwei.core.contracts import Change, diff, load_contract
from kangwei.core.contracts.schema import Contract as ContractData
from kangwei.core.documents.groups import bundled_groups, normalised
from kangwei.core.obligations import Accrual, State, accrue
from kangwei.core.obligations import Standing as CoreStanding

if TYPE_CHECKING:
    from kangwei.accounts.models import Party, Person


def contracts(person: "Person") -> QuerySet[Contract]:
    """The contracts a person may see."""
    return Contract.objects.filter(contract_scope(person)).select_related("buyer", "supplier")


def suppliers(person: "Person") -> QuerySet["Party"]:
    """The suppliers of the contracts a person may see: who else works for the buyer is not a supplier's business."""
    return all_suppliers().filter(pk__in=contracts(person).order_by().values("supplier"))


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
    return (
        Evidence.objects.filter(prefixed(contract_scope(person), "contract"))
        .select_related("contract", "occurrence__clause", "document")
        .defer("occurrence__clause__data")
    )


def contract_data(contract: Contract) -> ContractData:
    """The contract file in force, as checked data."""
    file = contract.files.order_by("-revision")[0]
    return load_contract(file.text, file=file.name, calendar=bundled_calendar()).contract


def with_standing(rows: QuerySet[Occurrence], now: datetime) -> QuerySet[Any]:
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
    for due_at, standing, n in _counted_by_due(within, now):
        found[due_at.astimezone(SHANGHAI).date()][standing] += n
    return found


def due_by_month(rows: QuerySet[Occurrence], now: datetime) -> dict[str, dict[str, int]]:
    """`2026-11` (Asia/Shanghai) → standing → count, in order."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for due_at, standing, n in _counted_by_due(rows, now):
        found[f"{due_at.astimezone(SHANGHAI):%Y-%m}"][standing] += n
    return found


def _counted_by_due(rows: QuerySet[Occurrence], now: datetime) -> Iterable[tuple[datetime, str, int]]:
    """(due time, standing, count) in order, in one query."""
    # Nearly everything falls due at the end of some day: a few hundred moments, however many occurrences there are.
    counted = with_standing(rows, now).order_by().values_list("due_at", "standing").annotate(n=Count("*"))
    return sorted(counted)


def totals(months: dict[str, dict[str, int]]) -> dict[str, int]:
    """Standing → count over the months of `due_by_month`, every standing present."""
    return {item.value: sum(month.get(item.value, 0) for month in months.values()) for item in Standing}


def accruals(contract: Contract, now: datetime) -> dict[int, Accrual]:
    """Duty clause id → how it stands, in one query."""
    rows: dict[int, list[CoreStanding]] = defaultdict(list)
    states: dict[str, State] = {"open": "open", "done": "done", "waived": "waived"}
    for clause_id, due_at, state, done_at in contract.occurrences.values_list(
        "clause_id", "due_at", "state", "done_at"
    ):
        rows[clause_id].append(CoreStanding(due_at, states[state], done_at))
    return {clause_id: accrue(standings, now) for clause_id, standings in rows.items()}


def clauses_by_section(contract: Contract) -> dict[str, list[Clause]]:
    """The clauses in force, by section, in the file's order."""
    found: dict[str, list[Clause]] = defaultdict(list)
    for clause in contract.clauses.filter(active=True):
        found[clause.section].append(clause)
    return dict(found)


def standing_evidence(contract: Contract) -> QuerySet[Evidence]:
    """Evidence that counts: not withdrawn, with a document."""
    return (
        Evidence.objects.filter(contract=contract, withdrawn_at=None, document__isnull=False)
        .select_related("document", "occurrence", "occurrence__clause")
        .order_by("recorded_at", "id")
    )


def with_counts(rows: QuerySet[Contract], now: datetime) -> QuerySet[Contract]:
    """The contracts with `owed`, `done`, `overdue` and `next_due`, in one query.

    Each figure reads its own stretch of an index; joining all occurrences and grouping them took a second at 300,000.
    """
    mine = Occurrence.objects.filter(contract=OuterRef("pk")).order_by()
    done, is_open = Q(state=OccurrenceState.DONE), Q(state=OccurrenceState.OPEN)
    return rows.annotate(
        done=_number_of(mine.filter(done, due_at__lt=now)),
        owed=F("done") + _number_of(mine.filter(is_open, due_at__lt=now)),
        overdue=_number_of(mine.filter(is_open, due_at__lt=now)),
        next_due=Subquery(mine.filter(is_open, due_at__gte=now).order_by("due_at").values("due_at")[:1]),
    ).order_by("code")


def _number_of(rows: QuerySet[Occurrence]) -> Coalesce:
    return Coalesce(Subquery(rows.values("contract").annotate(n=Count("*")).values("n")), 0)


def documents_of(found: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """One row a document: the evidence that carries it, latest first, withdrawn ones left out."""
    return found.filter(document__isnull=False, withdrawn_at=None).order_by("-recorded_at", "-id")


def acceptance_names(contract: Contract) -> list[str]:
    """Every document name that evidence of a contract may count as, in the contract's order."""
    found = contract.clauses.filter(section__in=["deliverable", "acceptance"], active=True).order_by("position")
    return list(dict.fromkeys(found.values_list("title", flat=True)))


def own_name_of(contract: Contract, document: str) -> str:
    """What a contract calls this kind of document (library/documents/names.yaml); "" where it asks for none."""
    group = bundled_groups().of([document])
    wanted = {normalised(name) for name in (group.all_names() if group else (document,))}
    return next((name for name in acceptance_names(contract) if normalised(name) in wanted), "")


def occurrences_producing(contract: Contract, document: str, period: str) -> QuerySet[Occurrence]:
    """The occurrences of a period (its key, as `2026-11`) whose duty produces this document, those not done first."""
    group = bundled_groups().of([document])
    wanted = {normalised(name) for name in (group.all_names() if group else (document,))}
    duties = contract.clauses.filter(section="duty", active=True)
    found = [row.pk for row in duties if any(normalised(name) in wanted for name in row.data.get("produces", []))]
    rows = Occurrence.objects.filter(contract=contract, clause__in=found, period=period)
    return rows.exclude(state=OccurrenceState.WAIVED).order_by("-state", "due_at", "pk")


def search_contracts(rows: QuerySet[Contract], text: str) -> QuerySet[Contract]:
    """Those whose code, title, buyer or supplier holds the text."""
    return rows.filter(
        Q(code__icontains=text)
        | Q(title__icontains=text)
        | Q(buyer__name__icontains=text)
        | Q(supplier__name__icontains=text)
    )


def search_occurrences(rows: QuerySet[Occurrence], text: str) -> QuerySet[Occurrence]:
    """Those whose duty or target holds the text."""
    # A few thousand titles are looked through once, not once for every occurrence.
    clauses = Clause.objects.filter(title__icontains=text).values("pk")
    return rows.filter(Q(clause__in=clauses) | Q(target__icontains=text))


def search_documents(rows: QuerySet[Evidence], text: str) -> QuerySet[Evidence]:
    """Those whose number, title or deliverable holds the text."""
    return rows.filter(
        Q(document__number__icontains=text) | Q(document__title__icontains=text) | Q(deliverable__icontains=text)
    )


def neighbours(row: Occurrence) -> tuple[Occurrence | None, Occurrence | None]:
    """The same duty's occurrence for the same target before and after."""
    same = Occurrence.objects.filter(contract=row.contract, clause=row.clause, target=row.target)
    before = same.filter(due_at__lt=row.due_at).order_by("-due_at").first()
    return before, same.filter(due_at__gt=row.due_at).order_by("due_at").first()


@dataclass(frozen=True)
class Preview:
    """What a contract file would do: `changes` is None for a contract that is not here yet."""

    data: ContractData
    contract: Contract | None
    changes: list[Change] | None
    occurrences: int


def preview(text: str, name: str, person: "Person") -> Preview:
    """Check a contract file without loading it; ContractFileError with every fault."""
    calendar = bundled_calendar()
    data = load_contract(text, file=name, calendar=calendar).contract
    contract = contracts(person).filter(code=data.id).first()
    changes = diff(contract_data(contract), data) if contract else None
    planned = planned_occurrences(data, data.term.as_term(), calendar)
    return Preview(data, contract, changes, len(planned))


def acceptance_clauses(contract_ids: Iterable[int]) -> QuerySet[Clause]:
    """The clauses that say which documents an acceptance asks for: its list, deliverables, the duties behind them."""
    sections = ["acceptance", "deliverable", "duty"]
    return Clause.objects.filter(contract__in=list(contract_ids), active=True, section__in=sections)


def counted_occurrences(clause_ids: Iterable[int]) -> QuerySet[Occurrence]:
    """The occurrences of these duties in order of time, waived ones left out."""
    return Occurrence.objects.filter(clause__in=list(clause_ids)).exclude(state=OccurrenceState.WAIVED)


def duty_counts(clause_ids: Iterable[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Duty clause id → (occurrences in the term, those due by `now`), waived ones left out, in one query."""
    counted = counted_occurrences(clause_ids).order_by().values_list("clause")
    rows = counted.annotate(total=Count("pk"), owed=Count("pk", filter=Q(due_at__lt=now)))
    return {clause: (total, owed) for clause, total, owed in rows}


@dataclass(frozen=True)
class DocumentCount:
    """Documents filed under one name for one duty (None: for the contract as a whole).

    Of the duty's occurrences: how many have one, how many of those are due by now, how many had it in time.
    """

    contract_id: int
    clause_id: int | None
    deliverable: str
    documents: int
    covered: int
    covered_owed: int
    in_time: int
    first_at: datetime


def document_counts(contract_ids: Iterable[int], now: datetime) -> list[DocumentCount]:
    """How many documents stand filed for these contracts, by duty and name, in one query."""
    counts = Q(occurrence__isnull=False) & ~Q(occurrence__state=OccurrenceState.WAIVED)
    rows = Evidence.objects.filter(contract__in=list(contract_ids), withdrawn_at=None, document__isnull=False)
    keys = rows.order_by().values_list("contract_id", "occurrence__clause_id", "deliverable")
    return [
        DocumentCount(*row)
        for row in keys.annotate(
            documents=Count("pk"),
            covered=_occurrences_where(counts),
            covered_owed=_occurrences_where(counts & Q(occurrence__due_at__lt=now)),
            in_time=_occurrences_where(counts & Q(recorded_at__lte=F("occurrence__due_at"))),
            first_at=Min("recorded_at"),
        )
    ]


def _occurrences_where(condition: Q) -> Count:
    return Count("occurrence", distinct=True, filter=condition)


class Record(NamedTuple):
    """Everything that is recorded of a contract, for an export."""

    file: ContractFile
    clauses: QuerySet[Clause]
    occurrences: QuerySet[Occurrence]
    evidence: QuerySet[Evidence]


def record(contract: Contract) -> Record:
    """The contract file in force without its text, all clauses, occurrences and evidence, withdrawn ones too."""
    return Record(
        contract.files.defer("text").order_by("-revision")[0],
        contract.clauses.order_by("position", "pk"),
        contract.occurrences.select_related("clause").order_by("due_at", "pk"),
        contract.evidence.select_related("document").order_by("recorded_at", "pk"),
    )
