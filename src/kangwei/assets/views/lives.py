"""What is done with one asset in its life, each as a small form: in a dialog, or as a page where it was refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from kangwei.accounts.enums import PartyKind
from kangwei.assets import actions, queries
from kangwei.assets.enums import AssetState
from kangwei.assets.forms.lives import (
    LendForm,
    MoveForm,
    OperationForm,
    RepairForm,
    ReturnForm,
    ScrapForm,
    TakeBackForm,
)
from kangwei.assets.forms.registering import MaintainerForm
from kangwei.assets.models import Asset
from kangwei.assets.views.finding import asset_or_404
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out
from kangwei.core.calendars import bundled_calendar
from kangwei.core.ledgers import Kind

Act = Callable[[], object]
CERTIFICATE = "certificate-tls"
"""The kind whose entries can be read from where they are in use."""
THINGS, NO_THINGS = ("基础设施", "终端与外设"), ("database", "middleware")
"""Groups of kinds that are things to be carried away, and the kinds in them that are not."""


class Step(NamedTuple):
    """Something that can be done with an asset now; `primary` is what is waited for."""

    label: str
    url: str
    permission: str
    primary: bool = False


def offered(asset: Asset, kind: Kind) -> list[Step]:
    """What can be done with an asset in its state, by whoever holds the permissions."""
    if asset.state == AssetState.SCRAPPED:
        return []
    steps = [Step(LIVES[what].label, reverse("assets:life", args=[asset.pk, what]), "assets.operate", primary)
             for what, primary in _possible(asset, kind)]  # fmt: skip
    steps += [
        Step(one.label, reverse("assets:operate", args=[asset.pk, one.id]), "assets.operate") for one in kind.operations
    ]
    if kind.id == CERTIFICATE:
        steps.append(Step("读取证书", reverse("assets:read_certificate", args=[asset.pk]), "assets.operate"))
    ended = any(one.state == AssetState.SCRAPPED.value for one in kind.operations)
    if asset.state != AssetState.REPAIR and not ended:
        steps.append(Step("报废", reverse("assets:scrap", args=[asset.pk]), "assets.write"))
    return steps


def _possible(asset: Asset, kind: Kind) -> list[tuple[str, bool]]:
    if asset.state == AssetState.REPAIR:
        return [("return", True), ("move", False)]
    if asset.state == AssetState.LENT:
        return [("take-back", True), ("move", False)]
    return [("repair", False), ("move", False), ("lend", False)] if is_thing(kind) else [("move", False)]


def is_thing(kind: Kind) -> bool:
    """Whether assets of a kind can be carried away, so that they may be repaired elsewhere or lent."""
    return kind.repair_limit is not None or (kind.group in THINGS and kind.id not in NO_THINGS)


def _send(asset: Asset, form: Any, known: dict[str, Any]) -> object:
    data = form.cleaned_data
    return actions.send_to_repair(
        asset=asset, fault=data["fault"], vendor=data["vendor"], limit=form.limit, calendar=bundled_calendar(), **known
    )


def _return(asset: Asset, form: Any, known: dict[str, Any]) -> object:
    data = form.cleaned_data
    return actions.return_from_repair(asset=asset, result=data["result"], state=AssetState(data["state"]), **known)


class Life(NamedTuple):
    """One form about an asset's life: its label, the form for an asset, and the action that takes it."""

    label: str
    form: Callable[[Asset, Kind, Any], forms.Form]
    act: Callable[[Asset, Any, dict[str, Any]], object]


LIVES = {
    "repair": Life("送修", lambda _, kind, data: RepairForm(data, limit=kind.repair_limit), _send),
    "return": Life("修复返回", lambda _, __, data: ReturnForm(data), _return),
    "move": Life(
        "移交",
        lambda asset, _, data: MoveForm(data, initial={"place": asset.place, "custodian": asset.custodian}),
        lambda asset, form, known: actions.move(asset=asset, **form.cleaned_data, **known),
    ),
    "lend": Life(
        "借出",
        lambda _, __, data: LendForm(data),
        lambda asset, form, known: actions.lend(asset=asset, **form.cleaned_data, **known),
    ),
    "take-back": Life(
        "归还",
        lambda _, __, data: TakeBackForm(data),
        lambda asset, form, known: actions.take_back(asset=asset, **form.cleaned_data, **known),
    ),
}


@requires("assets.operate")
def life(request: PersonRequest, pk: int, what: str) -> HttpResponse:
    """Send to repair, return, move, lend, take back."""
    asset, step = asset_or_404(request, pk), LIVES.get(what)
    if step is None:
        raise Http404
    form = step.form(asset, queries.kinds()[asset.kind], request.POST or None)
    return answer(request, asset, form, step.label, lambda: step.act(asset, form, _by(request)))


@requires("assets.write")
def scrap(request: PersonRequest, pk: int) -> HttpResponse:
    """Take an asset out of service, with the name of who approved."""
    asset = asset_or_404(request, pk)
    form = ScrapForm(request.POST or None)
    return answer(
        request, asset, form, "报废", lambda: actions.scrap(asset=asset, **form.cleaned_data, **_by(request)),
        warning="报废后不再在用，编号保留，不能再次使用。",
    )  # fmt: skip


@requires("assets.operate")
def operate(request: PersonRequest, pk: int, operation: str) -> HttpResponse:
    """An operation of the kind, such as renewing a certificate."""
    asset = asset_or_404(request, pk)
    kind = queries.kinds()[asset.kind]
    what = next((one for one in kind.operations if one.id == operation), None)
    if what is None:
        raise Http404
    form = OperationForm(request.POST or None, kind=kind, operation=what, known=queries.values_of(asset))
    return answer(
        request, asset, form, what.label,
        lambda: actions.operate(
            asset=asset, operation=operation, values=form.values, approved_by=form.cleaned_data["approved-by"],
            note=form.cleaned_data["operation-note"], **_by(request),
        ),
    )  # fmt: skip


@requires("assets.write")
def maintainer(request: PersonRequest, pk: int) -> HttpResponse:
    """Name who maintains an asset; not a supplier's to say."""
    asset = asset_or_404(request, pk)
    if request.user.party.kind == PartyKind.SUPPLIER:
        raise Http404
    form = MaintainerForm(request.POST or None, initial={"maintainer": asset.maintainer})
    return answer(
        request, asset, form, "运维单位",
        lambda: actions.assign_maintainer(asset=asset, **form.cleaned_data, **_by(request)), submit="保存",
        maintainers=queries.maintainers(request.user),
    )  # fmt: skip


def answer(
    request: PersonRequest, asset: Asset, form: forms.Form, label: str, act: Act, submit: str = "", **context: Any
) -> HttpResponse:
    """The form; when it is sent, the action, and back to the asset, or the form again with what is wrong (422)."""
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, f"{label}已登记：{asset}")
        return redirect("assets:detail", pk=asset.pk)
    context |= {"title": f"{label} · {asset}", "label": label, "asset": asset, "form": form, "submit": submit or label}
    return render(request, "assets/action.html", context, status=422 if form.errors else 200)


def _by(request: PersonRequest) -> dict[str, Any]:
    now: datetime = timezone.now()
    return {"actor": request.user, "now": now}
