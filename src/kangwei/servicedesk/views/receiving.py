"""Taking up a conversation or a mail: pasted or uploaded, looked at, then the desk's form filled in from it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out
from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk import actions
from kangwei.servicedesk.forms.receiving import ChatForm, MailForm
from kangwei.servicedesk.forms.words import MOMENT
from kangwei.servicedesk.intake import receiving
from kangwei.servicedesk.intake.receiving import Received

GONE = "这份记录已过期或不是您粘贴的，请重新粘贴"


@requires("tickets.write")
def receive(request: PersonRequest) -> HttpResponse:
    """A conversation pasted, or a mail uploaded; what it says is shown before anything is filled in."""
    is_mail, data = "file" in request.FILES or request.POST.get("what") == "mail", request.POST or None
    chat = ChatForm(None if is_mail else data)
    mail = MailForm(data if is_mail else None, request.FILES or None)
    form, now, tokens = mail if is_mail else chat, timezone.now(), list[str]()
    if request.method == "POST" and form.is_valid():
        by: dict[str, Any] = {"actor": request.user, "now": now}
        if is_mail:
            content = mail.cleaned_data["file"].read()
            carried_out(mail, lambda: tokens.append(actions.receive_mail(content=content, **by)))
        else:
            text = chat.cleaned_data["text"]
            carried_out(chat, lambda: tokens.append(actions.receive_chat(text=text, **by)))
    if tokens:
        return redirect("tickets:received", token=tokens[0])
    context = {"title": "从聊天或邮件受理", "chat": chat, "mail": mail}
    return render(request, "servicedesk/receive.html", context, status=422 if form.errors else 200)


@requires("tickets.write")
def received(request: PersonRequest, token: str) -> HttpResponse:
    """Who said what when, and what could not be read; the caller is chosen here."""
    item = receiving.received(token, request.user)
    if item is None:
        raise Http404(GONE)
    known = receiving.known_as(request.user, item)
    context = {"title": "核对后填入受理单", "item": item, "token": token, "known": known}
    return render(request, "servicedesk/received.html", context)


def named(request: PersonRequest) -> Received | None:
    """What the desk's form is filled in from, where its address names something; 404 where that is gone."""
    token = request.GET.get("from", "")
    try:
        item = receiving.received(token, request.user) if token else None
    except ActionError as error:
        raise Http404(str(error)) from None
    if token and item is None:
        raise Http404(GONE)
    return item


def facts_of(request: PersonRequest, item: Received | None, now: datetime) -> dict[str, Any]:
    """What is filled in from it, by the caller that was chosen."""
    if item is None:
        return {}
    caller = request.GET.get("caller", item.first_caller)[: receiving.NAME_LENGTH]
    return {
        "caller": caller, "title": item.title(caller), "description": item.description, "channel": item.channel,
        "occurred_at": item.at(now).astimezone(SHANGHAI).strftime(MOMENT),
    }  # fmt: skip
