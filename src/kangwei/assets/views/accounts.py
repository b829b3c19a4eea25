"""Accounts of the systems that are maintained: by system, and those to be reviewed every quarter."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, queries, registers
from kangwei.assets.enums import AssetState
from kangwei.assets.forms.accesses import ReviewForm
from kangwei.assets.views.choosing import MOST_CHOSEN, chosen, joined, of_owner, owner_options
from kangwei.assets.views.finding import known
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, address, export, key_in, page_of, select

SHOWN = [("open", "在用"), ("review", "待复核"), ("closed", "已注销")]
NO_SYSTEM, ALL = "none", "all"
# Opening registers an account, reviewing is done for many at once.
NO_BUTTON = ("open", "review")
HEADERS = ("系统", "账号", "姓名", "单位", "级别", "角色与权限", "区划", "状态", "开通日期", "最近办理", "复核日期",
           "待复核原因", "资产编号")  # fmt: skip


@requires("assets.read")
def account_list(request: PersonRequest) -> HttpResponse:
    """How many accounts each system has; with `?system=` (a system, all, none) the accounts; page or Excel."""
    now = timezone.now()
    everything = registers.accounts(of_owner(request, known(queries.assets(request.user))), now)
    system = request.GET.get("system", "")
    if not system and not any(request.GET.get(name) for name in ("q", "shown", "export")):
        rows = registers.accounts_by_system(everything, now)
        found = {"title": "系统账号", "page_obj": page_of(request, rows), "owners": owner_options(request)}
        return render(request, "assets/account_systems.html", found)
    rows = _filtered(request, everything)
    if request.GET.get("export"):
        return export(request, "系统账号.xlsx", HEADERS, rows, _exported)
    owners = owner_options(request)
    systems = [(str(pk), name) for pk, name in queries.systems_seen(request.user).values_list("pk", "name")]
    page = page_of(request, rows)
    context: dict[str, Any] = {
        "title": "系统账号",
        "heading": dict(systems).get(system, "系统账号"),
        "one_system": system in dict(systems),
        "page_obj": page,
        "rows": [(row, review_reason(row)) for row in page],
        "operations": [one for one in queries.kinds()[registers.ACCOUNT].operations if one.id not in NO_BUTTON],
        "may_operate": request.user.has_perm("assets.operate"),
        "with_owner": bool(owners),
        "here": request.GET.urlencode(),
        "to_review": registers.to_review(rows, now).count(),
        "days": registers.REVIEW_DAYS,
        "most": MOST_CHOSEN,
        "filtered": any(request.GET.get(name) for name in ("q", "shown", "owner")),
        "q": request.GET.get("q", ""),
        "search_hint": "账号、姓名、单位、区划",
        "filters": [
            select(request, "system", "系统", [(ALL, "全部账号"), *systems, (NO_SYSTEM, "未填系统")]),
            select(request, "shown", "状态", SHOWN),
            *([select(request, "owner", "单位", owners)] if owners else []),
        ],
        "export_url": address(request, export="1"),
    }
    return render(request, "assets/accounts.html", context)


@requires("assets.operate")
@require_POST
def review_accounts(request: PersonRequest) -> HttpResponse:
    """Who looked at the accounts that were ticked, or at all of the list that are to be reviewed; then noting it."""
    now = timezone.now()
    mine = registers.accounts(known(queries.assets(request.user)), now).exclude(state=AssetState.SCRAPPED)
    if request.POST.get("everything"):
        rows = list(registers.to_review(_filtered(request, of_owner(request, mine)), now)[:MOST_CHOSEN])
    else:
        rows = chosen(request, mine.order_by("system__name", "number"))
    back = f"{reverse('assets:accounts')}?{request.GET.urlencode()}"
    if not rows:
        messages.error(request, "请先勾选已复核的账号")
        return redirect(back)
    form = ReviewForm(request.POST if "approved_by" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            count = actions.review_accounts(assets=rows, **form.cleaned_data, actor=request.user, now=now)
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已复核 {count} 个账号")
            return redirect(back)
    context = {"title": "复核账号", "rows": rows, "form": form, "chosen": joined(rows), "back": back}
    return render(request, "assets/review.html", context, status=422 if form.errors else 200)


def _filtered(request: PersonRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    system, shown = request.GET.get("system", ""), request.GET.get("shown", "")
    if system == NO_SYSTEM:
        rows = rows.filter(system=None)
    elif (key := key_in(system)) is not None:
        rows = rows.filter(system=key)
    if shown == "closed":
        rows = rows.filter(state=AssetState.SCRAPPED)
    elif shown == "open":
        rows = rows.exclude(state=AssetState.SCRAPPED)
    elif shown == "review":
        rows = registers.to_review(rows, timezone.now())
    if text := request.GET.get("q", "").strip():
        rows = queries.search_assets(rows, text)
    return rows.order_by("system__name", "attributes__account", "number")


def _exported(row: Any) -> tuple[Any, ...]:
    held = row.attributes
    return (
        row.system.name if row.system else "", held.get("account", ""), row.name, row.institution,
        held.get("level", ""), held.get("role", ""), held.get("region", ""),
        "已注销" if row.state == AssetState.SCRAPPED else row.get_state_display(), row.in_use_since, row.operated_at,
        held.get("reviewed", ""), review_reason(row), row.number,
    )  # fmt: skip


def review_reason(row: Any) -> str:
    """Why somebody has to look at an account; "" where nobody has to."""
    if row.state == AssetState.SCRAPPED:
        return ""
    reasons = [(row.to_review, f"{registers.REVIEW_DAYS} 天未办理、未复核"), (row.gone, "本人另有账号已注销")]
    return "，".join(text for applies, text in reasons if applies)
