"""`kangwei contract load` and `contract diff`: contract files into the database, or what that would change."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.commands.files import read_text
from kangwei.commands.output import say
from kangwei.contracts import actions
from kangwei.contracts.actions import LoadResult
from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import Change, ContractFileError, Problem, load_contract

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

_KINDS = {"added": "新增", "removed": "删除", "changed": "更改"}
_LONGEST_VALUE = 80


def load(paths: Sequence[Path], *, supplier: str, actor: Actor, now: datetime) -> int:
    """Load the files, all or none; the same content again changes nothing."""
    texts = _sound_texts(paths)
    with transaction.atomic():
        results = [_load(path, text, actor, now) for path, text in zip(paths, texts, strict=True)]
        for result in results:
            _assign(result.contract, supplier, actor, now)
    for result in results:
        _report(result)
    added = sum(result.occurrences_added for result in results)
    moved = sum(result.occurrences_moved for result in results)
    removed = sum(result.occurrences_removed for result in results)
    say(f"已载入 {len(results)} 个合同文件：应履行项新增 {added}、改期 {moved}、删除 {removed}。")
    return 0


def diff(path: Path, *, actor: Actor, now: datetime) -> int:
    """What loading the file would change. It is loaded and taken back, so that the numbers are those of a load."""
    (text,) = _sound_texts([path])
    with transaction.atomic():
        result = _load(path, text, actor, now)
        transaction.set_rollback(True)
    _report(result)
    if result.created:
        say(f"「{result.contract.code}」尚未载入；什么也没有写入。")
    else:
        say(f"与库内的「{result.contract.code}」相比，条款有 {len(result.changes)} 处不同；什么也没有写入。")
    return 0


def _sound_texts(paths: Sequence[Path]) -> list[str]:
    """The files' texts; ContractFileError with the faults of all of them."""
    texts = [read_text(path) for path in paths]
    problems: list[Problem] = []
    for path, text in zip(paths, texts, strict=True):
        try:
            load_contract(text, file=path.name, calendar=bundled_calendar())
        except ContractFileError as error:
            problems += error.problems
    if problems:
        raise ContractFileError(*problems)
    return texts


def _load(path: Path, text: str, actor: Actor, now: datetime) -> LoadResult:
    return actions.load_contract_file(text=text, file=path.name, calendar=bundled_calendar(), actor=actor, now=now)


def _assign(contract: "Contract", supplier: str, actor: Actor, now: datetime) -> None:
    """Separate from the load, which changes nothing where the same file comes again."""
    if supplier and (contract.supplier is None or contract.supplier.name != supplier):
        actions.assign_supplier(contract=contract, supplier=supplier, actor=actor, now=now)


def _report(result: LoadResult) -> None:
    contract = result.contract
    say(f"{contract.code} {contract.title}（{contract.first_day} 至 {contract.last_day}）")
    counts = (result.occurrences_added, result.occurrences_moved, result.occurrences_removed)
    if result.created:
        say(f"  新合同，应履行项 {result.occurrences_added} 个")
        _report_systems(result)
        return
    for change in result.changes:
        _report_change(change)
    if any(counts):
        say("  应履行项新增 {}、改期 {}、删除 {}".format(*counts))
    elif not result.changes:
        say("  没有变化")
    if result.changes:
        _report_systems(result)


def _report_systems(result: LoadResult) -> None:
    if result.systems.label:
        say(f"  {result.systems.label}")


def _report_change(change: Change) -> None:
    say(f"  {_KINDS[change.kind]} {change.key} {change.title}")
    for field, (before, after) in change.fields.items():
        say(f"    {field}：{_shown(before)} → {_shown(after)}")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
