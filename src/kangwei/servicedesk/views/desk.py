"""Taking a call: the form, what is known of the caller, and what the ticket would be measured by."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, key_in, refusals_shown
from kangwei.core.calendars import SHANGHAI, local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.enums import Bond
from kangwei.servicedesk.forms.desk import DeskForm
from kangwei.servicedesk.forms.words import MOMENT
from kangwei.servicedesk.queries.knowing import article_named
from kangwei.servicedesk.views.calls import fitting, known_of
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.receiving import facts_of, named

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract
    from kangwei.servicedesk.models import Ticket

LAST_CONTRACT = "desk_contract"


@requires("tickets.write")
def new(request: PersonRequest) -> HttpResponse:
    """The desk's form; a saved ticket opens. The address may fill in fields, as a link from elsewhere does."""
    now = timezone.now()
    if not queries.open_contracts(request.user, local_day(now)).exists():
        return render(request, "servicedesk/no_contract.html", {"title": "受理工单"})
    contract = _contract(request, now)
    form = _form(request, contract, request.POST or None, now, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (ticket := _opened(request, form, now)):
        messages.success(request, f"已受理{'并解决' if ticket.first_contact else ''}，编号 {ticket.number}")
        return redirect("tickets:detail", pk=ticket.pk)
    context = {"title": "受理工单", "form": form, "source": _source(request), "item": named(request)}
    context |= _beside(request, form, contract, now)
    return render(request, "servicedesk/new.html", context, status=422 if form.is_bound else 200)


@requires("tickets.write")
def caller(request: PersonRequest) -> HttpResponse:
    """The caller's part of the form, filled in anew from what is known of a number or a name.

    The only earlier caller who fits is taken; `pick` names the ticket of one of several.
    """
    now, text = timezone.now(), request.GET.get("who", "").strip()
    contract = _contract(request, now)
    found, named = queries.callers(request.user, text), queries.institutions_named(text)
    data = request.GET.copy()
    picked = _picked(request, found)
    if picked:
        data["caller"], data["phone"], data["caller_kind"] = picked.caller, picked.phone, picked.caller_kind
        data["institution"] = picked.institution.name if picked.institution else ""
    else:
        _guess(data, text, [institution.name for institution in named])
    data["place"] = ""
    form = _fitting(request, contract, data, now)
    if place := _place(form, picked):
        data["place"] = place
        form = _fitting(request, contract, data, now)
    context = {"form": form, "callers": [] if picked else found, "named": named, "text": text, "fragment": True}
    return render(request, "servicedesk/_caller.html", context | _beside(request, form, contract, now))


@requires("tickets.write")
def words(request: PersonRequest) -> HttpResponse:
    """The part of the form that speaks in the words of the chosen contract."""
    now = timezone.now()
    contract = _contract(request, now)
    form = _fitting(request, contract, request.GET.copy(), now)
    context = {"form": form, "fragment": True} | _beside(request, form, contract, now)
    return render(request, "servicedesk/_words.html", context)


@requires("tickets.write")
def aside(request: PersonRequest) -> HttpResponse:
    """Beside the form while it is filled in: possible duplicates, the clocks that would start, the caller's tickets."""
    now = timezone.now()
    contract = _contract(request, now)
    form = _form(request, contract, request.GET, now)
    return render(request, "servicedesk/_aside.html", _beside(request, form, contract, now))


@requires("tickets.write")
def institution_options(request: PersonRequest) -> HttpResponse:
    """The institutions that fit what is typed, as options of a list."""
    found = queries.institutions_named(request.GET.get("institution", ""))
    return render(request, "servicedesk/_institutions.html", {"named": found})


def _contract(request: PersonRequest, now: datetime) -> "Contract":
    """The contract that the form names, else the one last used, else the first; 404 where there is none."""
    contracts = list(queries.open_contracts(request.user, local_day(now)))
    if not contracts:
        raise Http404
    wanted = (request.POST or request.GET).get("contract", "")
    last = request.session.get(LAST_CONTRACT)
    by_key = {str(row.pk): row for row in contracts} | {row.code: row for row in contracts}
    return by_key.get(wanted) or by_key.get(str(last)) or contracts[0]


def _form(request: PersonRequest, contract: "Contract", data: Any, now: datetime, files: Any = None) -> DeskForm:
    given = {name: value for name, value in request.GET.items() if name != "contract"}
    return DeskForm(
        data, files, contract=contract, contracts=queries.open_contracts(request.user, local_day(now)),
        systems=list(queries.systems_of(request.user, contract)),
        initial={"occurred_at": now.astimezone(SHANGHAI).strftime(MOMENT)} | _facts_of(_source(request))
        | facts_of(request, named(request), now) | given,
    )  # fmt: skip


def _fitting(request: PersonRequest, contract: "Contract", data: Any, now: datetime) -> DeskForm:
    return fitting(lambda data: _form(request, contract, data, now), data)


def _opened(request: PersonRequest, form: DeskForm, now: datetime) -> "Ticket | None":
    try:
        opening = actions.open_and_solve if form.solved else actions.open_ticket
        item = named(request)
        if item:
            opening = partial(actions.open_received, received=item, opening=opening)
        source = _source(request)
        ticket = actions.open_with_files(
            opening=opening, files=form.brought, count=len(form.cleaned_data["file"]), **form.values, **form.solved,
            source=source, bond=Bond.ARISEN if source else None, actor=request.user, now=now,
            mail=item.mail if item else None,
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return None
    request.session[LAST_CONTRACT] = ticket.contract_id
    if form.solved:
        _take_up(request, ticket, form.cleaned_data["article"], now)
    return ticket


def _take_up(request: PersonRequest, ticket: "Ticket", key: str, now: datetime) -> None:
    """Say that the article whose text was filled in helped; where there is none any more, the ticket stands without."""
    article = article_named(request.user, key_in(key) or 0)
    if article:
        with refusals_shown(request):
            actions.take_up(ticket=ticket, article=article, actor=request.user, now=now)


def _source(request: PersonRequest) -> "Ticket | None":
    """The ticket that the new one arises from, where the address names one; 404 for one that the person may not see."""
    pk = key_in(request.GET.get("source", ""))
    return None if pk is None else ticket_or_404(request, pk)


def _facts_of(source: "Ticket | None") -> dict[str, Any]:
    """What a ticket that arises from another has in common with it."""
    if source is None:
        return {}
    return {
        "title": source.title, "description": source.description, "severity": source.severity,
        "system": source.system.name if source.system else "",
        "institution": source.institution.name if source.institution else "",
    }  # fmt: skip


def _beside(request: PersonRequest, form: DeskForm, contract: "Contract", now: datetime) -> dict[str, Any]:
    """What is shown beside the form, by what is filled in so far."""
    filled = form if form.is_bound else _form(request, contract, _initial(form, contract), now)
    return known_of(request, filled.sketch(contract, now), contract, now) | {"fills": True}


def _initial(form: DeskForm, contract: "Contract") -> dict[str, Any]:
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()} | {
        "contract": contract.pk
    }


def _picked(request: PersonRequest, found: list[queries.Caller]) -> "Ticket | None":
    """The ticket whose caller it is: the one that was picked, or that of the only caller who fits."""
    if (pick := key_in(request.GET.get("pick", ""))) is not None:
        return queries.tickets(request.user).filter(pk=pick).first()
    return found[0].ticket if len(found) == 1 else None


def _guess(data: Any, text: str, named: list[str]) -> None:
    """Take what was typed for the number, the institution or the name that it is."""
    data["caller"] = data["phone"] = data["institution"] = ""
    if phone := queries.phone_in(text):
        data["phone"] = phone
    elif text in named or (len(named) == 1 and len(text) > 1):
        data["institution"] = named[0] if len(named) == 1 else text
    elif text and not named:
        data["caller"] = text


def _place(form: DeskForm, picked: "Ticket | None") -> str:
    """The place of the institution's district, where the contract's limits know that word."""
    form.is_valid()
    institution = form.cleaned_data.get("institution")
    region = institution.region if institution else None
    place = picked.place if picked and picked.place else (region.place if region else "")
    return place if place in dict(form.fields["place"].choices) else ""  # type: ignore[attr-defined]
