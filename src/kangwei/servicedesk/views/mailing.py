"""The mails that came by mailboxes: the list, one of them, and what the desk makes of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, carried_out, download, key_in, page_of, refusals_shown
from kangwei.documents.queries import kept
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import TAKEN_UP, MailState
from kangwei.servicedesk.forms.mailboxes import RefuseForm
from kangwei.servicedesk.intake import receiving
from kangwei.servicedesk.models import ReceivedMail
from kangwei.servicedesk.queries import mailing
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.narrowing import contract_filter, of_contract
from kangwei.servicedesk.views.work import by

TABS = {
    "": ("待受理", (MailState.WAITING,)),
    "taken": ("已受理", TAKEN_UP),
    "refused": ("不受理", (MailState.REFUSED,)),
    "aside": ("自动邮件", (MailState.ASIDE,)),
}


@requires("tickets.write")
def mail_list(request: PersonRequest) -> HttpResponse:
    """The mails that wait, or what became of the others, with the tickets that each names."""
    query = request.GET
    group, text = query.get("group", ""), query.get("q", "").strip()
    group = group if group in TABS else ""
    rows = of_contract(request, mailing.mails(request.user), "contract")
    found = mailing.in_order(mailing.search_mails(rows, text) if text else rows, TABS[group][1])
    page = page_of(request, found)
    named = mailing.named_tickets(request.user, page.object_list) if group != "taken" else {}
    context: dict[str, Any] = {
        "title": "收件",
        "tabs": [
            {"label": label, "url": address(request, group=key), "active": key == group, "count": None}
            for key, (label, _) in TABS.items()
        ],
        "group": group,
        "kept": [("group", group)] if group else [],
        "page_obj": page,
        "rows": [(mail, named.get(mail.pk, [])[:1]) for mail in page.object_list],
        "q": text,
        "search_hint": "主题、发件人",
        "filters": [contract_filter(request)],
        "filtered": bool(text or group or query.get("contract")),
        "mailboxes": mailing.mailboxes(request.user).filter(active=True).exists(),
        "troubled": list(mailing.mailboxes(request.user).filter(active=True).exclude(error="")[:3]),
    }
    return render(request, "servicedesk/mails.html", context)


@requires("tickets.write")
def mail(request: PersonRequest, pk: int) -> HttpResponse:
    """What a mail says, before anything is made of it."""
    found = _mail(request, pk)
    with refusals_shown(request):
        item = receiving.by_mailbox(found)
        context = {
            "title": "收件", "item": item, "mail": found, "token": receiving.token_of(found),
            "known": receiving.known_as(request.user, item) if not found.ticket_id else None,
            "named": mailing.named_tickets(request.user, [found])[found.pk], "taken": found.state in TAKEN_UP,
        }  # fmt: skip
        return render(request, "servicedesk/received.html", context)
    return redirect("tickets:mails")


@requires("tickets.write")
def mail_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The mail as it came, to save; never shown in the page's own origin."""
    found = _mail(request, pk)
    with refusals_shown(request):
        return download(kept(found.sha256), file_name=f"邮件-{found.pk}.eml", content_type="message/rfc822")
    return redirect("tickets:mails")


@requires("tickets.write")
def mail_refuse(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a mail out of the work, with the reason."""
    found = _mail(request, pk)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: actions.refuse_mail(mail=found, reason=form.cleaned_data["reason"], **by(request))
    ):  # fmt: skip
        messages.success(request, f"不受理：{found}")
        return redirect("tickets:mails")
    context = {"title": f"不受理 · {found}", "mail": found, "form": form}
    return render(request, "servicedesk/mail_refuse.html", context, status=422 if form.errors else 200)


@requires("tickets.write")
@require_POST
def mail_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Write the mail on the ticket that was chosen."""
    found, key = _mail(request, pk), key_in(request.POST.get("ticket", ""))
    ticket = ticket_or_404(request, key or 0)
    with refusals_shown(request):
        actions.add_mail(mail=found, ticket=ticket, public=request.POST.get("public") == "1", **by(request))
        messages.success(request, f"已补充到 {ticket.number}")
        return redirect("tickets:detail", pk=ticket.pk)
    return redirect("tickets:mail", pk=pk)


def _mail(request: PersonRequest, pk: int) -> ReceivedMail:
    """The mail, if the person may see it."""
    return get_object_or_404(mailing.mails(request.user), pk=pk)
