"""Targets: described, checked against their probe and against what the contract asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base import audit, secretbox
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core import probes
from kangwei.core.checks import Template
from kangwei.core.probes.this_server import why_on_this_server
from kangwei.inspections import queries
from kangwei.inspections.models import Target
from kangwei.inspections.running import config_refusal, template_named

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract


@transaction.atomic
def save_target(
    *,
    contract: "Contract",
    name: str,
    template: str,
    address: str,
    actor: Actor,
    now: datetime,
    target: Target | None = None,
    secret: str | None = None,
    options: Mapping[str, str | int | float] | None = None,
    duty: str = "",
    slot: str = "",
    automatic: bool = False,
    this_server: bool = False,
) -> Target:
    """Add a target to a contract, or change the one given.

    `secret` None keeps the one that is stored, "" removes it; it is kept only for the address and template it was
    given for. `this_server` allows targets on the server that Kangwei runs on. ActionError, with the form field, for
    whatever does not fit the probe, the contract, or another target.
    """
    target = target or Target(contract=contract, created_at=now)
    moved = (target.template, target.address) != (template, address.strip())
    reached = moved or target.options != dict(options or {})
    if target.secret and secret is None and moved:
        # Or whoever may edit targets could have the stored password sent to a server of his own.
        raise ActionError("地址或模板改了，请重新填写口令", field="secret")
    target.name, target.template, target.address = name.strip(), template, address.strip()
    target.options, target.duty, target.slot, target.automatic = dict(options or {}), duty, slot, automatic
    _check_probe(target, template_named(template), secret, this_server=this_server or not reached)
    _check_place(target)
    if secret is not None:
        target.secret = secretbox.seal(secret)
    target.save()
    _audit("inspections.save_target", target, actor, now, secret_changed=secret is not None)
    return target


@transaction.atomic
def deactivate_target(*, target: Target, actor: Actor, now: datetime) -> None:
    """Inspect the target no longer; its runs and findings stay."""
    if Target.objects.filter(pk=target.pk, active=True).update(active=False):
        _audit("inspections.deactivate_target", target, actor, now)


@transaction.atomic
def reactivate_target(*, target: Target, actor: Actor, now: datetime) -> None:
    """Inspect the target again; ActionError where another has taken its place."""
    _check_place(target)
    if Target.objects.filter(pk=target.pk, active=False).update(active=True):
        _audit("inspections.reactivate_target", target, actor, now)


def _check_probe(target: Target, template: Template, secret: str | None, *, this_server: bool) -> None:
    if not target.address and template.probe != "host-local":
        raise ActionError("请填写地址", field="address")
    described = probes.Target(target.address, secret or "", target.options)
    try:
        probes.check_target(template.probe, described)
    except probes.ProbeConfigError as error:
        raise config_refusal(error) from None
    if not this_server and (reason := why_on_this_server(template.probe, described)):
        field = "options.backup_path" if target.options.get("backup_path") else "address"
        raise ActionError(f"{reason}，乙方人员不能登记；请由甲方或平台人员登记", field=field)


def _check_place(target: Target) -> None:
    """The name is free in the contract, and the slot is one that the contract names and nothing else covers."""
    if not target.name:
        raise ActionError("请填写名称", field="name")
    others = Target.objects.filter(contract=target.contract).exclude(pk=target.pk)
    namesake = others.filter(name=target.name).first()
    if namesake:
        state = "" if namesake.active else "（已停用，可重新启用）"
        raise ActionError(f"本合同已有巡检对象「{target.name}」{state}", field="name")
    if not target.duty:
        target.slot = ""
        return
    if queries.coverage_key(target.duty, target.slot) not in queries.owed_keys(target.contract):
        raise ActionError("合同没有要求对这一项巡检", field="coverage")
    taken = others.filter(duty=target.duty, slot=target.slot, active=True).first()
    if taken:
        raise ActionError(f"这一项已由「{taken.name}」覆盖，请先停用它", field="coverage")


def _audit(action: str, target: Target, actor: Actor, now: datetime, **data: bool) -> None:
    described = {
        "contract": target.contract.code, "name": target.name, "template": target.template,
        "address": target.address, "options": target.options, "duty": target.duty, "slot": target.slot,
        "automatic": target.automatic,
    }  # fmt: skip
    subject = ("inspection-target", str(target.pk))
    audit.append(actor=actor, action=action, subject=subject, data=described | data, now=now)
