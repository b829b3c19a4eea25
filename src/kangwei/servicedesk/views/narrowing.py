"""What lists of the desk share: the filter by contract, the period that a page is about."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from kangwei.base.web import PersonRequest, select
from kangwei.contracts import queries as contracts
from kangwei.core.calendars.cadences.periods import Every, Period, period_of

EVERY: dict[Every, str] = {"month": "按月", "quarter": "按季", "year": "按年"}


def contract_filter(request: PersonRequest) -> dict[str, Any]:
    """The filter by one of the contracts that the person may see."""
    mine = contracts.contracts(request.user).order_by("code").values_list("code", "title")
    return select(request, "contract", "合同", list(mine))


def contract_or_404(request: PersonRequest, code: str) -> Any:
    """The contract of that code, if the person may see it."""
    found = contracts.contracts(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def of_contract(request: PersonRequest, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """The rows of the contract that `?contract=` names, which they reach by `path`; all where it names none."""
    code = request.GET.get("contract", "")
    return rows.filter(**{f"{path}__code": code}) if code else rows


def month_in(text: str) -> date | None:
    """The first day of `2026-11`; None for anything else."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def period_in(request: HttpRequest, today: date) -> tuple[Every, Period]:
    """The month, quarter or year (`?period=`) in which the month of `?month=` lies, this one where it names none."""
    every = next((one for one in EVERY if one == request.GET.get("period")), next(iter(EVERY)))
    return every, period_of(every, month_in(request.GET.get("month", "")) or today)
