"""Orders of the 12345 line with their rates; the line's verdict on one; the weights of the rates."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, carried_out, excel, export, month_in, page_of, select
from kangwei.core.calendars import local_day
from kangwei.core.calendars.cadences.periods import Every, Period
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import TicketState
from kangwei.servicedesk.forms.hotline import VerdictForm, WeightsForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.hotline_rates import (
    PARTS,
    Figure,
    Standing,
    order_of,
    orders,
    received_between,
    search_orders,
    standings,
    weights_of,
)
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.narrowing import (
    EVERY,
    contract_filter,
    contract_or_404,
    of_contract,
    period_in,
)
from kangwei.servicedesk.views.work import answer, by

STATES = [(state.value, state.label) for state in (
    TicketState.NEW, TicketState.WORKING, TicketState.SOLVED, TicketState.CLOSED, TicketState.CANCELLED,
    TicketState.HANDED_OVER,
)]  # fmt: skip
FILTERS = ("contract", "state", "part", "q")
ORDER_HEADERS = (
    "12345 单号", "工单编号", "标题", "诉求类别", "合同", "系统", "机构", "诉求人", "电话", "派单时间", "受理时间",
    "状态", "办结时间", "已响应", "已解决", "满意", "考评登记时间", "超时时钟",
)  # fmt: skip
RATE_HEADERS = ("合同编号", "合同", "期间", "诉求", "指标", "来源", "达到", "计入", "结果", "要求", "考核周期", "结论")
REACHED = {True: "达标", False: "未达标", None: ""}


@requires("tickets.read")
def hotline(request: PersonRequest) -> HttpResponse:
    """The rates of a month, quarter or year by contract, and the orders that they count; either as Excel too."""
    now = timezone.now()
    every, period = period_in(request, local_day(now))
    received = received_between(orders(request.user), period.first, period.last)
    within = of_contract(request, received, "contract")
    rows = _narrowed(request, within)
    code = request.GET.get("contract", "")
    found = standings(request.user, within, period.first, period.last)
    found = [row for row in found if code in ("", row.contract.code)]
    if request.GET.get("export") == "rates":
        return excel(f"12345 考评 {period.label}.xlsx", {"考评": (RATE_HEADERS, _rate_rows(found, period))})
    if request.GET.get("export"):
        return export(request, f"12345 诉求 {period.label}.xlsx", ORDER_HEADERS, rows, _exported)
    # The month asked for, not the first of its quarter: going back to single months leads to the same one.
    month = f"{month_in(request.GET.get('month', '')) or local_day(now):%Y-%m}"
    context: dict[str, Any] = {
        "title": "12345 接诉即办",
        "now": now,
        "period": period,
        "standings": [_linked(request, row) for row in found],
        "page_obj": page_of(request, rows),
        "kept": [("period", every)] if every != "month" else [],
        "q": request.GET.get("q", "").strip(),
        "search_hint": "单号、标题、诉求人、电话",
        "filters": [
            {"name": "month", "label": "派单月份", "kind": "month", "value": month},
            contract_filter(request),
            select(request, "state", "状态", STATES),
            select(request, "part", "考评", [(name, label) for name, (label, _) in PARTS.items()]),
        ],
        "export_url": address(request, export="1"),
        "rates_url": address(request, export="rates"),
        "filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render(request, "servicedesk/hotline.html", context | _around(request, every, period))


def _narrowed(request: PersonRequest, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    query = request.GET
    if query.get("state") in TicketState.values:
        rows = rows.filter(state=query["state"])
    if query.get("part") in PARTS:
        rows = rows.filter(PARTS[query["part"]][1])
    text = query.get("q", "").strip()
    return search_orders(rows, text) if text else rows


def _around(request: PersonRequest, every: Every, period: Period) -> dict[str, Any]:
    """The addresses of the same page for other periods."""
    before, after = period.first - timedelta(days=1), period.last + timedelta(days=1)
    tabs = [
        {"label": label, "url": address(request, period=one), "active": one == every, "count": None}
        for one, label in EVERY.items()
    ]
    return {
        "tabs": tabs, "before": address(request, month=f"{before:%Y-%m}"),
        "after": address(request, month=f"{after:%Y-%m}"),
    }  # fmt: skip


def _linked(request: PersonRequest, row: Standing) -> dict[str, Any]:
    """A row of the rates with the list behind each of its figures."""

    def behind(part: str) -> str:
        return address(request, contract=row.contract.code, part=part, state="", q="", export="") + "#orders"

    def linked(figure: Figure) -> dict[str, Any]:
        share = figure.share.id
        return {"figure": figure, "met_url": behind(f"{share}-met"), "counted_url": behind(f"{share}-counted")}

    return {
        "row": row, "url": behind(""), "verdicts": [linked(figure) for figure in row.verdicts],
        "clocks": [linked(figure) for figure in row.clocks],
    }  # fmt: skip


def _exported(row: Ticket) -> tuple[Any, ...]:
    order = row.hotline
    return (
        order.order_number, row.number, row.title, order.get_demand_display(), row.contract.title, row.system or "",
        row.institution or "", row.caller, row.phone, row.occurred_at, row.opened_at, row.get_state_display(),
        row.closed_at, order.responded, order.solved, order.satisfied, order.assessed_at, row.breached,
    )  # fmt: skip


def _rate_rows(found: list[Standing], period: Period) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for row in found:
        head = (row.contract.code, row.contract.title, period.label, row.total)
        for source, figures in (("12345 考评", row.verdicts), ("本系统时钟", row.clocks)):
            rows += [
                (*head, one.share.label, source, one.met, one.counted, one.shown, one.required,
                 row.over if one.required else "", REACHED[one.reached])
                for one in figures
            ]  # fmt: skip
        score, weights = row.score, row.score.weights
        basis = f"按权重（{weights.basis}）" if weights else "未设权重"
        rows.append(
            (*head, "综合成绩", basis, "", "", score.shown, score.required, row.over if score.required else "",
             REACHED[score.reached])
        )  # fmt: skip
    return rows


@requires("tickets.manage")
def verdict(request: PersonRequest, pk: int) -> HttpResponse:
    """What the line's own call-back found of an order: the city's verdict, which the buyer's side alone enters."""
    ticket = ticket_or_404(request, pk)
    order = order_of(ticket)
    if order is None:
        raise Http404
    if not queries.speaks_for_owner(request.user, ticket.contract):
        raise PermissionDenied
    form = VerdictForm(request.POST if request.method == "POST" else None, order=order)
    return answer(
        request, ticket, form, "登记考评",
        lambda: actions.set_verdict(order=order, **form.cleaned_data, **by(request)),
    )  # fmt: skip


@requires("contracts.write")
def weights(request: PersonRequest, code: str) -> HttpResponse:
    """How much each rate counts in the composite score of a contract: the buyer's to say, who is no party to it."""
    contract = contract_or_404(request, code)
    form = WeightsForm(request.POST if request.method == "POST" else None, weights=weights_of(contract))
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: actions.set_weights(contract=contract, **form.cleaned_data, **by(request))
    ):  # fmt: skip
        messages.success(request, f"已设定「{contract.title}」的权重")
        return redirect("tickets:hotline")
    context = {"title": "综合成绩权重", "contract": contract, "form": form}
    return render(request, "servicedesk/hotline_weights.html", context, status=422 if form.errors else 200)
