"""Dispatch orders: the list, issuing one, and the page on which the engineer works in the field."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, download, export, page_of, refusals_shown
from kangwei.contracts import queries as contracts
from kangwei.documents import queries as documents
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import CLOSED_STATES, DispatchState, Signer
from kangwei.servicedesk.forms.dispatches import (
    CancelForm,
    CheckInForm,
    FinishForm,
    IssueForm,
    PartRows,
    SignForm,
    parts_in,
)
from kangwei.servicedesk.models import Dispatch, Rating
from kangwei.servicedesk.queries import dispatching
from kangwei.servicedesk.queries.measuring import clocks_of
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import answer, by

UNDER_WAY = "under_way"
FILTERS = ("state", "engineer", "contract", "q")
EXPORT_HEADERS = (
    "编号", "工单", "标题", "合同", "机构", "地点", "工程师", "状态", "派工人", "派工时间", "约定到场", "接单时间",
    "出发时间", "到场时间", "纬度", "经度", "定位精度（米）", "完工时间", "签齐时间", "作废理由",
)  # fmt: skip


@requires("tickets.read")
def dispatch_list(request: PersonRequest) -> HttpResponse:
    """Dispatch orders by state, engineer, contract and text; as a page or as Excel."""
    rows = _filtered(request)
    if request.GET.get("export"):
        return export(request, "派工单.xlsx", EXPORT_HEADERS, rows, _exported)
    exported = request.GET.copy()
    exported.pop("page", None)
    exported["export"] = "1"
    context: dict[str, Any] = {
        "title": "派工单",
        "page_obj": page_of(request, rows),
        "q": request.GET.get("q", ""),
        "search_hint": "编号、工单、地点、机构、工程师",
        "filters": _filters(request),
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "export_url": f"?{exported.urlencode()}",
    }
    return render(request, "servicedesk/dispatches.html", context)


@requires("tickets.manage")
def issue(request: PersonRequest, pk: int) -> HttpResponse:
    """Send an engineer out for a ticket."""
    ticket = ticket_or_404(request, pk)
    form = IssueForm(request.POST or None, ticket=ticket, staff=queries.staff_of(ticket.contract))
    return answer(
        request, ticket, form, "派工",
        lambda: actions.issue_dispatch(ticket=ticket, **form.cleaned_data, **by(request)),
    )  # fmt: skip


@requires("tickets.read")
def dispatch(request: PersonRequest, pk: int) -> HttpResponse:
    """One order, made for the phone: where to go, what is next, how much time is left."""
    return _page(request, _dispatch(request, pk))


@requires("tickets.write")
@require_POST
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    """Take note of the order."""
    return _moved(request, pk, lambda row: actions.accept_dispatch(dispatch=row, **by(request)))


@requires("tickets.write")
@require_POST
def depart(request: PersonRequest, pk: int) -> HttpResponse:
    """Set out."""
    return _moved(request, pk, lambda row: actions.depart(dispatch=row, **by(request)))


@requires("tickets.write")
@require_POST
def check_in(request: PersonRequest, pk: int) -> HttpResponse:
    """Arrive, now or as entered."""
    row, form = _own(request, pk), CheckInForm(request.POST, request.FILES)
    if form.is_valid() and carried_out(
        form,
        lambda: actions.check_in(
            dispatch=row, at=form.cleaned_data["at"], position=form.position, photo=form.taken, **by(request)
        ),
    ):
        return redirect("tickets:dispatch", pk=pk)
    return _page(request, row, check_in=form)


@requires("tickets.write")
@require_POST
def finish(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what was done and used up."""
    row, form, rows = _own(request, pk), FinishForm(request.POST), PartRows(request.POST, prefix="parts")
    if all((form.is_valid(), rows.is_valid())) and carried_out(
        form,
        lambda: actions.finish_visit(
            dispatch=row, work_done=form.cleaned_data["work_done"], parts=parts_in(rows), **by(request)
        ),
    ):
        return redirect("tickets:dispatch", pk=pk)
    return _page(request, row, finish=form, parts=rows)


