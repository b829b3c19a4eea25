"""Service levels: a row a contract, a column a clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kangwei.contracts.models import Clause, Contract
from kangwei.core.contracts.ranking import tightness
from kangwei.core.contracts.wording import CLOCKS, COLUMNS, TICKETS, condition_words, conditions, limit

PERIODS = {"working": "工作时间", "off": "非工作时间"}


@dataclass(frozen=True)
class Limit:
    """One limit as a cell shows it: the span, what it holds for, and how that reads in full."""

    clause: Clause
    span: str
    conditions: str
    full: str


@dataclass(frozen=True)
class LevelRow:
    """A contract with its limits clock by clock, in the order of CLOCKS, tightest first."""

    contract: Contract
    clocks: tuple[tuple[Limit, ...], ...]


def options(levels: Sequence[Clause]) -> dict[str, list[tuple[str, str]]]:
    """What can be filtered by: condition → (value, word) of every value that a level asks for."""
    kinds = set(_values(levels, "kind"))
    return {
        "period": list(PERIODS.items()),
        "severity": [(value, value) for value in _values(levels, "severity")],
        "place": [(value, value) for value in _values(levels, "place")],
        "kind": [(kind, label) for kind, label in TICKETS.items() if kind in kinds],
    }


def _values(levels: Sequence[Clause], condition: str) -> list[str]:
    found = (_when(level).get(condition) for level in levels)
    return list(dict.fromkeys(value for value in found if value))


def _when(level: Clause) -> dict[str, str]:
    return dict(level.data.get("when", {}))


def applying(levels: Sequence[Clause], wanted: Mapping[str, str]) -> list[Clause]:
    """The levels that hold for a ticket of these conditions: a level without a condition holds for every ticket."""
    return [
        level
        for level in levels
        if all(_when(level).get(name, value) == value for name, value in wanted.items())
    ]


def level_rows(contracts: Sequence[Contract], levels: Sequence[Clause]) -> list[LevelRow]:
    """The matrix: every contract, also one that sets no limit at all."""
    cells: dict[tuple[int, str], list[Limit]] = {}
    for level in sorted(levels, key=lambda level: tightness(level.data["limit"])):
        cells.setdefault((level.contract_id, level.data["clock"]), []).append(_limit(level))
    return [
        LevelRow(contract, tuple(tuple(cells.get((contract.pk, clock), ())) for clock in CLOCKS))
        for contract in contracts
    ]


def _limit(level: Clause) -> Limit:
    data = level.data
    span, _, counted = limit(data).partition("，")
    words = [" · ".join(condition_words(_when(level)).values()), counted]
    words += [f"超时升级为{data['upgrades_to']}"] if data.get("upgrades_to") else []
    full = [conditions(_when(level)), counted, data.get("note", "")]
    return Limit(level, span, "，".join(filter(None, words)), "；".join(filter(None, full)))


EXPORT_HEADERS = ("合同编号", "合同", *(column.label for column in COLUMNS["service-level"]), "出处")


def exported(levels: Sequence[Clause]) -> list[tuple[str, ...]]:
    """A row a limit, in the order of the matrix."""
    clocks = list(CLOCKS)
    rows = sorted(
        levels,
        key=lambda row: (row.contract.code, clocks.index(row.data["clock"]), tightness(row.data["limit"])),
    )
    return [
        (
            row.contract.code, row.contract.title,
            *(column.read(row.data) for column in COLUMNS["service-level"]), row.cite,
        )
        for row in rows
    ]  # fmt: skip
