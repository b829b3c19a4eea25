"""The IP table: who has which address, what is free, what is claimed twice; and the admission form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, queries
from kangwei.assets.addresses import Conflict, Holder, Subnet, conflicts, subnet_of, subnets
from kangwei.assets.enums import AssetState
from kangwei.assets.forms.accesses import ApplicationForm
from kangwei.assets.models import Asset
from kangwei.assets.registers import ADDRESS, holders, taken
from kangwei.assets.views.choosing import chosen, joined, one_owner
from kangwei.assets.views.finding import known
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, address, excel, page_of, select
from kangwei.base.workbook import Table

FIELDS = ("ip", "mac", "name", "form", "custodian", "institution", "place", "socket", "network", "vlan", "switch_port",
          "mask", "gateway", "phone", "purpose", "admitted", "valid_until", "number", "state", "note")  # fmt: skip
STATES = [("in_use", "已准入"), ("spare", "未启用"), ("scrapped", "已作废")]
SHOWN = [("", "登记"), ("subnets", "网段"), ("conflicts", "冲突")]


@requires("assets.read")
def address_list(request: PersonRequest) -> HttpResponse:
    """The registrations of one party; `?shown=subnets` what is free, `?shown=conflicts` what is claimed twice."""
    owner, owner_filter = one_owner(request)
    everything = known(queries.assets(request.user)).filter(owner=owner)
    held = holders(everything)
    found = conflicts(held)
    seen = {subnet_of(one.ip) for one in held}
    nets = [net for net in subnets(taken(owner)) if net.network in seen]
    rows = _registrations(request, everything)
    if request.GET.get("export"):
        return _excel(rows, nets, found)
    shown = request.GET.get("shown", "")
    context: dict[str, Any] = {
        "title": "IP与MAC登记",
        "shown": shown,
        "tabs": _tabs(request, shown, {"": len(rows), "subnets": len(nets), "conflicts": len(found)}),
        "subnets": nets,
        "conflicts": found,
        "doubted": {one.pk for conflict in found for one in conflict.holders},
        "page_obj": page_of(request, rows),
        "owner": owner,
        "may_print": request.user.has_perm("assets.operate"),
        "q": request.GET.get("q", ""),
        "search_hint": "IP、MAC、终端、使用人、部门",
        "kept": [("shown", shown)] if shown else [],
        "filters": [
            select(request, "subnet", "网段", [(net.network, net.network) for net in nets]),
            select(request, "state", "状态", STATES),
            *owner_filter,
        ],
        "filtered": any(request.GET.get(name) for name in ("q", "subnet", "state")),
        "export_url": address(request, export="1", shown=""),
    }
    template = {"subnets": "assets/subnets.html", "conflicts": "assets/conflicts.html"}.get(shown)
    return render(request, template or "assets/addresses.html", context)


@requires("assets.operate")
@require_POST
def admission_form(request: PersonRequest) -> HttpResponse:
    """Who applies and why, for the registrations that were ticked; then the form as an archived document."""
    mine = known(queries.assets(request.user)).filter(kind=ADDRESS).exclude(state=AssetState.SCRAPPED)
    rows = sorted(chosen(request, mine), key=_by_ip)
    back = f"{reverse('assets:addresses')}?{request.GET.urlencode()}"
    if not rows:
        messages.error(request, "请先勾选要打印登记表的终端")
        return redirect(back)
    form = ApplicationForm(request.POST if "applicant" in request.POST else None, initial=_initial(rows))
    if form.is_bound and form.is_valid():
        try:
            row = actions.make_admission_form(
                assets=rows, application=form.application, maker=request.user.party, actor=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已生成并归档登记表 {row.document.number}")
            return redirect("assets:document", pk=row.pk)
    context = {"title": "准入登记表", "rows": rows, "form": form, "chosen": joined(rows), "back": back}
    return render(request, "assets/admission.html", context, status=422 if form.errors else 200)


def _initial(rows: list[Asset]) -> dict[str, Any]:
    """What all of them have in common is offered."""
    offered = {
        "applicant": {row.custodian for row in rows},
        "department": {row.institution for row in rows},
        "phone": {row.attributes.get("phone", "") for row in rows},
        "reason": {row.attributes.get("purpose", "") for row in rows},
        "valid_until": {row.attributes.get("valid_until", "") for row in rows},
    }
    return {name: values.pop() for name, values in offered.items() if len(values) == 1}


def _registrations(request: PersonRequest, everything: Any) -> list[Asset]:
    """The registrations that the page asks for, in the order of their addresses."""
    rows = everything.filter(kind=ADDRESS)
    state = request.GET.get("state", "")
    rows = rows.filter(state=state) if state in dict(STATES) else rows.exclude(state=AssetState.SCRAPPED)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_assets(rows, text)
    wanted = request.GET.get("subnet", "")
    found = [row for row in rows if not wanted or subnet_of(row.attributes.get("ip", "")) == wanted]
    return sorted(found, key=_by_ip)


def _by_ip(row: Asset) -> tuple[Any, ...]:
    parts = str(row.attributes.get("ip", "")).split(".")
    return (len(parts) != 4, [int(part) if part.isdecimal() else 0 for part in parts], row.number)


def _tabs(request: PersonRequest, shown: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address(request, shown=name), "active": name == shown, "count": counts[name]}
        for name, label in SHOWN
    ]


def _excel(rows: list[Asset], nets: list[Subnet], found: list[Conflict]) -> HttpResponse:
    """终端IP地址信息表: the registrations, what is free in each subnet, what is claimed twice."""
    kind = queries.kinds()[ADDRESS]
    fields = [kind.field(name) for name in FIELDS]
    values = (queries.values_of(row) for row in rows)
    sheets: dict[str, Table] = {
        "终端IP地址信息表": (
            [field.label for field in fields],
            [[field.shown(known.get(field.id)) for field in fields] for known in values],
        ),
        "网段使用": (
            ("网段", "已用", "空闲", "空闲地址"),
            [(net.network, len(net.taken), net.free, "、".join(net.free_ranges)) for net in nets],
        ),
        "冲突": (
            ("地址类型", "地址", "问题", "类别", "资产编号", "名称", "使用人", "IP地址", "MAC地址"),
            [_claim(conflict, one) for conflict in found for one in conflict.holders],
        ),
    }
    return excel("终端IP地址信息表.xlsx", sheets)


def _claim(conflict: Conflict, one: Holder) -> tuple[str, ...]:
    claimed = (conflict.what, conflict.address, conflict.reason)
    return (*claimed, one.kind_name, one.number, one.name, one.user, one.ip, one.mac)
