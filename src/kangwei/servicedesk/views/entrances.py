"""The entrances by which institutions report: the list, opening and closing them, their codes on paper."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.qr import qr_code
from kangwei.base.web import PersonRequest, carried_out, key_in, page_of
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.forms.entrances import EntrancesForm
from kangwei.servicedesk.models import Entrance
from kangwei.servicedesk.queries import entering

A_SHEET, AT_ONCE = 4, 80
"""Drawing a QR code takes some milliseconds; more codes come on further pages."""
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
OPEN, CLOSED = "open", "closed"


@requires("tickets.manage")
def entrance_list(request: PersonRequest) -> HttpResponse:
    """Entrances by institution, district, contract and whether they are open."""
    rows, kept = _filtered(request), request.GET.copy()
    kept.pop("page", None)
    context: dict[str, Any] = {
        "title": "报修码",
        "page_obj": page_of(request, rows),
        "q": request.GET.get("q", "").strip(),
        "search_hint": "机构、区",
        "filters": _filters(request),
        "codes_url": f"{reverse('tickets:entrance_codes')}?{kept.urlencode()}",
        "filtered": any(kept.values()),
    }
    return render(request, "servicedesk/entrances.html", context)


@requires("tickets.manage")
def entrance_new(request: PersonRequest) -> HttpResponse:
    """Open entrances for the institutions chosen; those that have one keep it."""
    now = timezone.now()
    open_contracts = queries.open_contracts(request.user, local_day(now))
    form = EntrancesForm(request.POST or None, contracts=open_contracts, initial={"contract": open_contracts.first()})
    if request.method == "POST" and form.is_valid():
        chosen, contract = list(form.institutions), form.cleaned_data["contract"]
        made: list[Entrance] = []
        if carried_out(form, lambda: made.extend(actions.open_entrances(
            institutions=chosen, contract=contract, actor=request.user, now=now
        ))):  # fmt: skip
            had = len(chosen) - len(made)
            messages.success(request, f"新建 {len(made)} 个报修码{f'，另有 {had} 个机构已有' if had else ''}")
            return redirect(f"{reverse('tickets:entrances')}?contract={contract.code}")
    context = {"title": "新建报修码", "form": form}
    return render(request, "servicedesk/entrances_new.html", context, status=422 if form.errors else 200)


@requires("tickets.manage")
@require_POST
def entrance_close(request: PersonRequest, pk: int) -> HttpResponse:
    """Let nothing more be reported at an entrance."""
    entrance = get_object_or_404(entering.entrances(request.user), pk=pk)
    actions.close_entrance(entrance=entrance, actor=request.user, now=timezone.now())
    messages.success(request, f"已停用「{entrance.institution}」的报修码")
    return redirect("tickets:entrances")


@requires("tickets.manage")
def entrance_codes(request: PersonRequest) -> HttpResponse:
    """The codes to hang up, four on a sheet of A4: those that the list shows and that are open."""
    page = Paginator(_filtered(request).filter(closed_at=None), AT_ONCE).get_page(request.GET.get("page"))
    codes = [(entrance, qr_code(_address(request, entrance))) for entrance in page]
    context = {
        "title": "打印报修码",
        "page_obj": page,
        "site": request.build_absolute_uri("/"),
        "unreachable": request.get_host().rsplit(":", 1)[0] in LOOPBACK or request.get_host() in LOOPBACK,
        "sheets": [codes[start : start + A_SHEET] for start in range(0, len(codes), A_SHEET)],
    }
    return render(request, "servicedesk/entrance_codes.html", context)


def _address(request: PersonRequest, entrance: Entrance) -> str:
    return request.build_absolute_uri(reverse("portal:entrance", args=[entrance.key]))


def _filtered(request: PersonRequest) -> QuerySet[Entrance]:
    query, rows = request.GET, entering.entrances(request.user)
    if one := key_in(query.get("pk", "")):
        rows = rows.filter(pk=one)
    if region := key_in(query.get("region", "")):
        rows = rows.filter(institution__region=region)
    if query.get("contract"):
        rows = rows.filter(contract__code=query["contract"])
    if query.get("state") in (OPEN, CLOSED):
        rows = rows.filter(closed_at__isnull=query["state"] == OPEN)
    text = query.get("q", "").strip()
    return entering.search_entrances(rows, text) if text else rows


def _filters(request: PersonRequest) -> list[dict[str, Any]]:
    query, mine = request.GET, contracts.contracts(request.user).order_by("code")
    choices = {
        "region": ("区", [(str(pk), name) for pk, name, _ in entering.regions()]),
        "contract": ("合同", list(mine.values_list("code", "title"))),
        "state": ("状态", [(OPEN, "在用"), (CLOSED, "已停用")]),
    }
    return [
        {"name": name, "label": label, "kind": "select", "value": query.get(name, ""), "options": options}
        for name, (label, options) in choices.items()
    ]
