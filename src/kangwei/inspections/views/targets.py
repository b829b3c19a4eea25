"""What contracts want inspected and what covers it; targets added and changed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, add_error, excel, page_of, refusals_shown
from kangwei.contracts import queries as contracts
from kangwei.inspections import actions, queries
from kangwei.inspections.forms import TargetForm, initial_of
from kangwei.inspections.models import Target
from kangwei.inspections.queries import Coverage
from kangwei.inspections.running import template_title, templates

SHOWN = [("uncovered", "未覆盖"), ("owed", "本期未完成"), ("covered", "已覆盖"), ("extra", "不对应合同")]
EXPORT_HEADERS = ("义务", "合同对象", "巡检对象", "模板", "地址", "自动", "最近巡检", "结论", "本期期限", "本期未完成",
                  "欠做期数", "出处")  # fmt: skip


@requires("inspections.read")
def target_list(request: PersonRequest) -> HttpResponse:
    """Without a contract how all contracts are covered; with one its targets, line by line."""
    code = request.GET.get("contract", "")
    now = timezone.now()
    if not code:
        rows = page_of(request, queries.coverage_by_contract(request.user, now))
        return render(request, "inspections/coverage.html", {"title": "巡检对象", "page_obj": rows})
    contract = get_object_or_404(contracts.contracts(request.user), code=code)
    everything = queries.coverage(contract, now)
    shown = _filtered(request, everything)
    if request.GET.get("export"):
        return excel(
            f"巡检对象-{contract.code}.xlsx", {"巡检对象": (EXPORT_HEADERS, [_exported(row) for row in shown])}
        )
    exported = request.GET.copy()
    exported["export"] = "1"
    context: dict[str, Any] = {
        "title": "巡检对象",
        "contract": contract,
        "now": now,
        "owed": [row for row in everything if row.duty],
        "covered": sum(1 for row in everything if row.duty and row.target),
        "to_run": sum(1 for row in everything if row.target),
        "still_owed": sum(1 for row in everything if row.target and row.is_open),
        "page_obj": page_of(request, shown),
        "q": request.GET.get("q", ""),
        "search_hint": "义务、对象、地址",
        "kept": [("contract", code)],
        "filters": [
            {
                "name": "shown", "label": "显示", "kind": "select", "value": request.GET.get("shown", ""),
                "options": SHOWN,
            }
        ],
        "export_url": f"?{exported.urlencode()}",
    }  # fmt: skip
    return render(request, "inspections/target_list.html", context)


@requires("inspections.write")
def new_target(request: PersonRequest) -> HttpResponse:
    """Add a target to the contract that `?contract=` names."""
    contract = get_object_or_404(contracts.contracts(request.user), code=request.GET.get("contract", ""))
    rows = queries.coverage(contract, timezone.now())
    wanted = next((row for row in rows if row.key and row.key == request.GET.get("coverage", "")), None)
    initial = {"coverage": wanted.key, "name": wanted.slot or wanted.duty.title} if wanted and wanted.duty else {}
    form = _form(request, rows, None, initial)
    if request.method == "POST" and form.is_valid() and (saved := _save(request, form, contract, None)):
        messages.success(request, f"已登记巡检对象「{saved.name}」")
        return redirect(_listing(saved))
    context = {"form": form, "contract": contract, "target": None, "title": "登记巡检对象"}
    return render(request, "inspections/target_form.html", context)


@requires("inspections.read")
def edit_target(request: PersonRequest, pk: int) -> HttpResponse:
    """One target: its description, its runs, and what was missed; changing it needs inspections.write."""
    target = get_object_or_404(queries.targets(request.user), pk=pk)
    if request.method == "POST" and not request.user.has_perm("inspections.write"):
        raise PermissionDenied("您的角色没有此项权限")
    now = timezone.now()
    rows = queries.coverage(target.contract, now)
    form = _form(request, rows, target, initial_of(target))
    if request.method == "POST" and form.is_valid():
        if saved := _save(request, form, target.contract, target):
            messages.success(request, f"已保存巡检对象「{saved.name}」")
            return redirect(_listing(saved))
        target.refresh_from_db()
    context = {
        "form": form,
        "contract": target.contract,
        "target": target,
        "template_title": template_title(target.template),
        "duty": queries.duty_clause(target),
        "missed": queries.missed_occurrences(target, now)[:12],
        "runs": target.runs.select_related("occurrence__clause")[:12],
        "timeline": audit.timeline("inspection-target", str(pk), limit=12),
        "title": target.name,
        "now": now,
    }
    return render(request, "inspections/target_form.html", context)


@requires("inspections.write")
@require_POST
def deactivate_target(request: PersonRequest, pk: int) -> HttpResponse:
    """Inspect the target no longer."""
    target = get_object_or_404(queries.targets(request.user), pk=pk)
    actions.deactivate_target(target=target, actor=request.user, now=timezone.now())
    messages.success(request, f"巡检对象「{target.name}」已停用，它的巡检记录仍在")
    return redirect("inspections:edit_target", pk=pk)


@requires("inspections.write")
@require_POST
def reactivate_target(request: PersonRequest, pk: int) -> HttpResponse:
    """Inspect the target again."""
    target = get_object_or_404(queries.targets(request.user), pk=pk)
    with refusals_shown(request):
        actions.reactivate_target(target=target, actor=request.user, now=timezone.now())
        messages.success(request, f"巡检对象「{target.name}」已启用")
    return redirect("inspections:edit_target", pk=pk)


def _form(request: PersonRequest, rows: list[Coverage], target: Target | None, initial: dict[str, Any]) -> TargetForm:
    """The form with the options of the template that was chosen last, in the form, the address or the target."""
    choices = _template_choices(request, target)
    chosen = request.POST.get("template") or request.GET.get("template") or initial.get("template", "")
    template = chosen if chosen in choices else next(iter(choices))
    return TargetForm(
        request.POST or None, rows=rows, target=target, choices=choices, template=template,
        initial=initial | {"template": template},
    )  # fmt: skip


def _template_choices(request: PersonRequest, target: Target | None) -> dict[str, str]:
    """Name → title, the one that measures this server last, and only for who may use it or where it is in use."""
    local = [name for name, one in templates().items() if one.probe == "host-local"]
    offered = queries.may_measure_this_server(request.user) or (target is not None and target.template in local)
    names = sorted(set(templates()) - (set() if offered else set(local)), key=lambda name: (name in local, name))
    return {name: templates()[name].title for name in names}


def _save(request: PersonRequest, form: TargetForm, contract: Any, target: Target | None) -> Target | None:
    data = form.cleaned_data
    duty, _, slot = data["coverage"].partition("|")
    try:
        return actions.save_target(
            contract=contract, target=target, name=data["name"], template=data["template"], address=data["address"],
            secret=form.given_secret, options=form.options, duty=duty, slot=slot, automatic=data["automatic"],
            this_server=queries.may_measure_this_server(request.user), actor=request.user, now=timezone.now(),
        )  # fmt: skip
    except ActionError as error:
        add_error(form, error)
        return None


def _listing(target: Target) -> str:
    return f"{reverse('inspections:target_list')}?contract={target.contract.code}"


def _filtered(request: PersonRequest, rows: list[Coverage]) -> list[Coverage]:
    shown, text = request.GET.get("shown", ""), request.GET.get("q", "").strip().lower()
    return [row for row in rows if shown in ("", *_groups(row)) and text in _searched(row)]


def _groups(row: Coverage) -> list[str]:
    """Which choices of SHOWN the row falls under."""
    covering = "extra" if not row.duty else "covered" if row.target else "uncovered"
    return [covering, "owed"] if row.is_open else [covering]


def _searched(row: Coverage) -> str:
    target = f"{row.target.name} {row.target.address}" if row.target else ""
    return f"{row.duty.title if row.duty else ''} {row.slot} {target}".lower()


def _exported(row: Coverage) -> tuple[Any, ...]:
    target, run, duty = row.target, row.last_run, row.duty
    title = template_title(target.template) if target else ""
    described = (target.name, title, target.address, target.automatic) if target else ("", "", "", "")
    return (
        duty.title if duty else "", row.slot, *described, run.requested_at if run else None,
        run.get_verdict_display() if run else "", row.due, row.is_open, row.missed, duty.cite if duty else "",
    )  # fmt: skip
