"""What lists of the desk share: the filter by contract, the period, the article or thing that a list is about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from kangwei.assets.queries import assets
from kangwei.base.web import PersonRequest, key_in, month_in, select
from kangwei.contracts import queries as contracts
from kangwei.core.calendars.cadences.periods import Every, Period, period_of
from kangwei.servicedesk.queries.concerning import about_asset
from kangwei.servicedesk.queries.knowing import article_named, helped_by

if TYPE_CHECKING:
    from kangwei.servicedesk.models import Ticket

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


def period_in(request: HttpRequest, today: date) -> tuple[Every, Period]:
    """The month, quarter or year (`?period=`) in which the month of `?month=` lies, this one where it names none."""
    every = next((one for one in EVERY if one == request.GET.get("period")), next(iter(EVERY)))
    return every, period_of(every, month_in(request.GET.get("month", "")) or today)


@dataclass(frozen=True)
class About:
    """One thing whose tickets are asked for: `name` and `key` in the address, in words, and its own page."""

    name: str
    key: int
    said: str
    label: str
    address: str
    narrow: "Callable[[QuerySet[Ticket]], QuerySet[Ticket]]"


def asked_about(request: PersonRequest) -> About | None:
    """What `?article=` or `?asset=` names, as far as the person may see it."""
    if (key := key_in(request.GET.get("article", ""))) and (article := article_named(request.user, key)):
        page = reverse("knowledge:detail", args=[key])
        return About("article", key, "采用了知识", str(article), page, lambda rows: helped_by(rows, article))
    if (key := key_in(request.GET.get("asset", ""))) and (asset := assets(request.user).filter(pk=key).first()):
        page, label = reverse("assets:detail", args=[key]), f"{asset.number} {asset.name}"
        return About("asset", key, "涉及", label, page, lambda rows: about_asset(rows, asset))
    return None
