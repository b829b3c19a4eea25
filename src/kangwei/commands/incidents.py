"""`kangwei import incidents`: the event log of another desk becomes tickets of a contract."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.commands.lookup import contract_named
from kangwei.commands.output import complain, say
from kangwei.contracts.levels import severities
from kangwei.core.histories import (
    Built,
    Fault,
    History,
    Mapping,
    built,
    bundled_mapping,
    encoding_of,
    load_mapping,
    raw_rows,
    read_log,
)
from kangwei.core.yamlfile import FileError
from kangwei.servicedesk.actions import Known, Source, TakenOver, finish_import, take_over
from kangwei.servicedesk.enums import Clock

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract

CHUNK = 500
TOLD_EVERY = 5_000
NAMED = 3


def import_incidents(
    path: Path, *, code: str, mapping: Path | None, dry_run: bool, refused: Path | None, actor: Actor, now: datetime
) -> int:
    """Take the log over, an incident whole or not at all; 0 where nothing was refused."""
    contract = contract_named(code)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ActionError(f"{path}：不是普通文件")  # a pipe cannot be read more than once
    if refused and refused.exists():
        raise ActionError(f"{refused}：已有同名文件或目录，不会覆盖，请换一个名字")
    if refused and not refused.parent.is_dir():
        raise ActionError(f"{refused.parent}：没有这个文件夹")
    try:
        words = load_mapping(mapping) if mapping else bundled_mapping()
    except FileError as error:
        return _complain_of(error, "映射文件")
    try:
        encoding, source = _source(path)
        found, rows = _read(path, words, encoding, now)
    except FileError as error:
        return _complain_of(error, "事件日志")
    if refused and found.kept_out:
        _write_refused(path, refused, encoding, found.kept_out)
    say(f"读到 {rows:,} 行，{len(found.histories) + len(found.refused_numbers):,} 件事件（{encoding}，{words.name}）")
    counts = _take_over(contract, found.histories, source, actor, now, dry_run=dry_run)
    _report(contract, found, counts, refused)
    if counts.added and not dry_run:
        told = {"rows": rows, "added": counts.added, "present": counts.present, "refused": len(found.refused_numbers)}
        finish_import(contract=contract, source=source, counts=told, actor=actor, now=now)
    say(_result(found, counts, dry_run=dry_run))
    return 1 if found.refused else 0


def _complain_of(error: FileError, what: str) -> int:
    complain(str(error))
    complain(f"{what}有 {len(error.problems)} 处错误，什么也没有导入。")
    return 1


def _source(path: Path) -> tuple[str, Source]:
    with path.open("rb") as file:
        encoding = encoding_of(file, path.name)
        file.seek(0)
        return encoding, Source(path.name, hashlib.file_digest(file, "sha256").hexdigest())


def _read(path: Path, words: Mapping, encoding: str, now: datetime) -> tuple[Built, int]:
    with path.open(encoding=encoding, newline="") as lines:
        log = read_log(lines, words, name=path.name, told=lambda rows: say(f"已读 {rows:,} 行"))
    return built(log, words, now), log.rows


def _take_over(
    contract: "Contract", histories: Sequence[History], source: Source, actor: Actor, now: datetime, *, dry_run: bool
) -> TakenOver:  # fmt: skip
    """Chunk by chunk, each in a transaction of its own: a run that was killed can be started again."""
    known, counts = Known.of(contract), TakenOver()
    for first in range(0, len(histories), CHUNK):
        chunk = histories[first : first + CHUNK]
        with transaction.atomic():
            counts += take_over(known=known, histories=chunk, source=source, actor=actor, now=now)
            # Written and taken back, so that the figures are those of an import.
            transaction.set_rollback(dry_run)
        done = first + len(chunk)
        if done % TOLD_EVERY == 0:
            say(f"已{'试算' if dry_run else '写入'} {done:,} 件")
    return counts


def _write_refused(path: Path, out: Path, encoding: str, kept_out: dict[int, str]) -> None:
    """The rows as they stand in the file, with line and reason before them; it can be corrected and imported."""
    with path.open(encoding=encoding, newline="") as lines, out.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        rows = raw_rows(lines, path.name)
        _, header = next(rows)
        writer.writerow(["行", "拒收理由", *header])
        writer.writerows([line, kept_out[line], *row] for line, row in rows if line in kept_out)


def _report(contract: "Contract", found: Built, counts: TakenOver, refused: Path | None) -> None:
    _say_faults("没有导入", found.refused)
    _say_faults("已导入而有疑点", found.noticed)
    for name in Clock.values:
        if judged := counts.kept[name] + counts.breached[name]:
            say(f"{Clock(name).label}时限：按时 {counts.kept[name]:,}，超时 {counts.breached[name]:,}，共 {judged:,}")
    if counts.unmeasured:
        say(f"合同没有适用的时限：{counts.unmeasured:,} 件，不计时")
    if counts.agreed or counts.differed:
        say(f"是否按时解决，与来源的记载相比：一致 {counts.agreed:,} 件，不一致 {counts.differed:,} 件")
    known = set(severities(contract))
    words = Counter(history.severities[-1][1] for history in found.histories if history.severities)
    if strange := {word: count for word, count in words.items() if word not in known}:
        shown = "、".join(f"{word}（{count:,} 件）" for word, count in sorted(strange.items()))
        say(f"合同里没有的级别，按原文保留：{shown}")
    if refused and found.kept_out:
        say(f"没有导入的 {len(found.kept_out):,} 行写在 {refused}")


def _say_faults(head: str, faults: Iterable[Fault]) -> None:
    by_reason: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_reason[fault.reason].append(fault)
    for reason, found in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        places = "、".join(f"第 {fault.line} 行" for fault in found[:NAMED])
        shown = f"「{found[0].value[:40]}」" if found[0].value else ""
        say(f"{head}：{reason}{shown} {len(found):,} 处（{places}{'等' if len(found) > NAMED else ''}）")


def _result(found: Built, counts: TakenOver, *, dry_run: bool) -> str:
    numberless = sum(1 for fault in found.refused if not fault.number)
    parts = [f"{'可导入' if dry_run else '已导入'} {counts.added:,} 件", f"原已导入 {counts.present:,} 件"]
    parts.append(f"拒收 {len(found.refused_numbers):,} 件")
    if numberless:
        parts.append(f"没有编号的 {numberless:,} 行也未导入")
    return "，".join(parts) + ("；什么也没有写入。" if dry_run else "。")
