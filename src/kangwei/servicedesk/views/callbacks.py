"""Call-backs: the list to work through, drawing a sample, taking down a call."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, address, carried_out, export, month_in, page_of, select
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import local_day
from kangwei.core.calendars.cadences.periods import period_of
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import TicketKind, TicketState
from kangwei.servicedesk.forms.callbacks import MOST_SEEDS, CallForm, DrawForm
from kangwei.servicedesk.lifecycles import permission_of, steps_from
from kangwei.servicedesk.models import CallBack
from kangwei.servicedesk.queries import scale_of
from kangwei.servicedesk.queries.calling import (
    RESULTS,
    WAITING,
    call_backs,
    drawn_between,
    draws,
    result_of,
    search_calls,
)
from kangwei.servicedesk.queries.hotline_rates import cut_off
from kangwei.servicedesk.views.narrowing import contract_filter, of_contract
from kangwei.servicedesk.views.work import by

HEADERS = (
    "工单编号", "标题", "合同", "机构", "报告人", "电话", "办结时间", "抽取时间", "抽取人", "结果", "问题已解决",
    "得分", "满分", "评价方式", "说明", "回访时间", "回访人",
)  # fmt: skip
SHOWN = ("reached", "solved", "unsolved", "not-reached", "refused", "rated")
FILTERS = ("contract", "month", "result", "q")


@requires("tickets.read")
def call_back_list(request: PersonRequest) -> HttpResponse:
    """Whom to call, how far it has come and what was said; as a page for the phone or as Excel."""
    drawn = of_contract(request, call_backs(request.user), "ticket__contract")
    if month := month_in(request.GET.get("month", "")):
        days = period_of("month", month)
        drawn = drawn_between(drawn, days.first, days.last)
    wanted = request.GET.get("result", "")
    rows = drawn.filter(RESULTS[wanted][1]) if wanted in RESULTS else drawn
    if text := request.GET.get("q", "").strip():
        rows = search_calls(rows, text)
    if request.GET.get("export"):
        return export(request, "回访结果.xlsx", HEADERS, rows, _exported)
    result = result_of(drawn)
    code = request.GET.get("contract", "")
    contract = contracts.contracts(request.user).filter(code=code).first() if code else None
    page = page_of(request, rows)
    context: dict[str, Any] = {
        "title": "回访",
        "page_obj": page,
        "rows": [
            {"row": row, "reopening": reopening(row) if row.solved is False and may_reopen(request, row) else ""}
            for row in page
        ],
        "result": result,
        "done": result.parts["done"],
        "figures": [
            {"label": RESULTS[name][0], "number": result.parts[name], "url": address(request, result=name)}
            for name in SHOWN
        ],
        "q": text,
        "search_hint": "编号、标题、报告人、电话",
        "average": cut_off(result.average, 2) if result.average is not None else "",
        "filters": [
            contract_filter(request),
            {"name": "month", "label": "抽取月份", "kind": "month", "value": request.GET.get("month", "")},
            select(request, "result", "结果", [(name, label) for name, (label, _) in RESULTS.items()]),
        ],
        "export_url": address(request, export="1"),
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "waiting": WAITING,
        "draws": draws(contract) if contract else [],
    }
    return render(request, "servicedesk/callbacks.html", context)


@requires("tickets.manage")
def draw(request: PersonRequest) -> HttpResponse:
    """Draw a sample of the tickets that were closed in a time, at first last month's."""
    mine = contracts.contracts(request.user).order_by("code")
    today = local_day(timezone.now())
    before = period_of("month", today.replace(day=1) - timedelta(days=1))
    form = DrawForm(
        request.POST if request.method == "POST" else None, contracts=mine,
        contract=mine.filter(code=request.GET.get("contract", "")).first(),
        initial={"first": before.first, "last": before.last},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if given["seed"] is None:
            given["seed"] = secrets.randbelow(MOST_SEEDS)
        try:
            drawn = actions.draw_sample(**given, **by(request))
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已抽取 {len(drawn)} 张工单待回访，随机种子 {given['seed']}")
            return redirect(f"{reverse('tickets:callbacks')}?contract={given['contract'].code}&result={WAITING}")
    return render(
        request, "servicedesk/callback_draw.html", {"title": "抽取回访样本", "form": form},
        status=422 if form.errors else 200,
    )  # fmt: skip


@requires("tickets.write")
def call(request: PersonRequest, pk: int) -> HttpResponse:
    """Call somebody back and take down what they said."""
    row = get_object_or_404(call_backs(request.user), pk=pk)
    scale, rated = scale_of(row.ticket.contract), hasattr(row.ticket, "rating")
    form = CallForm(request.POST if request.method == "POST" else None, of=scale.of, rated=rated)
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: actions.record_call(call_back=row, **form.cleaned_data, **by(request))
    ):  # fmt: skip
        messages.success(request, f"已登记回访：{row.ticket.number}")
        if form.cleaned_data["solved"] is False:
            if may_reopen(request, row):
                return redirect(reopening(row))
            messages.warning(request, f"{row.ticket.number} 问题未解决，请转告项目经理重新打开")
        return redirect(f"{reverse('tickets:callbacks')}?contract={row.ticket.contract.code}&result={WAITING}")
    context = {"title": f"回访 {row.ticket.number}", "row": row, "ticket": row.ticket, "form": form, "scale": scale}
    return render(request, "servicedesk/callback.html", context, status=422 if form.errors else 200)


def may_reopen(request: PersonRequest, row: CallBack) -> bool:
    """Whether the person may take the ticket up again as it stands."""
    steps = steps_from(TicketKind(row.ticket.kind), TicketState(row.ticket.state))
    return any(step.id == "reopen" for step in steps) and request.user.has_perm(permission_of("reopen"))


def reopening(row: CallBack) -> str:
    """The form that reopens the ticket, with what was said as its reason."""
    return f"{reverse('tickets:step', args=[row.ticket_id, 'reopen'])}?call_back={row.pk}"


def _exported(row: CallBack) -> tuple[Any, ...]:
    ticket, rating = row.ticket, getattr(row.ticket, "rating", None)
    return (
        ticket.number, ticket.title, ticket.contract.title, ticket.institution or "", ticket.caller, ticket.phone,
        ticket.closed_at, row.drawn_at, row.drawn_by, row.get_outcome_display(), row.solved,
        rating.score if rating else "", rating.of if rating else "", rating.get_rated_by_display() if rating else "",
        row.note, row.called_at, row.called_by,
    )  # fmt: skip
