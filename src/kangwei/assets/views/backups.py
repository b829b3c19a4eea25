"""Whose configuration was backed up in a month, and the report of it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, backups, queries
from kangwei.assets.backups import Month
from kangwei.assets.views.choosing import of_owner, owner_options
from kangwei.assets.views.finding import known
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, export, key_in, page_of, select
from kangwei.core.calendars import local_day

SHOWN = [("missing", "未备份"), ("done", "已备份")]
HEADERS = ("类别", "资产编号", "名称", "单位", "所属系统", "存放地点", "本月备份", "最近一次备份")


@requires("assets.operate")
def backup_list(request: PersonRequest) -> HttpResponse:
    """The devices and systems whose configuration is backed up every month, and how they stand; page or Excel."""
    month = backups.month_of(request.GET.get("month", ""), local_day(timezone.now()))
    everything = _filtered(request, month)
    total, missing = backups.backup_counts(everything)
    shown = request.GET.get("shown", "")
    rows = everything.filter(backed_up_at__isnull=shown == "missing") if shown in dict(SHOWN) else everything
    if request.GET.get("export"):
        return export(request, f"配置备份-{month}.xlsx", HEADERS, rows, _exported)
    owners = owner_options(request)
    kinds = [(name, queries.kinds()[name].name) for name in backups.BACKED_UP_KINDS if name in queries.kinds()]
    context: dict[str, Any] = {
        "title": "配置备份",
        "month": month,
        "total": total,
        "done": total - missing,
        "missing": missing,
        "page_obj": page_of(request, rows),
        "with_owner": bool(owners),
        "owners": owners or [(party.pk, party.name) for party in queries.owners(request.user)],
        "here": request.GET.urlencode(),
        "filtered": any(request.GET.get(name) for name in ("q", "kind", "owner", "shown")),
        "q": request.GET.get("q", ""),
        "search_hint": "编号、名称、地点",
        "filters": [
            {"name": "month", "label": "月份", "kind": "month", "value": str(month)},
            select(request, "shown", "备份", SHOWN),
            select(request, "kind", "类别", kinds),
            *([select(request, "owner", "单位", owners)] if owners else []),
        ],
        "export_url": address(request, export="1"),
    }
    return render(request, "assets/backups.html", context)


@requires("assets.operate")
@require_POST
def configuration_report(request: PersonRequest) -> HttpResponse:
    """Archive the 配置报告 of the month over what the list shows of one party."""
    now = timezone.now()
    month = backups.month_of(request.GET.get("month", ""), local_day(now))
    party = get_object_or_404(queries.owners(request.user), pk=key_in(request.POST.get("owner", "")))
    try:
        row = actions.make_configuration_report(
            assets=list(_filtered(request, month).filter(owner=party)), month=month, owner=party,
            maker=request.user.party, actor=request.user, now=now,
        )  # fmt: skip
    except ActionError as error:
        messages.error(request, str(error))
        return redirect(f"{redirect('assets:backups').url}?{request.GET.urlencode()}")
    messages.success(request, f"已生成并归档{month.label}配置报告 {row.document.number}")
    return redirect("assets:document", pk=row.pk)


def _filtered(request: PersonRequest, month: Month) -> QuerySet[Any]:
    rows = of_owner(request, known(queries.assets(request.user)))
    if kind := request.GET.get("kind", ""):
        rows = rows.filter(kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_assets(rows, text)
    return backups.to_be_backed_up(rows, month)


def _exported(asset: Any) -> tuple[Any, ...]:
    return (
        queries.kinds()[asset.kind].name, asset.number, asset.name, asset.owner.name,
        asset.system.name if asset.system else "", asset.place, asset.backed_up_at or "未备份", asset.last_backup,
    )  # fmt: skip
