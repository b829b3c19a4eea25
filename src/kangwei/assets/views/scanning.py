"""Counting: what is typed or scanned into a stock-take's page, and what a phone opens from a label."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, counting, queries
from kangwei.assets.enums import CountState
from kangwei.assets.forms.stocktakes import CodeForm, CountForm
from kangwei.assets.models import Asset, StockTake, StockTakeLine
from kangwei.assets.showing import columns
from kangwei.assets.views.finding import asset_or_404, known
from kangwei.assets.views.stocktakes import back_to, page_context, stocktake_or_404
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, page_of, refusals_shown

_LEVELS = {"ok": messages.SUCCESS, "warn": messages.WARNING, "info": messages.WARNING, "bad": messages.ERROR}
_GLANCE = ("serial_number", "custodian", "place", "institution", "system")


class Answer(NamedTuple):
    """What became of a code: a tone and a sentence, the line where it was recorded, and the status of HTTP."""

    tone: str
    text: str
    line: StockTakeLine | None = None
    status: int = 422


@requires("assets.operate")
@require_POST
def count(request: PersonRequest, pk: int) -> HttpResponse:
    """Count the asset whose number, serial number or label was entered; htmx gets the page anew, with the answer."""
    found = stocktake_or_404(request, pk)
    answer = _count(request, found)
    if "HX-Request" not in request.headers:
        messages.add_message(request, _LEVELS[answer.tone], answer.text)
        return redirect(back_to(found, request.GET))
    context = page_context(request, found, request.GET) | {"answer": answer}
    return render(request, "assets/stocktake.html", context, status=answer.status)


def _count(request: PersonRequest, found: StockTake) -> Answer:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return Answer("bad", _faults(form))
    code, place = counting.tidied(form.cleaned_data["code"]), form.cleaned_data["place"]
    mine = queries.assets(request.user).filter(owner=found.owner_id)
    assets = counting.scanned(mine, code, kind=found.kind)
    if not assets:
        return Answer("bad", f"没有编号或序列号为「{code}」的资产，没有记上。请核对后再扫；未登记的先登记。")
    if len(assets) > 1:
        named = "、".join(f"{asset.number} {asset.name}" for asset in assets)
        return Answer("bad", f"「{code}」对应 {len(assets)} 项资产：{named}。请改用资产编号，没有记上。")
    try:
        line = actions.count_asset(
            stocktake=found, asset=assets[0], place=place, actor=request.user, now=timezone.now()
        )
    except ActionError as error:
        # 409: recorded, though not by this request; app.js calls anything else lost.
        return Answer("warn", str(error), status=409 if error.field == "seen" else 422)
    return Answer(line.tone, _told(line), line, 200)


def _told(line: StockTakeLine) -> str:
    asset = line.asset
    named = f"「{asset}」（{asset.number}）"
    if line.state == CountState.EXTRA:
        return f"{named}不在清单中，记为盘盈"
    if line.state == CountState.MOVED:
        return f"{named}位置不符：账面在「{line.expected_place or '未登记'}」，实际在「{line.place}」"
    return f"{named}在位"


@requires("assets.operate")
@require_POST
def count_lines(request: PersonRequest, pk: int) -> HttpResponse:
    """Count the chosen lines, or the one whose button was pressed."""
    found = stocktake_or_404(request, pk)
    only = request.POST.get("only", "")
    chosen = [only] if only else request.POST.getlist("line")
    wanted = {int(text) for text in chosen if text.isdecimal() and len(text) <= 18}
    mine = list(counting.lines(request.user, found).filter(pk__in=wanted).values_list("pk", flat=True))
    form = CountForm(request.POST)
    if not mine or not form.is_valid():
        messages.error(request, _faults(form) or "请先选择要盘到的资产")
        return redirect(back_to(found, request.GET))
    place = "" if only else form.cleaned_data["place"]
    with refusals_shown(request):
        done = actions.count_lines(stocktake=found, lines=mine, place=place, actor=request.user, now=timezone.now())
        if done:
            messages.success(request, f"已盘到 {done} 项" + (f"，实际地点「{place}」" if place else ""))
        if done < len(mine):
            messages.warning(request, f"{len(mine) - done} 项已有盘点结果，没有改动")
    return redirect(back_to(found, request.GET))


@requires("assets.operate")
def scan_start(request: PersonRequest) -> HttpResponse:
    """A field for the next code, and the stock-takes that count; a code that names one asset leads to it."""
    code = counting.tidied(request.GET.get("code", ""))
    found = counting.scanned(known(queries.assets(request.user)), code)
    if len(found) == 1:
        return redirect("assets:scan", pk=found[0].pk)
    page = page_of(request, counting.open_stocktakes(request.user))
    progress = counting.progress(request.user, page)
    context = {
        "title": "扫码",
        "code": code,
        "found": found,
        "page_obj": page,
        "stocktakes": [(row, progress[row.pk]) for row in page],
    }
    return render(request, "assets/scan_start.html", context)


@requires("assets.operate")
def scan(request: PersonRequest, pk: int) -> HttpResponse:
    """What a label leads to: the asset at a glance, and its place in the stock-takes that count it."""
    asset = asset_or_404(request, pk)
    kind = queries.kinds()[asset.kind]
    values = queries.values_of(asset)
    shown = [kind.field(name) for name in _GLANCE] + [one for one in columns(kind) if one in kind.attributes]
    entries = counting.open_stocktakes_of(request.user, asset)
    progress = counting.progress(request.user, [found for found, _ in entries])
    context: dict[str, Any] = {
        "title": asset.name,
        "asset": asset,
        "kind": kind,
        "facts": [(one.label, text) for one in shown if (text := one.shown(values.get(one.id)))],
        "entries": [(found, line, progress[found.pk]) for found, line in entries],
        # The next code may come where this one is dealt with; before, the cursor would hide the buttons.
        "ready": all(line and line.at for _, line in entries),
    }
    return render(request, "assets/scan.html", context)


@requires("assets.operate")
@require_POST
def scan_count(request: PersonRequest, pk: int, stocktake: int) -> HttpResponse:
    """A result for one asset from its scan page: there, elsewhere, a remark, or the result taken back."""
    asset, found = asset_or_404(request, pk), stocktake_or_404(request, stocktake)
    form, what = CountForm(request.POST), request.POST.get("what", "")
    if not form.is_valid():
        messages.error(request, _faults(form))
        return redirect("assets:scan", pk=pk)
    with refusals_shown(request):
        messages.success(request, _carry_out(request, found, asset, what, form.cleaned_data))
    return redirect("assets:scan", pk=pk)


def _carry_out(request: PersonRequest, found: StockTake, asset: Asset, what: str, data: dict[str, str]) -> str:
    """Do what the button says; what was done, in words."""
    now, seen = timezone.now(), _moment(request.POST.get("seen", ""))
    if what in ("note", "withdraw"):
        line = get_object_or_404(counting.lines(request.user, found), asset=asset)
        if what == "note":
            actions.annotate_count(line=line, note=data["note"], actor=request.user, now=now)
            return "备注已保存"
        actions.withdraw_count(line=line, seen=seen, actor=request.user, now=now)
        return "盘点结果已撤回"
    place = data["place"] if what == "moved" else ""
    if what == "moved" and not place:
        raise ActionError("请填写实际地点")
    line = actions.count_asset(
        stocktake=found, asset=asset, place=place, note=data["note"], seen=seen, actor=request.user, now=now
    )
    return _told(line)


def _faults(form: Form) -> str:
    return "；".join(f"{form[name].label}：{text}" for name, errors in form.errors.items() for text in errors)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
