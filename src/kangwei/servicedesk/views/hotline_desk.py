"""Taking in an order of the 12345 line: its text is pasted, looked over and saved."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error
from kangwei.contracts.levels import measures_about
from kangwei.core.calendars import SHANGHAI, local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import TicketKind
from kangwei.servicedesk.forms.hotline import HotlineForm, filled_from
from kangwei.servicedesk.forms.words import MOMENT
from kangwei.servicedesk.intake.order_text import plain_number, read_order
from kangwei.servicedesk.queries.hotline_rates import orders
from kangwei.servicedesk.queries.scripting import scripts_for
from kangwei.servicedesk.views.calls import fitting, known_of

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract
    from kangwei.servicedesk.models import Ticket

LAST_CONTRACT = "hotline_contract"


@requires("tickets.write")
def new(request: PersonRequest) -> HttpResponse:
    """The form for an order; a saved one opens as a ticket. Without script, `read` fills the form from its text."""
    now = timezone.now()
    if not queries.open_contracts(request.user, local_day(now)).exists():
        return render(request, "servicedesk/no_contract.html", {"title": "登记 12345 单"})
    contract = _contract(request, now)
    context: dict[str, Any] = {"title": "登记 12345 单"}
    if request.method == "POST" and "read" in request.POST:
        form, recognised = _read(request, contract, now)
        return render(
            request, "servicedesk/hotline_new.html",
            context | {"recognised": recognised} | _beside(request, form, contract, now),
        )  # fmt: skip
    form = _form(request, contract, request.POST if request.method == "POST" else None, now)
    if request.method == "POST" and form.is_valid() and (ticket := _opened(request, form, now)):
        messages.success(request, f"已登记 {ticket.hotline.order_number}，工单编号 {ticket.number}")
        return redirect("tickets:detail", pk=ticket.pk)
    context |= {"asked": form.is_bound} | _beside(request, form, contract, now)
    return render(request, "servicedesk/hotline_new.html", context, status=422 if form.is_bound else 200)


@requires("tickets.write")
@require_POST
def fields(request: PersonRequest) -> HttpResponse:
    """The fields below the text: filled from it (`read`), or in the words of another contract."""
    now = timezone.now()
    contract = _contract(request, now)
    if "read" in request.POST:
        form, recognised = _read(request, contract, now)
    else:
        form, recognised = _fitting(request, contract, request.POST.copy(), now), None
    context = {"recognised": recognised, "fragment": True} | _beside(request, form, contract, now)
    return render(request, "servicedesk/_hotline_fields.html", context)


@requires("tickets.write")
@require_POST
def aside(request: PersonRequest) -> HttpResponse:
    """Beside the form while it is filled in: whether the number is known, possible duplicates, the clocks."""
    now = timezone.now()
    contract = _contract(request, now)
    form = _form(request, contract, request.POST, now)
    return render(request, "servicedesk/_hotline_aside.html", _beside(request, form, contract, now))


def _contract(request: PersonRequest, now: datetime) -> "Contract":
    """The contract that the form names, else the last one, else one that measures the line's orders; 404 for none."""
    contracts = queries.open_contracts(request.user, local_day(now))
    by_key = {str(row.pk): row for row in contracts} | {row.code: row for row in contracts}
    if not by_key:
        raise Http404
    wanted = (request.POST or request.GET).get("contract", "")
    last = str(request.session.get(LAST_CONTRACT))
    measuring = (str(pk) for pk in measures_about(contracts, TicketKind.COMPLAINT))
    return by_key[next(key for key in (wanted, last, *measuring, *by_key) if key in by_key)]


def _form(request: PersonRequest, contract: "Contract", data: Any, now: datetime) -> HotlineForm:
    return HotlineForm(
        data, contract=contract, contracts=queries.open_contracts(request.user, local_day(now)),
        systems=list(queries.systems_of(request.user, contract)),
        initial={"received_at": now.astimezone(SHANGHAI).strftime(MOMENT)},
    )  # fmt: skip


def _fitting(request: PersonRequest, contract: "Contract", data: QueryDict, now: datetime) -> HotlineForm:
    return fitting(lambda data: _form(request, contract, data, now), data)


def _read(request: PersonRequest, contract: "Contract", now: datetime) -> tuple[HotlineForm, int]:
    """The form as the pasted text fills it, over what stood in it; how many fields were recognised."""
    data = request.POST.copy()
    order = read_order(data.get("paste", ""))
    for name, value in filled_from(order).items():
        data[name] = value
    return _fitting(request, contract, data, now), order.recognised


def _opened(request: PersonRequest, form: HotlineForm, now: datetime) -> "Ticket | None":
    try:
        ticket = actions.open_order(**form.values, actor=request.user, now=now)
    except ActionError as error:
        add_error(form, error)
        return None
    request.session[LAST_CONTRACT] = ticket.contract_id
    return ticket


def _beside(request: PersonRequest, form: HotlineForm, contract: "Contract", now: datetime) -> dict[str, Any]:
    """The form, and what is shown beside it by what is filled in so far."""
    sketch = form.sketch(contract, now) if form.is_bound else _form(
        request, contract, {"contract": contract.pk}, now
    ).sketch(contract, now)  # fmt: skip
    number = plain_number(str(form["order_number"].value() or ""))
    return known_of(request, sketch, contract, now) | {
        "form": form,
        "same_number": orders(request.user).filter(hotline__order_number=number).first() if number else None,
        "scripts": scripts_for(sketch),
    }
