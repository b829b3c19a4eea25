"""The files of a ticket: laid with it, opened, shown to the caller or not."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, download, refusals_shown
from kangwei.documents.queries import content, latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.forms.files import FilesForm
from kangwei.servicedesk.models import Attachment
from kangwei.servicedesk.views.finding import ticket_or_404
from kangwei.servicedesk.views.work import answer, by


@requires("tickets.write")
def attach(request: PersonRequest, pk: int) -> HttpResponse:
    """Lay files with the ticket."""
    ticket = ticket_or_404(request, pk)
    form = FilesForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    return answer(
        request, ticket, form, "上传附件",
        lambda: actions.attach_files(
            ticket=ticket, files=form.brought, public=form.cleaned_data["public"], **by(request)
        ),
    )  # fmt: skip


@requires("tickets.read")
def file(request: PersonRequest, pk: int, attachment: int) -> HttpResponse:
    """A file of the ticket to save. A picture is shown within the ticket's page from the same answer."""
    version = latest(_attachment(request, pk, attachment).document)
    with refusals_shown(request):
        return download(content(version), file_name=version.file_name, content_type=version.content_type)
    return redirect("tickets:detail", pk=pk)


@requires("tickets.manage")
@require_POST
def show(request: PersonRequest, pk: int, attachment: int) -> HttpResponse:
    """Let the caller open a file, or no more."""
    public = request.POST.get("public") == "1"
    actions.show_file(attachment=_attachment(request, pk, attachment), public=public, **by(request))
    messages.success(request, "报告人现在可以打开这个文件" if public else "报告人不能再打开这个文件")
    return redirect("tickets:detail", pk=pk)


def _attachment(request: PersonRequest, pk: int, attachment: int) -> Attachment:
    """The file, if the person may see its ticket."""
    rows = ticket_or_404(request, pk).attachments.select_related("document", "ticket")
    return get_object_or_404(rows, pk=attachment)
