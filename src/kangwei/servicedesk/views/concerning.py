"""The things that a ticket is about: named, taken back, suggested while somebody types."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, refusals_shown
from kangwei.servicedesk import actions
from kangwei.servicedesk.forms.concerning import AssetForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import concerning
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import answer, by


@requires("tickets.write")
def name_asset(request: PersonRequest, pk: int) -> HttpResponse:
    """Name a thing that the ticket is about."""
    ticket = ticket_or_404(request, pk)
    form = AssetForm(request.POST or None, options=reverse("tickets:asset_options", args=[pk]))
    template = "servicedesk/name_asset.html"
    return answer(request, ticket, form, "添加资产", lambda: _named(request, ticket, form), template=template)


def _named(request: PersonRequest, ticket: Ticket, form: AssetForm) -> None:
    text = form.cleaned_data["asset"]
    asset = concerning.asset_called(request.user, ticket.contract, text)
    if asset is None:
        raise ActionError(f"没有编号、序列号或名称为「{text}」的在用资产，或有几个同名，请从列表中选", field="asset")
    actions.name_asset(ticket=ticket, asset=asset, **by(request))


@requires("tickets.write")
@require_POST
def unname_asset(request: PersonRequest, pk: int, asset: int) -> HttpResponse:
    """The ticket is not about it after all."""
    ticket = ticket_or_404(request, pk)
    row = get_object_or_404(ticket.concerned.select_related("asset"), asset=asset)
    with refusals_shown(request):
        actions.unname_asset(ticket=ticket, asset=row.asset, **by(request))
        messages.success(request, f"已移除 {row.asset.number}")
    return redirect("tickets:detail", pk=pk)


@requires("tickets.write")
def asset_options(request: PersonRequest, pk: int) -> HttpResponse:
    """What holds the words typed so far, as options."""
    ticket = ticket_or_404(request, pk)
    rows = concerning.suggested(request.user, ticket, request.GET.get("asset", ""))
    return render(request, "assets/_suggestions.html", {"rows": rows})
