"""Relations between assets, and interfaces of a system."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.assets import actions, queries
from kangwei.assets.enums import SYSTEM
from kangwei.assets.forms.relating import InterfaceForm, RelationForm
from kangwei.assets.models import Asset
from kangwei.assets.views.finding import asset_or_404, known
from kangwei.assets.views.lives import answer
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, refusals_shown

SUGGESTED = 12


@requires("assets.read")
def suggest(request: PersonRequest, pk: int) -> HttpResponse:
    """What of the same owner holds the words typed so far, as options of a datalist."""
    asset = asset_or_404(request, pk)
    text = request.GET.get("other", "").strip()
    rows = queries.search_assets(_others(request, asset), text).order_by("kind", "number")[:SUGGESTED] if text else []
    return render(request, "assets/_suggestions.html", {"rows": rows})


@requires("assets.write")
def relate(request: PersonRequest, pk: int) -> HttpResponse:
    """Say how the asset hangs together with another one."""
    asset = asset_or_404(request, pk)
    form = RelationForm(request.POST or None, suggest=reverse("assets:suggest", args=[pk]))
    return answer(request, asset, form, "关系", lambda: _relate(request, asset, form), submit="添加", suggests=True)


@requires("assets.write")
@require_POST
def unrelate(request: PersonRequest, pk: int, relation: int) -> HttpResponse:
    """Take a relation of the asset back."""
    asset = asset_or_404(request, pk)
    row = get_object_or_404(queries.relations_seen(request.user, asset), pk=relation)
    actions.unrelate(relation=row, actor=request.user, now=timezone.now())
    messages.success(request, f"已解除：{row}")
    return redirect("assets:detail", pk=pk)


@requires("assets.write")
def save_interface(request: PersonRequest, pk: int, interface: int | None = None) -> HttpResponse:
    """Enter an interface of a system, or change one that was entered by hand."""
    system = _system_or_404(request, pk)
    row = get_object_or_404(system.interfaces, pk=interface) if interface else None
    form = InterfaceForm(request.POST or None, interface=row)
    return answer(
        request, system, form, "接口",
        lambda: actions.save_interface(
            system=system, interface=row, values=form.cleaned_data, actor=request.user, now=timezone.now()
        ),
        submit="保存",
    )  # fmt: skip


@requires("assets.write")
@require_POST
def drop_interface(request: PersonRequest, pk: int, interface: int) -> HttpResponse:
    """Take an interface out of the register."""
    system = _system_or_404(request, pk)
    row = get_object_or_404(system.interfaces, pk=interface)
    with refusals_shown(request):
        actions.drop_interface(interface=row, actor=request.user, now=timezone.now())
        messages.success(request, f"已删除与「{row.party}」的接口")
    return redirect("assets:detail", pk=pk)


def _system_or_404(request: PersonRequest, pk: int) -> Asset:
    asset = asset_or_404(request, pk)
    if asset.kind != SYSTEM:
        raise Http404
    return asset


def _others(request: PersonRequest, asset: Asset) -> QuerySet[Asset]:
    return known(queries.assets(request.user)).filter(owner=asset.owner).exclude(pk=asset.pk)


def _relate(request: PersonRequest, asset: Asset, form: RelationForm) -> None:
    other = _named(request, asset, form.cleaned_data["other"])
    source, target = (other, asset) if form.backward else (asset, other)
    actions.relate(source=source, target=target, kind=form.kind, actor=request.user, now=timezone.now())


def _named(request: PersonRequest, asset: Asset, text: str) -> Asset:
    """The asset of that number or, where only one has it, that name."""
    rows = _others(request, asset)
    found = list(rows.filter(number=text)[:1]) or list(rows.filter(name=text)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise ActionError(f"名称为「{text}」的资产不止一项，请用资产编号", field="other")
    raise ActionError(f"没有编号或名称为「{text}」的其他资产", field="other")
