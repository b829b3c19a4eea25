"""Home page, settings overview, health, and the pages for errors."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from kangwei.base import audit
from kangwei.base.permissions import public, requires, signed_in
from kangwei.base.web import PersonRequest, page_of
from kangwei.contracts import queries
from kangwei.contracts.charts import monthly_chart
from kangwei.contracts.enums import Standing
from kangwei.servicedesk import queries as desk
from kangwei.servicedesk.enums import Group

NEAREST = 6


@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """What stands overdue, what is due in the next days, the desk, and every contract at a glance."""
    if not request.user.has_perm("contracts.read"):
        return render(request, "home_officer.html")
    now = timezone.now()
    mine = queries.occurrences(request.user)
    listing = reverse("contracts:occurrence_list")
    months = queries.due_by_month(mine, now)
    counts = queries.totals(months)
    standing = queries.with_standing(mine, now)
    context = {
        "now": now,
        "counts": [(item, counts[item], f"{listing}?standing={item}") for item in Standing],
        "chart": monthly_chart(months, f"{listing}?"),
        "contracts": queries.with_counts(queries.contracts(request.user), now),
        # The bounds say nothing that the standing does not; by them the index is entered where the answer lies.
        "soon": standing.filter(standing=Standing.CURRENT, due_at__gte=now, due_at__lt=now + timedelta(days=7))[:12],
        "overdue": standing.filter(standing=Standing.OVERDUE, due_at__lt=now).order_by("-due_at", "-id")[:8],
    }
    if request.user.has_perm("tickets.read"):
        context |= _desk(request)
    return render(request, "home.html", context)


def _desk(request: PersonRequest) -> dict[str, Any]:
    """The open tickets by group, and those whose deadline is nearest."""
    seen, queue = desk.tickets(request.user), reverse("tickets:queue")
    groups = desk.group_counts(seen, request.user)
    figures = [(group, min(n, desk.COUNTED), n > desk.COUNTED, f"{queue}?group={group}") for group, n in groups.items()]
    # Those that wait have no deadline: they are not next.
    nearest = desk.in_group(seen, Group.OPEN, request.user).filter(next_at__isnull=False)[:NEAREST]
    return {"groups": figures, "nearest": nearest}


@public
def healthz(_: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@public
def readyz(_: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})


@requires("settings.read")
def settings(request: PersonRequest) -> HttpResponse:
    return render(request, "settings.html")


@requires("audit.read")
def audit_trail(request: PersonRequest) -> HttpResponse:
    """Every action, newest first; a post walks the chain and says whether it is whole."""
    if request.method == "POST":
        held, broken = audit.verify()
        if broken:
            messages.error(request, f"审计链在第 {broken.entry} 条断开：{broken.reason}（此前 {held} 条完整）")
        else:
            messages.success(request, f"审计链完整，共 {held} 条")
        return redirect("web:audit")
    text = request.GET.get("q", "").strip()
    context = {
        "title": "审计记录",
        "page_obj": page_of(request, audit.entries(text)),
        "q": text,
        "search_hint": "操作者、对象",
    }
    return render(request, "audit.html", context)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception  # a path of ours tells nobody anything
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
