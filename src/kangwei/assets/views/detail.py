"""The page of one asset: facts, what happened, how it hangs together, what its failure hits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kangwei.accounts.enums import PartyKind
from kangwei.assets import queries
from kangwei.assets.backups import CONFIGURED_KINDS
from kangwei.assets.consequences import DRAWN, Consequences, consequences, height, picture
from kangwei.assets.enums import SYSTEM
from kangwei.assets.models import Asset
from kangwei.assets.showing import facts, ties, timeline
from kangwei.assets.views.finding import asset_or_404
from kangwei.assets.views.lives import is_thing, offered
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, excel, page_of
from kangwei.core.calendars import local_day
from kangwei.core.ledgers import Kind

EVENTS_SHOWN, LISTED_HITS = 10, 200
IMPACT_HEADERS = ("影响", "类别", "资产编号", "名称", "状态", "隔几步", "途径")


@requires("assets.read")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One asset; `?tab=impact` what its failure hits, `?tab=history` all that happened to it."""
    asset = asset_or_404(request, pk)
    kind = queries.kinds()[asset.kind]
    tab = request.GET.get("tab", "")
    now = timezone.now()
    context: dict[str, Any] = {
        "title": asset.name,
        "asset": asset,
        "kind": kind,
        "now": now,
        "today": local_day(now),
        "system_label": kind.field("system").label,
        "expiry_label": kind.field(kind.expires).label if kind.expires else "",
        "maintained_by": _maintained_by(request, asset),
        "may_assign": request.user.party.kind != PartyKind.SUPPLIER and request.user.has_perm("assets.write"),
        "tab": tab,
        "tabs": _tabs(request, asset, tab),
        "repair": asset.repairs.filter(returned_at=None).first(),
        "steps": offered(asset, kind),
        "is_thing": is_thing(kind),
    }
    if tab == "impact":
        found = consequences(request.user, asset)
        if request.GET.get("export"):
            return _impact_as_excel(asset, found)
        context |= _impact(asset, found)
    elif tab == "history":
        page = page_of(request, asset.events.all())
        context |= {"page_obj": page, "timeline": timeline(page, kind), "repairs": asset.repairs.all()}
    else:
        context |= _facts(request, asset, kind)
    return render(request, "assets/detail.html", context)


def _tabs(request: PersonRequest, asset: Asset, tab: str) -> list[dict[str, Any]]:
    base = reverse("assets:detail", args=[asset.pk])
    named = [("", "概况", base), ("impact", "影响", f"{base}?tab=impact"), ("history", "经过", f"{base}?tab=history")]
    if asset.kind in CONFIGURED_KINDS and request.user.has_perm("assets.operate"):
        named.append(("configurations", "配置", reverse("assets:configurations", args=[asset.pk])))
    return [{"label": label, "url": url, "active": name == tab} for name, label, url in named]


def _maintained_by(request: PersonRequest, asset: Asset) -> str:
    """Who maintains the asset itself or, by their contracts, its system."""
    if asset.maintainer:
        return asset.maintainer.name
    system = asset if asset.kind == SYSTEM else asset.system
    held = queries.maintenances(request.user, system).filter(supplier__isnull=False) if system else []
    return "、".join(dict.fromkeys(str(row.supplier) for row in held))


def _facts(request: PersonRequest, asset: Asset, kind: Kind) -> dict[str, Any]:
    filled, empty = facts(asset, kind)
    context: dict[str, Any] = {
        "facts": filled,
        "empty_facts": empty,
        "ties": ties(asset, list(queries.relations_seen(request.user, asset))),
        "timeline": timeline(asset.events.all()[:EVENTS_SHOWN], kind),
    }
    if asset.kind == SYSTEM:
        held = queries.assets(request.user).filter(system=asset).exclude(kind=SYSTEM)
        counts = queries.counts_by_kind(held)
        maintenances = queries.maintenances(request.user, asset)
        context |= {
            "maintenances": maintenances,
            "contracts_seen": {row.contract for row in maintenances},
            "subsystems": queries.subsystems(request.user, asset),
            "interfaces": asset.interfaces.all(),
            "held": [
                (row, counts[row.id], f"{reverse('assets:list', args=[row.id])}?system={asset.pk}&state=live")
                for row in queries.kinds().values()
                if counts.get(row.id)
            ],
        }
    return context


def _impact(asset: Asset, found: Consequences) -> dict[str, Any]:
    groups = [(effect, tone, len(rows), rows[:LISTED_HITS]) for effect, tone, rows in found.by_effect()]
    return {
        "found": found,
        "groups": groups,
        "listed": LISTED_HITS,
        "drawn": min(len(found.rows), DRAWN),
        "chart": picture(asset, found.rows) if found.rows else None,
        "chart_height": height(found.rows),
    }


def _impact_as_excel(asset: Asset, found: Consequences) -> HttpResponse:
    kinds = queries.kinds()
    rows = [
        (
            row.effect.label, kinds[row.asset.kind].name if row.asset.kind in kinds else row.asset.kind,
            row.asset.number, row.asset.name, row.asset.get_state_display(), row.steps,
            asset.name + "".join(f" {leg.arrow} {leg.asset.name}" for leg in row.way),
        )
        for row in found.rows
    ]  # fmt: skip
    return excel(f"影响-{asset.number}.xlsx", {"影响": (IMPACT_HEADERS, rows)})
