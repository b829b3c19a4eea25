"""The page by which whoever reported a ticket follows it, without a sign-in."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.base.errors import ActionError
from kangwei.base.permissions import public
from kangwei.base.qr import qr_code
from kangwei.base.web import add_error, download
from kangwei.core.calendars import local_day
from kangwei.documents.queries import content
from kangwei.servicedesk.actions import following as acts
from kangwei.servicedesk.enums import CLOSED_STATES, PauseReason, TicketKind, TicketState
from kangwei.servicedesk.forms.portal import AnswerForm, ComplaintForm, ConfirmForm, RateForm, ReopenForm
from kangwei.servicedesk.lifecycles import steps_from
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import scale_of
from kangwei.servicedesk.queries.following import (
    chain_for,
    chain_of,
    complaints_about,
    followed,
    public_files,
    signature_of,
    story_of,
)
from kangwei.servicedesk.views.portal import address_of, reporter, secluded

DONE = {
    "report": "已收到您的报修。请保存本页，随时可以回来看进度。",
    "answer": "已转给工程师。",
    "confirm": "已确认解决，谢谢。",
    "reopen": "已重新打开，工程师会继续处理。",
    "rate": "已评价，谢谢。",
    "complain": "投诉已登记，进度在本页查看。",
}
ACTS: dict[str, Callable[..., Any]] = {
    "answer": acts.answer,
    "confirm": acts.confirm,
    "reopen": acts.reopen,
    "rate": acts.rate,
    "complain": acts.complain,
}


@public
@secluded
def follow(request: HttpRequest, number: str, signature: str) -> HttpResponse:
    """How the ticket stands, and what its caller may do now."""
    ticket = followed(number, signature)
    if ticket is None:
        return render(request, "portal/gone.html", {"link": True}, status=404)
    return _page(request, ticket, {})


@partial(public, upload=True)
@secluded
def act(request: HttpRequest, number: str, signature: str, act: str) -> HttpResponse:
    """What the caller does with the ticket, or with the one that it was handed over to; back to its page."""
    ticket = followed(number, signature)
    if ticket is None or act not in ACTS:
        return render(request, "portal/gone.html", {"link": True}, status=404)
    if request.method != "POST":
        return redirect(address_of(ticket))
    chain, now = chain_of(ticket), timezone.now()
    form = _forms(chain[-1], request)[act]
    if _is_suppliers(request, chain):
        form.add_error(None, "您是乙方的人员，不能替报告人操作")
    if form.is_valid():
        try:
            result = ACTS[act](ticket=chain[-1], actor=reporter(chain[-1].caller), now=now, **form.cleaned_data)
        except ActionError as error:
            add_error(form, error)
        else:
            return redirect(f"{address_of(result if act == 'complain' else ticket)}?done={act}")
    return _page(request, ticket, {act: form})


@public
@secluded
def file(request: HttpRequest, number: str, signature: str, pk: int) -> HttpResponse:
    """A file of the ticket that its caller may open, to save."""
    ticket = followed(number, signature)
    files = {found.pk: version for found, version in public_files(_chain_for(request, ticket))} if ticket else {}
    if pk not in files:
        return render(request, "portal/gone.html", {"link": True}, status=404)
    version = files[pk]
    return download(content(version), file_name=version.file_name, content_type=version.content_type)


def _is_suppliers(request: HttpRequest, chain: list[Ticket]) -> bool:
    """Whether somebody of a supplier, signed in, would speak for the caller: confirm or rate its own work, or that of
    the one that it was handed over to."""
    person = request.user
    return person.is_authenticated and person.party_id in {ticket.contract.supplier_id for ticket in chain}


def _chain_for(request: HttpRequest, ticket: Ticket) -> list[Ticket]:
    return chain_for(ticket, request.user if request.user.is_authenticated else None)


def _page(request: HttpRequest, opened: Ticket, refused: dict[str, forms.Form]) -> HttpResponse:
    """The page; `refused` are forms that were sent and have to be mended."""
    chain, now = _chain_for(request, opened), timezone.now()
    ticket = chain[-1]
    address = request.build_absolute_uri(address_of(opened))
    rating = getattr(ticket, "rating", None)
    is_complaint = ticket.kind == TicketKind.COMPLAINT
    complaints = [] if is_complaint else list(complaints_about(chain))
    steps = {step.id for step in steps_from(TicketKind(ticket.kind), TicketState(ticket.state))}
    runs = local_day(now) <= ticket.contract.last_day
    context: dict[str, Any] = {
        "opened": opened,
        "address": address,
        "code": qr_code(address),
        "story": story_of(chain, now),
        "done": DONE.get(request.GET.get("done", "")) if not refused else None,
        "forms": _forms(ticket) | refused,
        # What is refused may not be offered any more, so that no form of the page would show why.
        "refusal": [text for form in refused.values() for errors in form.errors.values() for text in errors],
        "refused": list(refused),
        "waits": ticket.paused_for == PauseReason.USER,
        "may_answer": ticket.state not in CLOSED_STATES,
        "may_confirm": "close" in steps,
        "may_reopen": "reopen" in steps and runs,
        "rating": rating,
        "may_rate": rating is None and ticket.state in (TicketState.SOLVED, TicketState.CLOSED),
        "complaints": [(complaint, address_of(complaint)) for complaint in complaints],
        "may_complain": not is_complaint and runs and ticket.pk not in {one.source_id for one in complaints},
        "act_base": address_of(opened),
        "signature": signature_of(opened),
    }
    return render(request, "portal/follow.html", context, status=422 if refused else 200)


def _forms(ticket: Ticket, request: HttpRequest | None = None) -> dict[str, forms.Form]:
    """A form for each thing that a caller does, filled in with what was sent."""
    data, files = (request.POST, request.FILES) if request else (None, None)
    return {
        "answer": AnswerForm(data, files),
        "confirm": ConfirmForm(data),
        "reopen": ReopenForm(data),
        "rate": RateForm(data, of=scale_of(ticket.contract).of),
        "complain": ComplaintForm(data),
    }
