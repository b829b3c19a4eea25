"""Figures: how much each contract asks for."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from kangwei.contracts.comparing.reading import clauses
from kangwei.contracts.models import Clause, Contract, Occurrence

HEADERS = ("系统", "服务级别", "义务", "应履行项", "成果物", "验收文件", "人员", "考核指标")
EXPORT_HEADERS = ("合同编号", "合同", *HEADERS)
_TABS = ("systems", "service-levels", "duties", "", "deliverables", "acceptance", "staffing", "measures")
_SECTIONS = {
    "system": "系统", "service-level": "服务级别", "duty": "义务", "deliverable": "成果物", "acceptance": "验收文件",
    "measure": "考核指标",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One number, and the tab of the contract's page behind it; "" for the list of occurrences."""

    number: int
    tab: str


@dataclass(frozen=True)
class FigureRow:
    """A contract in numbers, in the order of HEADERS."""

    contract: Contract
    figures: tuple[Figure, ...]


def figure_rows(contracts: Sequence[Contract]) -> list[FigureRow]:
    """A row a contract, in three queries."""
    own = [contract.pk for contract in contracts]
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    sections = Clause.objects.filter(contract__in=own, active=True, section__in=_SECTIONS).order_by()
    for contract, section, n in sections.values_list("contract", "section").annotate(n=Count("pk")):
        counted[contract][_SECTIONS[section]] = n
    occurrences = Occurrence.objects.filter(contract__in=own).order_by()
    for contract, n in occurrences.values_list("contract").annotate(n=Count("pk")):
        counted[contract]["应履行项"] = n
    for staff in clauses(contracts, "staff"):
        # A team or a watch is made of the people in the roles, not beside them.
        if staff.data["kind"] == "role":
            counted[staff.contract_id]["人员"] += staff.data["count"]
    return [FigureRow(contract, _figures(counted[contract.pk])) for contract in contracts]


def _figures(counted: Counter[str]) -> tuple[Figure, ...]:
    return tuple(Figure(counted[header], tab) for header, tab in zip(HEADERS, _TABS, strict=True))


def totals(rows: Sequence[FigureRow]) -> list[int]:
    """The sum of each column."""
    return [sum(row.figures[column].number for row in rows) for column in range(len(HEADERS))]


def exported(rows: Sequence[FigureRow]) -> list[tuple[str | int, ...]]:
    """A row a contract."""
    return [(row.contract.code, row.contract.title, *(figure.number for figure in row.figures)) for row in rows]
