"""Notices by mail: a person's own choice, an address set by the administrator, and what could not be sent."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.accounts import mailing, queries
from kangwei.accounts.enums import MailNotices
from kangwei.accounts.forms import AddressForm, OwnMailForm
from kangwei.base.permissions import requires, signed_in
from kangwei.base.web import PersonRequest, carried_out, page_of


@signed_in
def own_mail(request: PersonRequest) -> HttpResponse:
    """The person's own address, and which notices go there."""
    _require_on()
    person = request.user
    initial = {"mail": person.mail, "wanted": person.mail_notices}
    form = OwnMailForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and carried_out(form, lambda: mailing.set_mail(
        person=person, mail=form.cleaned_data["mail"], wanted=MailNotices(form.cleaned_data["wanted"]), actor=person,
        now=timezone.now(),
    )):  # fmt: skip
        messages.success(request, "邮件通知已保存")
        return redirect("accounts:own_mail")
    context = {"title": "邮件通知", "form": form, "wanted": person.mail and person.mail_notices}
    return render(request, "accounts/own_mail.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def try_own_mail(request: PersonRequest) -> HttpResponse:
    """A notice that comes by mail, to see whether it does."""
    _require_on()
    mailing.try_mail(person=request.user, now=timezone.now())
    messages.success(request, "测试通知已发出，一两分钟内应收到邮件（先在这里读了就不再寄）")
    return redirect("accounts:own_mail")


@requires("people.write")
def person_mail(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody's address, set by the administrator; which notices go there stays the person's own choice."""
    _require_on()
    person = get_object_or_404(queries.people(), pk=pk)
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"mail": person.mail})
    if request.method == "POST" and form.is_valid() and carried_out(form, lambda: mailing.set_mail(
        person=person, mail=form.cleaned_data["mail"], actor=request.user, now=timezone.now()
    )):  # fmt: skip
        messages.success(request, f"已保存 {person.name} 的邮箱")
        return redirect("accounts:person", pk=pk)
    context = {"title": f"邮箱 · {person.name}", "form": form, "person": person}
    return render(request, "accounts/person_mail.html", context, status=422 if form.errors else 200)


@requires("settings.read")
def mail_trouble(request: PersonRequest) -> HttpResponse:
    """By which server mails go out, and those that could not be sent. What they tell is for their people alone."""
    _require_on()
    page = page_of(request, mailing.troubled_mails())
    notices = mailing.notices_of(list(page.object_list))
    context = {
        "title": "外发邮件", "page_obj": page, "sender": settings.DEFAULT_FROM_EMAIL,
        "server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "plain": not (settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS),
        "rows": [(job, notices.get(job.payload["notice"]), job.error.split("\n")[0]) for job in page.object_list],
    }  # fmt: skip
    return render(request, "accounts/mail_trouble.html", context)


def _require_on() -> None:
    if not mailing.is_on():
        raise Http404
