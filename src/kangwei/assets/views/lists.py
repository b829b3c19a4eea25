"""The list of one kind, as a page or as Excel."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kangwei.assets import queries
from kangwei.assets.enums import AssetState
from kangwei.assets.models import Asset
from kangwei.assets.showing import columns, expiry_tone, exported
from kangwei.assets.views.finding import kind_or_404
from kangwei.assets.views.lives import is_thing
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, export, page_of
from kangwei.core.calendars import local_day
from kangwei.core.ledgers import Attribute, Kind

LIVE = "live"
STATES = [(LIVE, "在册（未报废）"), *AssetState.choices]
EXPIRIES = [("near", "临近到期与已过期"), ("past", "已过期")]


@dataclass(frozen=True)
class Cell:
    """One value of a row; a tone where the value calls for attention."""

    attribute: Attribute
    text: str
    tone: str = ""


@requires("assets.read")
def kind_list(request: PersonRequest, slug: str) -> HttpResponse:
    """The assets of a kind by state, system, owner, expiry and text, by number; as a page or as Excel."""
    kind = kind_or_404(slug)
    today = local_day(timezone.now())
    systems = list(queries.systems_seen(request.user).values_list("pk", "name"))
    owners = list(queries.owners(request.user))
    descending = request.GET.get("sort") == "-number"
    rows = filtered(request, kind, today)
    if request.GET.get("sort") or not request.GET.get("expiry"):
        rows = rows.order_by("-number" if descending else "number")
    if request.GET.get("export"):
        return _exported(request, kind, rows, with_owner=len(owners) > 1)
    page = page_of(request, rows)
    shown = columns(kind)
    context: dict[str, Any] = {
        "title": kind.name,
        "kind": kind,
        "columns": shown,
        "descending": descending,
        "page_obj": page,
        "rows": [(asset, _cells(asset, kind, shown, today)) for asset in page],
        "is_thing": is_thing(kind),
        "with_owner": len(owners) > 1 and not request.GET.get("owner"),
        "may_register": bool(owners) and request.user.has_perm("assets.write"),
        "filtered": any(request.GET.get(name) for name in ("q", "state", "system", "owner", "expiry")),
        "q": request.GET.get("q", ""),
        "search_hint": "编号、名称、序列号、地点、人员",
        "kept": [("sort", "-number")] if descending else [],
        "filters": _filters(request, kind, systems, owners),
        "export_url": _export_url(request),
    }
    return render(request, "assets/list.html", context)


def filtered(request: PersonRequest, kind: Kind, today: date) -> QuerySet[Asset]:
    """The assets of a kind that the person may see and the address asks for."""
    query = request.GET
    rows = queries.assets(request.user).filter(kind=kind.id)
    if query.get("state") == LIVE:
        rows = rows.exclude(state=AssetState.SCRAPPED)
    elif query.get("state") in AssetState.values:
        rows = rows.filter(state=query["state"])
    for name in ("system", "owner"):
        if query.get(name, "").isdecimal():
            rows = rows.filter(**{name: int(query[name][:18])})
    if query.get("expiry") == "near":
        rows = queries.near_expiry(rows, today)
    elif query.get("expiry") == "past":
        rows = queries.near_expiry(rows, today).filter(expires_on__lt=today)
    if text := query.get("q", "").strip():
        rows = queries.search_assets(rows, text)
    return rows


def _filters(
    request: PersonRequest, kind: Kind, systems: list[tuple[int, str]], owners: list[Any]
) -> list[dict[str, Any]]:
    offered: list[tuple[str, str, list[tuple[Any, str]]]] = [("state", "状态", list(STATES))]
    if kind.expires:
        offered.append(("expiry", "到期", list(EXPIRIES)))
    if systems:
        offered.append(("system", kind.field("system").label, list(systems)))
    if len(owners) > 1:
        offered.append(("owner", "单位", [(party.pk, party.name) for party in owners]))
    return [
        {"name": name, "label": label, "kind": "select", "options": options, "value": request.GET.get(name, "")}
        for name, label, options in offered
    ]


def _cells(asset: Asset, kind: Kind, shown: list[Attribute], today: date) -> list[Cell]:
    values = queries.values_of(asset)
    return [
        Cell(attribute, attribute.shown(values.get(attribute.id)), _tone(asset, kind, attribute, today))
        for attribute in shown
    ]


def _tone(asset: Asset, kind: Kind, attribute: Attribute, today: date) -> str:
    if attribute.id != kind.expires or not asset.expires_on or asset.state == AssetState.SCRAPPED:
        return ""
    tone = expiry_tone(asset.expires_on, today, kind.remind_days)
    return "" if tone == "ok" else tone


def _export_url(request: PersonRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["export"] = "1"
    return f"?{query.urlencode()}"


def _exported(request: PersonRequest, kind: Kind, rows: QuerySet[Asset], *, with_owner: bool) -> HttpResponse:
    headers = [attribute.label for attribute in kind.fields]
    if not with_owner:
        return export(request, f"{kind.name}.xlsx", headers, rows, lambda asset: exported(asset, kind))
    return export(
        request, f"{kind.name}.xlsx", [*headers, "甲方"], rows, lambda asset: [*exported(asset, kind), asset.owner.name]
    )