@requires("tickets.write")
def sign(request: PersonRequest, pk: int, signer: str) -> HttpResponse:
    """The pad for one of the three signatures."""
    if signer not in Signer.values:
        raise Http404
    row, who = _own(request, pk), Signer(signer)
    if request.method != "POST" and row.state != DispatchState.FINISHED:
        messages.info(request, f"派工单{row.get_state_display()}，现在不能签字")
        return redirect("tickets:dispatch", pk=pk)
    if request.method != "POST" and row.signatures.filter(signer=who).exists():
        messages.info(request, f"{who.label}已签字")
        return redirect("tickets:dispatch", pk=pk)
    ratable = who == Signer.REQUESTER and not Rating.objects.filter(ticket=row.ticket).exists()
    names = {Signer.REQUESTER: row.ticket.caller, Signer.HANDLER: row.engineer.name}
    form = SignForm(
        request.POST or None, scale=queries.scale_of(row.ticket.contract) if ratable else None,
        initial={"name": names.get(who, "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and carried_out(
        form,
        lambda: actions.sign_dispatch(
            dispatch=row, signer=who, name=form.cleaned_data["name"], image=form.cleaned_data["image"],
            score=form.given_score, **by(request),
        ),
    ):  # fmt: skip
        return redirect("tickets:dispatch", pk=pk)
    context = {"title": f"{who.label}签字", "dispatch": row, "ticket": row.ticket, "form": form, "signer": who,
               "parts": row.parts.all()}  # fmt: skip
    return render(request, "servicedesk/sign.html", context, status=422 if form.errors else 200)


@requires("tickets.manage")
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Make the order void."""
    row, form = _dispatch(request, pk), CancelForm(request.POST or None)
    return answer(
        request, row.ticket, form, "作废派工单",
        lambda: actions.cancel_dispatch(dispatch=row, reason=form.cleaned_data["reason"], **by(request)),
    )  # fmt: skip


@requires("tickets.read")
def sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """The signed order as PDF."""
    row = _dispatch(request, pk)
    return _file(request, row, row.document_id)


@requires("tickets.read")
def photo(request: PersonRequest, pk: int) -> HttpResponse:
    """The photo that was taken at the arrival."""
    row = _dispatch(request, pk)
    return _file(request, row, row.photo.document_id if row.photo else None)


@requires("tickets.read")
def signature(request: PersonRequest, pk: int, signer: str) -> HttpResponse:
    """How somebody signed, as a picture."""
    row = _dispatch(request, pk)
    found = get_object_or_404(row.signatures, signer=signer)
    try:
        content = documents.kept(found.sha256)
    except ActionError:
        raise Http404 from None
    return download(content, file_name=f"{row.number}-{signer}.png", content_type="image/png")


def _dispatch(request: PersonRequest, pk: int) -> Dispatch:
    """The order, if the person may see it."""
    return get_object_or_404(dispatching.dispatches(request.user).select_related("photo"), pk=pk)


def _own(request: PersonRequest, pk: int) -> Dispatch:
    """The order, if the person may carry it on."""
    row = _dispatch(request, pk)
    if not dispatching.may_work(request.user, row):
        raise PermissionDenied("这张派工单由别人处理")
    return row


def _moved(request: PersonRequest, pk: int, act: Callable[[Dispatch], object]) -> HttpResponse:
    row = _own(request, pk)
    with refusals_shown(request):
        act(row)
    return redirect("tickets:dispatch", pk=pk)


def _page(
    request: PersonRequest, row: Dispatch, *, check_in: CheckInForm | None = None, finish: FinishForm | None = None,
    parts: Any = None,
) -> HttpResponse:  # fmt: skip
    """The page of an order, with the form that was refused, if any (422)."""
    now, places, done = timezone.now(), dispatching.places(row), dispatching.steps_done(row)
    used = list(row.parts.all())
    told = [{"name": part.name, "quantity": part.quantity, "unit": part.unit, "serial": part.serial} for part in used]
    signed = [place for place in places if place.signature]
    context: dict[str, Any] = {
        "dispatch": row,
        "ticket": row.ticket,
        "now": now,
        "clocks": clocks_of(row.ticket, now),
        "steps": [
            {"label": label, "done": number < done, "next": number == done}
            for number, label in enumerate(dispatching.ORDER)
        ],
        "places": places,
        "entered_at": dispatching.entered_at(row) if row.arrived_at else None,
        "parts": used,
        "may_work": dispatching.may_work(request.user, row),
        "may_cancel": row.state in dispatching.UNDER_WAY and request.user.has_perm("tickets.manage"),
        "check_in": check_in or CheckInForm(),
        "finish": finish or FinishForm(initial={"work_done": row.work_done}),
        "part_rows": parts if parts is not None else PartRows(prefix="parts", initial=told),
        "may_finish": row.state == DispatchState.ARRIVED or (row.state == DispatchState.FINISHED and not signed),
        "ticket_open": row.ticket.state not in CLOSED_STATES,
    }
    refused = check_in is not None or finish is not None
    return render(request, "servicedesk/dispatch.html", context, status=422 if refused else 200)


def _file(request: PersonRequest, row: Dispatch, document: int | None) -> HttpResponse:
    """The latest version of a document as a file to save."""
    if document is None:
        raise Http404
    version = documents.latest(documents.documents([document])[0])
    try:
        content = documents.content(version)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("tickets:dispatch", pk=row.pk)
    return download(content, file_name=version.file_name, content_type=version.content_type)


def _filtered(request: PersonRequest) -> QuerySet[Dispatch]:
    query, rows = request.GET, dispatching.dispatches(request.user)
    if query.get("state") == UNDER_WAY:
        rows = rows.filter(state__in=dispatching.UNDER_WAY)
    elif query.get("state") in DispatchState.values:
        rows = rows.filter(state=query["state"])
    if query.get("engineer") == "me":
        rows = rows.filter(engineer=request.user)
    if query.get("contract"):
        contract = contracts.contracts(request.user).filter(code=query["contract"]).first()
        rows = rows.filter(ticket__contract=contract) if contract else rows.none()
    text = query.get("q", "").strip()
    return dispatching.search(rows, text) if text else rows


def _filters(request: PersonRequest) -> list[dict[str, Any]]:
    mine = [(row.code, row.title) for row in contracts.contracts(request.user)]
    found: list[dict[str, Any]] = [
        {"name": "state", "label": "状态", "options": [(UNDER_WAY, "未完成"), *DispatchState.choices]},
        {"name": "engineer", "label": "工程师", "options": [("me", "我的")]},
        {"name": "contract", "label": "合同", "options": mine},
    ]
    return [item | {"kind": "select", "value": request.GET.get(item["name"], "")} for item in found]


def _exported(row: Dispatch) -> tuple[Any, ...]:
    ticket = row.ticket
    return (
        row.number, ticket.number, ticket.title, ticket.contract.title, ticket.institution or "", row.address,
        row.engineer, row.get_state_display(), row.issued_by, row.issued_at, row.planned_at, row.accepted_at,
        row.departed_at, row.arrived_at, row.latitude, row.longitude, row.accuracy, row.finished_at, row.signed_at,
        row.cancelled_for,
    )  # fmt: skip
