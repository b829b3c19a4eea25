"""Reads of acceptance: how complete each contract is, and its packages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from kangwei.acceptance.completeness import (
    AcceptanceItem,
    AcceptanceLine,
    Demand,
    Figures,
    Filed,
    Totals,
    assess_all,
    items_of,
    totals_of,
)
from kangwei.acceptance.enums import ItemKind, PackageState
from kangwei.acceptance.models import Package
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import day_end
from kangwei.documents import queries as documents

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Clause, Contract
    from kangwei.contracts.queries import DocumentCount
    from kangwei.documents.models import Document, DocumentVersion

DOCUMENTS_AT_ONCE = 500
Latest = tuple["Document", "DocumentVersion"]
Counts = Mapping[str, Sequence["DocumentCount"]]


@dataclass(frozen=True)
class Completeness:
    """A contract's acceptance list as it stands at one moment; `duties` are the clauses that produce its documents."""

    lines: tuple[AcceptanceLine, ...]
    duties: Mapping[int, "Clause"]

    @property
    def totals(self) -> Totals:
        return totals_of((line.item.kind, line.figures) for line in self.lines)

    def groups(self) -> list[list[AcceptanceLine]]:
        """The lines, group by group."""
        found: dict[str, list[AcceptanceLine]] = defaultdict(list)
        for line in self.lines:
            found[line.item.group_no].append(line)
        return list(found.values())

    def demand_name(self, line: AcceptanceLine, demand: Demand) -> str:
        """What is owed, by duty, target and period; the document itself where no duty asks for it."""
        if demand.duty_id is None:
            return line.item.name
        parts = (self.duties[demand.duty_id].title, demand.target, demand.label)
        return " ".join(part for part in parts if part)


def completeness(contract: "Contract", now: datetime) -> Completeness:
    """How every document of a contract's list stands, with the rows behind each figure, in three queries."""
    clauses = list(contracts.acceptance_clauses([contract.pk]))
    items = items_of(clauses)
    duties = {duty for item in items for duty in item.duties}
    demands: dict[int, list[Demand]] = defaultdict(list)
    rows = contracts.counted_occurrences(duties).values_list("pk", "clause_id", "target", "label", "due_at")
    for row in rows:
        demands[row[1]].append(Demand._make(row))
    evidence = contracts.standing_evidence(contract).values_list(
        "pk", "occurrence_id", "deliverable", "recorded_at", "document_id"
    )
    lines = assess_all(items, demands, map(Filed._make, evidence), day_end(contract.last_day), now)
    return Completeness(lines, {clause.pk: clause for clause in clauses if clause.pk in duties})


def overview(rows: Sequence["Contract"], now: datetime) -> dict[int, Totals]:
    """Contract id → the totals that `completeness` gives, counted by the database, in three queries for all of them."""
    ids = [row.pk for row in rows]
    clauses: dict[int, list[Clause]] = defaultdict(list)
    for clause in contracts.acceptance_clauses(ids):
        clauses[clause.contract_id].append(clause)
    items = {pk: items_of(clauses[pk]) for pk in ids}
    due = contracts.duty_counts({duty for own in items.values() for item in own for duty in item.duties}, now)
    filed: dict[int, dict[str, list[DocumentCount]]] = defaultdict(lambda: defaultdict(list))
    for count in contracts.document_counts(ids, now):
        filed[count.contract_id][count.deliverable].append(count)
    return {row.pk: _totals(row, items[row.pk], due, filed[row.pk], now) for row in rows}


def _totals(
    contract: "Contract", items: list[AcceptanceItem], due: Mapping[int, tuple[int, int]], filed: Counts, now: datetime
) -> Totals:
    found = []
    for item in items:
        counts = [count for name in item.names for count in filed.get(name, ())]
        own = [count for count in counts if count.clause_id in item.duties]
        if len({count.clause_id for count in own}) < len(own):
            # Filed for one duty under two names of one document: only the rows tell whether for one occurrence.
            return completeness(contract, now).totals
        found.append((item.kind, _figures(item, due, counts, own, day_end(contract.last_day))))
    return totals_of(found)


def _figures(
    item: AcceptanceItem,
    due: Mapping[int, tuple[int, int]],
    counts: "Sequence[DocumentCount]",
    own: "Sequence[DocumentCount]",
    last_due: datetime,
) -> Figures:
    """What `completeness.assess` counts, from sums: `counts` bear the item's names, `own` are for its duties."""
    present = sum(count.documents for count in counts)
    if item.kind == ItemKind.ONCE:
        late = bool(counts) and min(count.first_at for count in counts) > last_due
        return Figures(total=1, owed=1, present=present, missing=int(not present), late=int(late), pending=0)
    total = sum(due.get(duty, (0, 0))[0] for duty in item.duties)
    owed = sum(due.get(duty, (0, 0))[1] for duty in item.duties)
    covered = sum(count.covered for count in own)
    covered_owed = sum(count.covered_owed for count in own)
    return Figures(
        total=total,
        owed=owed,
        present=present,
        missing=owed - covered_owed,
        late=covered - sum(count.in_time for count in own),
        pending=(total - owed) - (covered - covered_owed),
    )


def latest_documents(ids: Iterable[int]) -> dict[int, Latest]:
    """Document id → the document with the version that counts."""
    wanted = sorted(set(ids))
    found: dict[int, Latest] = {}
    for start in range(0, len(wanted), DOCUMENTS_AT_ONCE):
        for document in documents.documents(wanted[start : start + DOCUMENTS_AT_ONCE]):
            found[document.pk] = (document, documents.latest(document))
    return found


def packages_of(contract: "Contract") -> QuerySet[Package]:
    """The packages of one contract, latest first."""
    return Package.objects.filter(contract=contract).select_related("contract")


def packages_of_person(person: "Person") -> QuerySet[Package]:
    """The packages of the contracts that a person may see, latest first."""
    return Package.objects.filter(contract__in=contracts.contracts(person)).select_related("contract")


def last_packages(rows: Sequence["Contract"]) -> dict[int, Package]:
    """Contract id → its last package that can be downloaded, in one query."""
    ready = Package.objects.filter(contract__in=[row.pk for row in rows], state=PackageState.READY)
    newest = ready.order_by().values("contract").annotate(last=Max("pk")).values("last")
    return {package.contract_id: package for package in Package.objects.filter(pk__in=newest)}
