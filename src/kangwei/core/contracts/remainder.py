"""What is still to be said about the rest of a file of which some parts have faults of form."""

import copy
from typing import Any

from pydantic import ValidationError

from kangwei.core.calendars import StatutoryCalendar
from kangwei.core.contracts.checking import Fault, check_part
from kangwei.core.contracts.schema import Contract
from kangwei.core.yamlfile import Path


def faults_beside(data: Any, paths: list[Path], calendar: StatutoryCalendar) -> list[Fault]:
    """The faults of sense beside the faults of form at `paths`: everything without the list items that have those.

    Empty where the rest is no contract, because what is wrong stands outside of any list.
    """
    dropped = {item for path in paths if (item := _item_of(path))}
    rest, kept = _without(data, dropped, [path for path in paths if not _item_of(path)])
    try:
        contract = Contract.model_validate(rest)
    except ValidationError:
        return []
    return [(_in_the_file(path, kept), reason) for path, reason in check_part(contract, calendar)]


def _item_of(path: Path) -> Path:
    """The outermost list item that a path lies in; empty where it lies in none."""
    first = next((place for place, part in enumerate(path) if isinstance(part, int)), None)
    return path[: first + 1] if first is not None else ()


def _without(data: Any, items: set[Path], keys: list[Path]) -> tuple[Any, dict[Path, list[int]]]:
    """A copy without these list items and keys, and by list the places at which its items stood before."""
    rest = copy.deepcopy(data)
    kept: dict[Path, list[int]] = {}
    for section in {item[:-1] for item in items}:
        holder, name = _holder(rest, section)
        places = [place for place in range(len(holder[name])) if (*section, place) not in items]
        holder[name] = [holder[name][place] for place in places]
        kept[section] = places
    for path in keys:
        holder, name = _holder(rest, path)
        if isinstance(holder, dict):
            holder.pop(name, None)
    return rest, kept


def _holder(data: Any, path: Path) -> tuple[Any, Any]:
    holder = data
    for part in path[:-1]:
        holder = holder.get(part) if isinstance(holder, dict) else None
    return holder, path[-1] if path else None


def _in_the_file(path: Path, kept: dict[Path, list[int]]) -> Path:
    item = _item_of(path)
    if item and item[:-1] in kept:
        return (*item[:-1], kept[item[:-1]][int(item[-1])], *path[len(item) :])
    return path
