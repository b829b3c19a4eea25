"""Relations between assets."""

from datetime import datetime

from django.db import transaction

from kangwei.assets.actions.registering import hold_register
from kangwei.assets.enums import RelationKind
from kangwei.assets.models import Asset, Relation
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError

# Of these a circle makes no sense: nothing is part of itself, or runs on what runs on it.
ONE_WAY = frozenset({RelationKind.PART_OF, RelationKind.RUNS_ON, RelationKind.OWNED_BY})


@transaction.atomic
def relate(*, source: Asset, target: Asset, kind: RelationKind, actor: Actor, now: datetime) -> Relation:
    """Say how two assets of one party hang together; the same again changes nothing.

    ActionError for a relation with itself, across parties, or one that would close a circle.
    """
    if source.pk == target.pk:
        raise ActionError("不能与自身建立关系", field="target")
    if source.owner_id != target.owner_id:
        raise ActionError("两项资产不属于同一单位", field="target")
    # Two people who relate at once could close a circle together; the party's row makes them go one after the other.
    hold_register(source.owner)
    if kind in ONE_WAY and source.pk in _reached(target.pk, kind):
        raise ActionError(f"「{target}」已经（间接）{kind.label}「{source}」，会形成循环", field="target")
    relation, created = Relation.objects.get_or_create(source=source, target=target, kind=kind)
    if created:
        audit.append(
            actor=actor, action="assets.relate", subject=("asset", str(source.pk)),
            data={"kind": kind, "target": target.pk}, now=now,
        )  # fmt: skip
    return relation


@transaction.atomic
def unrelate(*, relation: Relation, actor: Actor, now: datetime) -> None:
    """Take a relation back."""
    audit.append(
        actor=actor, action="assets.unrelate", subject=("asset", str(relation.source_id)),
        data={"kind": relation.kind, "target": relation.target_id}, now=now,
    )  # fmt: skip
    relation.delete()


def _reached(start: int, kind: RelationKind) -> set[int]:
    """Every asset that the start has this relation to, directly or through others; itself included."""
    found, frontier = {start}, {start}
    while frontier:
        rows = Relation.objects.filter(source__in=frontier, kind=kind).values_list("target", flat=True)
        frontier = set(rows) - found
        found |= frontier
    return found
