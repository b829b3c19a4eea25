"""The mailboxes of the desk: the list, one with its history."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kangwei.base import audit
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, page_of
from kangwei.contracts import queries as contracts
from kangwei.core.calendars import local_day
from kangwei.servicedesk import actions, queries
from kangwei.servicedesk.forms.mailboxes import MailboxForm
from kangwei.servicedesk.models import Mailbox
from kangwei.servicedesk.queries import mailing
from kangwei.servicedesk.views.work import by


@requires("tickets.manage")
def mailbox_list(request: PersonRequest) -> HttpResponse:
    """The mailboxes with what the last look into each came to."""
    rows = mailing.mailboxes(request.user)
    return render(request, "servicedesk/mailboxes.html", {"title": "邮箱", "page_obj": page_of(request, rows)})


@requires("tickets.manage")
def mailbox_new(request: PersonRequest) -> HttpResponse:
    """Enter a mailbox."""
    return _mailbox(request, None)


@requires("tickets.manage")
def mailbox_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a mailbox, or look into it no longer."""
    return _mailbox(request, get_object_or_404(mailing.mailboxes(request.user), pk=pk))


def _mailbox(request: PersonRequest, box: Mailbox | None) -> HttpResponse:
    today = local_day(timezone.now())
    if not box and not queries.open_contracts(request.user, today).exists():
        return render(request, "servicedesk/no_contract.html", {"title": "登记邮箱"})
    held = Q(last_day__gte=today) | Q(pk=box.contract_id if box else None)
    offered = contracts.contracts(request.user).filter(held).order_by("code")
    form = MailboxForm(request.POST if request.method == "POST" else None, contracts=offered, box=box)
    if request.method == "POST" and form.is_valid() and carried_out(form, lambda: actions.save_mailbox(
        box=box, **form.values, this_server=mailing.may_use_this_server(request.user), **by(request)
    )):  # fmt: skip
        messages.success(request, "邮箱已保存，一分钟内开始收取")
        return redirect("tickets:mailboxes")
    context: dict[str, Any] = {
        "title": box.user if box else "登记邮箱", "form": form, "box": box,
        "timeline": audit.timeline("mailbox", str(box.pk)) if box else [],
    }  # fmt: skip
    return render(request, "servicedesk/mailbox.html", context, status=422 if form.errors else 200)
