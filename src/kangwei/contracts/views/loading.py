"""Loading a contract file from the screen: check it, see what it would change, then confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.accounts.queries import contract_scope
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error
from kangwei.contracts import actions, queries
from kangwei.contracts.forms import LoadForm
from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import ContractFileError


def unified(text: str) -> str:
    """Line ends as LF, so that the same file has the same SHA-256 whichever way it comes."""
    return text.replace("\r\n", "\n")


class ConfirmForm(forms.Form):
    """The checked text on its way to the second step."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    name = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def clean_text(self) -> str:
        """The text as it was checked: a browser sends every line end as CR LF."""
        return unified(str(self.cleaned_data["text"]))


@requires("contracts.write")
def load(request: PersonRequest) -> HttpResponse:
    """First post: a file, answered by its faults or by what it would change. Second post: the confirmation."""
    if "text" in request.POST:
        return _confirm(request)
    form = LoadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            text = unified(upload.read().decode("utf-8"))
        except UnicodeDecodeError:
            form.add_error("file", f"「{upload.name}」不是 UTF-8 编码的文本")
        else:
            context |= _preview(request, text, upload.name)
    return render(request, "contracts/load.html", context)


def _preview(request: PersonRequest, text: str, name: str) -> dict[str, Any]:
    try:
        preview = queries.preview(text, name, request.user)
    except ContractFileError as error:
        return {"problems": error.problems, "file_name": name}
    return {
        "preview": preview,
        "file_name": name,
        "confirm": ConfirmForm(initial={"text": text, "name": name}),
    }


def _confirm(request: PersonRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            result = actions.load_contract_file(
                text=form.cleaned_data["text"], file=form.cleaned_data["name"], calendar=bundled_calendar(),
                actor=request.user, now=timezone.now(), scope=contract_scope(request.user),
            )  # fmt: skip
        except ActionError as error:
            add_error(form, error)
        except ContractFileError as error:
            return render(request, "contracts/load.html", {"form": LoadForm(), "problems": error.problems})
        else:
            messages.success(
                request,
                f"已载入：条款变化 {len(result.changes)} 处，应履行项新增 {result.occurrences_added}、"
                f"移动 {result.occurrences_moved}、删除 {result.occurrences_removed}"
                + (f"；{result.systems.label}" if result.systems.label else ""),
            )
            return redirect("contracts:detail", code=result.contract.code)
    return render(request, "contracts/load.html", {"form": LoadForm(), "refused": form.errors})
