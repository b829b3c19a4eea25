"""The page behind the code on the wall, where an institution reports without a sign-in."""

import secrets
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.permissions import public
from kangwei.base.web import add_error
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.forms.portal import ReportForm
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries import entering
from kangwei.servicedesk.queries.following import REPORTER, signature_of


def secluded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page whose address is its key: no machine finds, keeps or passes it on.

    The address goes along to our own pages only: told to send it to nobody at all, browsers send forms as coming from
    nowhere (`Origin: null`), and the check against forged forms refuses those.
    """

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return answered


@partial(public, upload=True)
@secluded
def entrance(request: HttpRequest, key: str) -> HttpResponse:
    """What can be reported for the institution, and what is reported already; a sent report opens its own page."""
    found, now = entering.entrance_of(key), timezone.now()
    if found is None or found.closed_at:
        return render(request, "portal/gone.html", {"entrance": found}, status=404)
    today = local_day(now)
    reported = [(row, address_of(row) if entering.followed_at(found, row) else "") for row in entering.reported(found)]
    context = {"entrance": found, "reported": reported}
    if today > found.contract.last_day:
        return render(request, "portal/ended.html", context)
    form = ReportForm(
        request.POST or None, request.FILES or None, systems=entering.systems_offered(found, today),
        initial={"token": secrets.token_urlsafe(16)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            ticket = actions.report(entrance=found, actor=reporter(data["name"]), now=now, **data)
        except ActionError as error:
            add_error(form, error)
        else:
            return redirect(f"{address_of(ticket)}?done=report")
    context |= {"form": form, "photos_lost": bool(form.errors and request.FILES)}
    return render(request, "portal/report.html", context, status=422 if form.errors else 200)


def reporter(name: str) -> System:
    """Whoever reported, as the one who acts."""
    return System(f"{REPORTER} {name}".strip())


def address_of(ticket: Ticket) -> str:
    """Where whoever reported the ticket follows it."""
    return reverse("portal:follow", args=[ticket.number, signature_of(ticket)])
