"""The service levels of a contract, as the desk measures tickets by them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from kangwei.contracts.models import Clause, Contract
from kangwei.core.calendars import Duration, ServiceWindow, StatutoryCalendar, WorkingTime
from kangwei.core.clocks import Level

WORKING = "working"


def service_levels(contract: Contract) -> dict[str, Clause]:
    """The service levels in force by the key of their clause."""
    rows = Clause.objects.filter(contract=contract, section="service-level", active=True)
    return {row.key: row for row in rows.order_by("position")}


def level_of(clause: Clause) -> Level:
    """A clause of a service level as core.clocks reads it."""
    data: dict[str, Any] = clause.data
    return Level(
        key=clause.key,
        clock=data["clock"],
        limit=Duration.parse(data["limit"]),
        window=ServiceWindow.parse(data["window"]) if data.get("window") else None,
        counts_from=data.get("counts_from", "opened"),
        upgrades_to=data.get("upgrades_to", ""),
        conditions=data.get("when", {}),
    )


def period_at(contract: Contract, at: datetime, calendar: StatutoryCalendar) -> str:
    """`working` or `off` by the contract's working calendar; "" where it has none."""
    window = contract.calendars.get(WORKING)
    if not window:
        return ""
    return "working" if _working_time(window, calendar).is_open(at) else "off"


@lru_cache(maxsize=64)
def _working_time(window: str, calendar: StatutoryCalendar) -> WorkingTime:
    """Shared: a WorkingTime keeps its table of years, which takes longer to build than to ask."""
    return WorkingTime(ServiceWindow.parse(window), calendar)


def severities(contract: Contract) -> list[str]:
    """The grades of the contract from mild to grave; empty where it has none."""
    rows = Clause.objects.filter(contract=contract, section="severity", active=True)
    return list(rows.order_by("position").values_list("title", flat=True))


def severities_among(contracts: QuerySet[Contract]) -> list[str]:
    """Every word by which these contracts grade trouble."""
    rows = Clause.objects.filter(contract__in=contracts.order_by().values("pk"), section="severity", active=True)
    return list(dict.fromkeys(rows.order_by("position").values_list("title", flat=True)))


def change_assessments(contract: Contract) -> list[Clause]:
    """The duties to assess every change point by point, in the file's order: one for each grade, or one for all."""
    rows = Clause.objects.filter(contract=contract, section="duty", active=True).order_by("position")
    return [row for row in rows if _assesses_changes(row.data)]


def _assesses_changes(data: dict[str, Any]) -> bool:
    on = data.get("cadence", {}).get("on")
    return bool(on == "change" and data.get("activity") == "assessment" and data.get("checklist"))


def release_checklists(contract: Contract) -> list[Clause]:
    """The duties on every release that list what has to be gone through, in the file's order."""
    rows = Clause.objects.filter(contract=contract, section="duty", active=True).order_by("position")
    return [row for row in rows if row.data.get("cadence", {}).get("on") == "release" and row.data.get("checklist")]


def condition_words(contract: Contract, condition: str) -> list[str]:
    """Every word that the contract's limits use for a condition, such as its places, in the file's order."""
    found = [clause.data.get("when", {}).get(condition) for clause in service_levels(contract).values()]
    return list(dict.fromkeys(word for word in found if word))


def measures_about(contracts: QuerySet[Contract], kind: str) -> dict[int, dict[str, Clause]]:
    """Contract → metric → the measure that judges tickets of this kind by it, where the contract has one."""
    rows = Clause.objects.filter(contract__in=contracts.order_by().values("pk"), section="measure", active=True)
    found: dict[int, dict[str, Clause]] = {}
    for row in rows.order_by("position"):
        if row.data.get("kind") == kind:
            found.setdefault(row.contract_id, {}).setdefault(row.data["metric"], row)
    return found


def satisfaction_measure(contract: Contract) -> Clause | None:
    """The measure that says on which scale callers are asked what they thought; None where the contract has none."""
    return satisfaction_measures([contract.pk]).get(contract.pk)


def satisfaction_measures(contracts: Iterable[int] | QuerySet[Any]) -> dict[int, Clause]:
    """The same for many contracts, named by their keys or by a query of them, in one query."""
    found: dict[int, Clause] = {}
    for row in Clause.objects.filter(contract__in=contracts, section="measure", active=True).order_by("position"):
        if row.data.get("metric") == "satisfaction" and row.data.get("of"):
            found.setdefault(row.contract_id, row)
    return found
