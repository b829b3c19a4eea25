"""The configuration of one asset: saved, read, compared, and the sheet of a change.

All of it asks for assets.operate: a configuration holds passwords and keys as the device wrote them.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, backups, queries
from kangwei.assets.differences import Difference, compare
from kangwei.assets.forms.configurations import ChangeSheetForm, ConfigurationForm
from kangwei.assets.models import Asset, Configuration
from kangwei.assets.registers import documents
from kangwei.assets.views.finding import asset_or_404
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, download, page_of
from kangwei.core.documents import safe_file_name

MOST_ROWS = 4000
"""More rows than that are no page to read: what differs is then a file to save."""


@requires("assets.operate")
def version_list(request: PersonRequest, pk: int) -> HttpResponse:
    """The versions of an asset's configuration, and the form that saves the next one."""
    asset = asset_or_404(request, pk)
    posted = request.method == "POST"
    form = ConfigurationForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid() and (saved := _save(request, asset, form)):
        version, fresh = saved
        if fresh:
            messages.success(request, f"已保存为第 {version.version} 版")
        else:
            messages.info(request, f"与第 {version.version} 版相同，没有新版本；已记为一次备份")
        return redirect("assets:configurations", pk=pk)
    rows = backups.versions(asset)
    sheets = documents(request.user).filter(asset=asset, document__kind="configuration-change")
    context: dict[str, Any] = {
        "title": f"{asset} 的配置",
        "asset": asset,
        "kind": queries.kinds()[asset.kind],
        "page_obj": page_of(request, rows),
        "numbers": list(rows.values_list("version", flat=True)[:200]),
        "backups": asset.events.filter(action=backups.SAVED)[:12],
        "sheets": sheets[:12],
        "form": form,
    }
    return render(request, "assets/configurations.html", context, status=422 if form.errors else 200)


def _save(
    request: PersonRequest, asset: Asset, form: ConfigurationForm
) -> tuple[Configuration, bool] | None:  # fmt: skip
    data = form.cleaned_data
    try:
        return actions.save_configuration(
            asset=asset, text=data["text"], change=data["change"], note=data["note"], actor=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return None


@requires("assets.operate")
def configuration(request: PersonRequest, pk: int, version: int) -> HttpResponse:
    """The text of one version; with `?download=1` as a file."""
    asset = asset_or_404(request, pk)
    row = get_object_or_404(asset.configurations, version=version)
    if request.GET.get("download"):
        name = safe_file_name(f"{asset.name}-第{version}版.txt")
        return download(row.text.encode(), file_name=name, content_type="text/plain; charset=utf-8")
    context = {
        "title": f"第 {version} 版", "asset": asset, "version": row, "lines": row.text.count("\n"),
        "previous": asset.configurations.filter(version=version - 1).exists(),
    }  # fmt: skip
    return render(request, "assets/configuration.html", context)


@requires("assets.operate")
def compare_versions(request: PersonRequest, pk: int) -> HttpResponse:
    """What differs between two versions: `?view=unified` in one column, `?all=1` every line, `?download=1` a file."""
    asset = asset_or_404(request, pk)
    before, after = _pair(request, asset)
    difference = compare(before.text, after.text)
    if request.GET.get("download"):
        text = difference.unified(f"第{before.version}版", f"第{after.version}版")
        name = safe_file_name(f"{asset.name}-第{before.version}至{after.version}版.diff.txt")
        return download(text.encode(), file_name=name, content_type="text/plain; charset=utf-8")
    context = _compared(request, asset, before, after, difference)
    return render(request, "assets/compare.html", context | {"form": ChangeSheetForm(initial={"change": after.change})})


@requires("assets.operate")
@require_POST
def change_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """Archive the 配置变更单 between the two versions."""
    asset = asset_or_404(request, pk)
    before, after = _pair(request, asset)
    form = ChangeSheetForm(request.POST)
    if form.is_valid():
        try:
            row = actions.make_change_sheet(
                before=before, after=after, facts=form.facts, maker=request.user.party, actor=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except ActionError as error:
            messages.error(request, str(error))
            return redirect("assets:configurations", pk=pk)
        messages.success(request, f"已生成并归档配置变更单 {row.document.number}")
        return redirect("assets:document", pk=row.pk)
    context = _compared(request, asset, before, after, compare(before.text, after.text))
    return render(request, "assets/compare.html", context | {"form": form}, status=422)


def _pair(request: PersonRequest, asset: Asset) -> tuple[Configuration, Configuration]:
    """The versions that `?old=` and `?new=` name, the earlier one first; without them the last two."""
    texts = [request.GET.get(name, "") for name in ("old", "new")]
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 9]
    if not numbers:
        numbers = list(asset.configurations.values_list("version", flat=True)[:2])
    numbers = sorted(numbers)
    first, last = (get_object_or_404(asset.configurations, version=number) for number in (*numbers, 0)[:2])
    return first, last


def _compared(
    request: PersonRequest, asset: Asset, before: Configuration, after: Configuration, difference: Difference
) -> dict[str, Any]:
    everything, unified = bool(request.GET.get("all")), request.GET.get("view") == "unified"
    found: list[Any] = []
    shown = difference.lines(None if everything else 3) if unified else difference.rows(None if everything else 3)
    for row in shown:
        found.append(row)
        if len(found) > MOST_ROWS:
            break
    return {
        "title": f"第 {before.version} 版与第 {after.version} 版",
        "asset": asset,
        "before": before,
        "after": after,
        "difference": difference,
        "rows": found[:MOST_ROWS],
        "cut": len(found) > MOST_ROWS,
        "unified": unified,
        "everything": everything,
        "numbers": list(asset.configurations.values_list("version", flat=True)[:200]),
    }
