"""What comes to its end and when, renewing many at once, and reading a certificate from its server."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.accounts.enums import PartyKind
from kangwei.assets import actions, queries
from kangwei.assets.enums import AssetState
from kangwei.assets.forms.certificates import RenewForm
from kangwei.assets.models import Asset
from kangwei.assets.views.choosing import MOST_CHOSEN, chosen, joined, of_owner, owner_options
from kangwei.assets.views.finding import asset_or_404, known
from kangwei.assets.views.lives import CERTIFICATE, answer
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, address, export, page_of, select
from kangwei.core.calendars import local_day

REMINDED, PAST, ALL = "", "past", "all"
STANDINGS = [(REMINDED, "提醒期内"), (PAST, "已过期"), ("7", "7 天内"), ("30", "30 天内"), ("90", "90 天内"),
             ("365", "一年内"), (ALL, "全部")]  # fmt: skip
HEADERS = ("到期日", "剩余天数", "类别", "资产编号", "名称", "序列号", "单位", "所属系统", "使用单位", "保管人", "状态")


@requires("assets.read")
def expiry_list(request: PersonRequest) -> HttpResponse:
    """What expires, the past first: within the days of each kind's reminder, or as `?days=` says; page or Excel."""
    today = local_day(timezone.now())
    everything, days = _filtered(request), _days(request)
    rows = everything.filter(_within(days, today)).order_by("expires_on", "number")
    if request.GET.get("export"):
        return export(request, "到期清单.xlsx", HEADERS, rows, lambda asset: _exported(asset, today))
    renewable = queries.renewable_kinds()
    expiring = [(name, kind.name) for name, kind in queries.kinds().items() if kind.expires]
    owners = owner_options(request)
    counts = _counts(everything, today)
    to_renew = rows.filter(kind__in=renewable).count()
    context: dict[str, Any] = {
        "title": "到期清单",
        "today": today,
        "page_obj": page_of(request, rows),
        "tabs": [
            {"label": label, "url": address(request, days=name), "active": name == days, "count": counts[name]}
            for name, label in STANDINGS
        ],
        "renewable": renewable,
        "to_renew": to_renew,
        "may_renew": request.user.has_perm("assets.operate"),
        "most": MOST_CHOSEN,
        "with_owner": bool(owners),
        "here": request.GET.urlencode(),
        "filtered": any(request.GET.get(name) for name in ("q", "kind", "owner", "days")),
        "q": request.GET.get("q", ""),
        "kept": [("days", days)] if days else [],
        "search_hint": "编号、名称、序列号、人员",
        "filters": [
            select(request, "kind", "类别", expiring),
            *([select(request, "owner", "单位", owners)] if owners else []),
        ],
        "export_url": address(request, export="1"),
    }
    return render(request, "assets/expiries.html", context)


@requires("assets.operate")
@require_POST
def renew(request: PersonRequest) -> HttpResponse:
    """The form for those that were ticked in the due list, or all that it lists; then renewing them."""
    today = local_day(timezone.now())
    mine = known(queries.assets(request.user)).filter(kind__in=queries.renewable_kinds())
    if request.POST.get("everything"):
        found = _filtered(request).filter(_within(_days(request), today), kind__in=queries.renewable_kinds())
        rows = list(found.order_by("expires_on", "number")[:MOST_CHOSEN])
    else:
        rows = chosen(request, mine.order_by("expires_on", "number"))
    back = f"{reverse('assets:expiries')}?{request.GET.urlencode()}"
    if not rows:
        messages.error(request, "请先在清单中勾选要续期的资产")
        return redirect(back)
    form = RenewForm(request.POST if "expires_on" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            count = actions.renew_many(assets=rows, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已续期 {count} 项到 {form.cleaned_data['expires_on']}")
            return redirect(back)
    kinds = {asset.kind: queries.kinds()[asset.kind].name for asset in rows}
    context = {
        "title": f"续期 {len(rows)} 项", "form": form, "rows": rows, "chosen": joined(rows), "back": back,
        "kinds": "、".join(kinds.values()), "today": today,
    }  # fmt: skip
    return render(request, "assets/renew.html", context, status=422 if form.errors else 200)


@requires("assets.operate")
def read_certificate(request: PersonRequest, pk: int) -> HttpResponse:
    """Read the certificate that the asset's address shows into its entry."""
    asset = asset_or_404(request, pk)
    if asset.kind != CERTIFICATE:
        raise Http404
    supplies = request.user.party.kind == PartyKind.SUPPLIER
    form = forms.Form(request.POST if request.method == "POST" else None)

    def read() -> None:
        now = timezone.now()
        found = actions.read_certificate(asset=asset, this_server=not supplies, actor=request.user, now=now)
        if found["faults"]:
            messages.warning(request, f"证书有问题：{found['faults']}")

    return answer(
        request, asset, form, "读取证书", read, submit="读取",
        explanation="连接读取地址（没有填写时为域名的 443 端口），按服务器出示的证书更新序列号、发证机构和有效期。",
    )  # fmt: skip


def _filtered(request: PersonRequest) -> QuerySet[Asset]:
    """What is not scrapped and expires some day, of the kind, party and text that are asked for."""
    rows = known(queries.assets(request.user)).exclude(state=AssetState.SCRAPPED).filter(expires_on__isnull=False)
    if kind := request.GET.get("kind", ""):
        rows = rows.filter(kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = queries.search_assets(rows, text)
    return of_owner(request, rows)


def _days(request: PersonRequest) -> str:
    days = request.GET.get("days", REMINDED)
    return days if days in dict(STANDINGS) else REMINDED


def _counts(rows: QuerySet[Asset], today: date) -> dict[str, int]:
    """How many there are in each of STANDINGS, in one query."""
    counts = {f"in_{name}": Count("pk", filter=_within(name, today)) for name, _ in STANDINGS}
    found = rows.order_by().aggregate(**counts)
    return {name: found[f"in_{name}"] for name, _ in STANDINGS}


def _within(days: str, today: date) -> Q:
    if days == ALL:
        return Q()
    if days == PAST:
        return Q(expires_on__lt=today)
    return Q(expires_on__lte=today + timedelta(days=int(days))) if days else queries.reminded(today)


def _exported(asset: Asset, today: date) -> tuple[Any, ...]:
    left = (asset.expires_on - today).days if asset.expires_on else None
    return (
        asset.expires_on, left, queries.kinds()[asset.kind].name, asset.number, asset.name, asset.serial_number,
        asset.owner.name, asset.system.name if asset.system else "", asset.institution, asset.custodian,
        asset.get_state_display(),
    )  # fmt: skip
