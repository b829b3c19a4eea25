"""What changed between two states of one contract, clause by clause."""

from dataclasses import dataclass
from typing import Any, Literal

from kangwei.core.contracts.clauses import Clause
from kangwei.core.contracts.schema import Contract

HEAD_FIELDS = ("title", "package", "buyer", "term", "calendars", "key_periods", "source")


@dataclass(frozen=True)
class Change:
    """One clause (or head field) added, removed or changed; `fields` maps a field to (before, after) as JSON data."""

    kind: Literal["added", "removed", "changed"]
    key: str
    title: str
    fields: dict[str, tuple[Any, Any]]


def diff(old: Contract, new: Contract) -> list[Change]:
    """The changes from old to new; empty where both bind the same."""
    before, after = _by_key(old), _by_key(new)
    changes = []
    head = _changed_fields(_head(old), _head(new))
    if head:
        changes.append(Change("changed", "contract", new.title, head))
    for key, clause in before.items():
        if key not in after:
            changes.append(Change("removed", key, clause.title, {}))
        elif fields := _changed_fields(clause.model_dump(mode="json"), after[key].model_dump(mode="json")):
            changes.append(Change("changed", key, after[key].title, fields))
    changes += [Change("added", key, clause.title, {}) for key, clause in after.items() if key not in before]
    return changes


def _by_key(contract: Contract) -> dict[str, Clause]:
    return {clause.key: clause for clause in contract.clauses()}


def _head(contract: Contract) -> dict[str, Any]:
    return contract.model_dump(mode="json", include=set(HEAD_FIELDS))


def _changed_fields(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = list(dict.fromkeys([*before, *after]))
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
