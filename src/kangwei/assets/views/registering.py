"""Registering and editing an asset."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kangwei.accounts.enums import PartyKind
from kangwei.assets import actions, queries
from kangwei.assets.forms.registering import MAINTAINERS, OWNER, EditForm, RegisterForm
from kangwei.assets.models import Asset
from kangwei.assets.views.finding import asset_or_404, kind_or_404
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error
from kangwei.core.ledgers import Kind

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@requires("assets.write")
def new_asset(request: PersonRequest, slug: str) -> HttpResponse:
    """Register an asset of a kind; a supplier's person registers what that supplier maintains."""
    kind = kind_or_404(slug)
    owners = list(queries.owners(request.user))
    if not owners:
        return render(request, "assets/no_owner.html", {"title": f"登记{kind.name}", "kind": kind})
    supplies = request.user.party.kind == PartyKind.SUPPLIER
    systems = _systems(request, _chosen(request, owners))
    form = RegisterForm(
        request.POST or None, kind=kind, systems=systems, owners=owners, names_maintainer=not supplies,
        initial={name: value for name, value in request.GET.items() if name in (OWNER, "system")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and (saved := _register(request, kind, form, supplies=supplies)):
        messages.success(request, f"已登记{kind.name}「{saved}」，编号 {saved.number}")
        return redirect("assets:detail", pk=saved.pk)
    context = {
        "title": f"登记{kind.name}", "kind": kind, "form": form, "systems": systems,
        "maintainers": [] if supplies else queries.maintainers(request.user), "maintainers_id": MAINTAINERS,
    }  # fmt: skip
    return render(request, "assets/form.html", context, status=422 if form.errors else 200)


@requires("assets.write")
def edit_asset(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the fields of an asset; what others changed meanwhile in other fields stays."""
    asset = asset_or_404(request, pk)
    kind = queries.kinds()[asset.kind]
    systems = _systems(request, asset.owner)
    form = EditForm(
        request.POST or None, asset=asset, kind=kind, systems=systems,
        in_repair=asset.repairs.filter(returned_at=None).exists(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            changes = actions.edit(asset=asset, values=form.values, actor=request.user, now=timezone.now())
        except ActionError as error:
            add_error(form, error)
        else:
            messages.success(request, f"已保存 {len(changes)} 处修改" if changes else "没有变化")
            return redirect("assets:detail", pk=pk)
    context = {"title": f"修改 · {asset}", "kind": kind, "asset": asset, "form": form, "systems": systems}
    return render(request, "assets/form.html", context, status=422 if form.errors else 200)


def _chosen(request: PersonRequest, owners: "list[Party]") -> "Party | None":
    """The owner that the form or the address names, the only one where there is no choice."""
    wanted = request.POST.get(OWNER) or request.GET.get(OWNER, "")
    return owners[0] if len(owners) == 1 else next((party for party in owners if str(party.pk) == wanted), None)


def _systems(request: PersonRequest, owner: "Party | None") -> list[str]:
    return list(queries.systems_seen(request.user).filter(owner=owner).values_list("name", flat=True))


def _register(request: PersonRequest, kind: Kind, form: RegisterForm, *, supplies: bool) -> Asset | None:
    try:
        return actions.register(
            owner=form.owner, kind=kind.id, values=form.values,
            maintainer=request.user.party if supplies else form.maintainer, actor=request.user, now=timezone.now(),
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return None
