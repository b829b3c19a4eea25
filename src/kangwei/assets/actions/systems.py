"""The systems that contracts name, with their interfaces and who maintains them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.assets import queries
from kangwei.assets.actions.registering import hold_register, locked, register, save
from kangwei.assets.actions.relating import relate
from kangwei.assets.actions.values import fill
from kangwei.assets.enums import SYSTEM, RelationKind
from kangwei.assets.models import Asset, Interface, Maintenance
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@dataclass(frozen=True)
class NamedSystem:
    """A system as a contract names it; `clause` is the key of the clause, `interfaces` are those of the file."""

    clause: str
    name: str
    part_of: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    interfaces: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class MatchResult:
    """What naming the systems of a contract did."""

    created: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """系统新登记 3、已有 12、不再列入 1; "" where the contract names and named none."""
        counts = [("新登记", self.created), ("已有", self.matched), ("不再列入", self.dropped)]
        said = "、".join(f"{word} {len(names)}" for word, names in counts if names)
        return f"系统{said}" if said else ""


@transaction.atomic
def match_systems(
    *, owner: "Party", contract: str, title: str, supplier: "Party | None", systems: Sequence[NamedSystem],
    actor: Actor, now: datetime, practice: bool = False,
) -> MatchResult:  # fmt: skip
    """Make the register hold the systems that a contract names: those of the same name are matched, others created.

    What people have entered stays; only empty attributes are filled. Systems that the contract no longer names keep
    their entry and lose its maintenance.
    """
    hold_register(owner)
    known = {asset.name: asset for asset in queries.systems_by_name(owner)}
    created, matched = [], []
    for named in systems:
        asset = known.get(named.name)
        if asset is None:
            values = {"name": named.name, **named.attributes}
            asset = known[named.name] = register(
                owner=owner, kind=SYSTEM, values=values, actor=actor, now=now, practice=practice
            )
            created.append(named.name)
        else:
            _fill_empty(asset, named, actor, now)
            matched.append(named.name)
        _maintained(asset, named, contract, title, supplier)
    for named in systems:
        if named.part_of:
            _part(known[named.name], known[named.part_of], actor, now)
    gone = Maintenance.objects.filter(contract=contract).exclude(system__name__in=[named.name for named in systems])
    dropped = tuple(gone.values_list("system__name", flat=True))
    Interface.objects.filter(contract=contract, system__in=gone.values("system")).delete()
    gone.delete()
    return MatchResult(tuple(created), tuple(matched), dropped)


def _fill_empty(asset: Asset, named: NamedSystem, actor: Actor, now: datetime) -> None:
    asset = locked(asset)
    missing = {name: value for name, value in named.attributes.items() if value and not asset.attributes.get(name)}
    if missing:
        changes = fill(asset, queries.kinds()[SYSTEM], missing, asset.system)
        save(asset, "按合同补充", changes, action="assets.edit", actor=actor, now=now)


def _maintained(asset: Asset, named: NamedSystem, contract: str, title: str, supplier: "Party | None") -> None:
    Maintenance.objects.update_or_create(
        system=asset, contract=contract, defaults={"title": title, "supplier": supplier, "clause": named.clause}
    )
    Interface.objects.filter(system=asset, contract=contract).delete()
    Interface.objects.bulk_create(
        [Interface(system=asset, contract=contract, **interface) for interface in named.interfaces]
    )


def _part(part: Asset, whole: Asset, actor: Actor, now: datetime) -> None:
    # A circle would need another contract or a person to say the opposite; the register then stays as it is.
    try:
        relate(source=part, target=whole, kind=RelationKind.PART_OF, actor=actor, now=now)
    except ActionError:
        return


@transaction.atomic
def assign_supplier(*, contract: str, supplier: "Party") -> None:
    """Say who maintains the systems of a contract; part of the contract's own action, which is in the audit trail."""
    Maintenance.objects.filter(contract=contract).update(supplier=supplier)


@transaction.atomic
def save_interface(
    *, system: Asset, interface: Interface | None, values: dict[str, str], actor: Actor, now: datetime
) -> Interface:
    """Enter or change an interface of a system. ActionError for one that a contract names, or without a party."""
    if interface and interface.contract:
        raise ActionError("该接口来自合同文件，随它更新")
    if not values.get("party"):
        raise ActionError("请填写对方", field="party")
    row = interface or Interface(system=system)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit.append(actor=actor, action="assets.save_interface", subject=("asset", str(system.pk)), data=values, now=now)
    return row


@transaction.atomic
def drop_interface(*, interface: Interface, actor: Actor, now: datetime) -> None:
    """Take an interface out of the register. ActionError for one that a contract names."""
    if interface.contract:
        raise ActionError("该接口来自合同文件，随它更新")
    audit.append(
        actor=actor, action="assets.drop_interface", subject=("asset", str(interface.system_id)),
        data={"party": interface.party}, now=now,
    )  # fmt: skip
    interface.delete()
