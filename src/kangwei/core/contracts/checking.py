"""What the schema alone cannot see: references, ties, citations against the text, cadences against the term."""

import hashlib
from collections.abc import Iterator
from itertools import combinations

from kangwei.core.calendars import Rotation, StatutoryCalendar
from kangwei.core.contracts.schema import Citation, Contract, ServiceLevel
from kangwei.core.contracts.yamltree import Path

MAX_CITED_LINES = 40
Fault = tuple[Path, str]


def check(contract: Contract, calendar: StatutoryCalendar, source_text: str | None = None) -> list[Fault]:
    """Every fault as (path in the file, reason in Chinese); empty where the contract is sound."""
    return [
        *_source(contract, source_text),
        *_citations(contract),
        *_keys(contract),
        *_references(contract),
        *_ties(contract.service_levels),
        *_cadences(contract, calendar),
    ]


def _source(contract: Contract, source_text: str | None) -> Iterator[Fault]:
    source = contract.source
    if source.range[1] > source.lines:
        yield ("source", "range"), f"终止行 {source.range[1]} 超出全文 {source.lines} 行"
    if source_text is None:
        return
    lines = len(source_text.splitlines())
    if lines != source.lines:
        yield ("source", "lines"), f"采购文本实有 {lines} 行，写的是 {source.lines}"
    if hashlib.sha256(source_text.encode()).hexdigest() != source.sha256:
        yield ("source", "sha256"), "与采购文本的 SHA-256 不符：文本不是这一份，或已改动"


def _citations(contract: Contract) -> Iterator[Fault]:
    cited: list[tuple[Path, tuple[Citation, ...]]] = [
        ((*path, "cite"), clause.cite) for path, clause in contract.located_clauses()
    ]
    cited.append((("term", "cite"), contract.term.cite))
    for path, citations in cited:
        for citation in citations:
            if citation.file != contract.source.file:
                yield path, f"出处的文件应为 {contract.source.file}，写的是「{citation}」"
            elif citation.last > contract.source.lines:
                yield path, f"出处「{citation}」超出采购文本的 {contract.source.lines} 行"
            elif citation.last - citation.first >= MAX_CITED_LINES:
                yield path, f"出处「{citation}」超过 {MAX_CITED_LINES} 行，请收窄到该条所在的行"
    for index, ignored in enumerate(contract.ignored):
        if ignored.lines[1] > contract.source.lines:
            yield ("ignored", index, "lines"), f"行号超出采购文本的 {contract.source.lines} 行"


def _keys(contract: Contract) -> Iterator[Fault]:
    seen: dict[str, Path] = {}
    for path, clause in contract.located_clauses():
        if clause.key in seen:
            yield path, f"与前面的条款重名（{clause.key}），请各写一个 id"
        seen[clause.key] = path


def _references(contract: Contract) -> Iterator[Fault]:
    known = {name for item in contract.deliverables for name in (item.name, *item.aliases)}
    for name, group in contract.targets.items():
        if bool(group.members) == bool(group.count):
            yield ("targets", name), "members 与 count 应写且只写一项"
        if len(set(group.members)) != len(group.members):
            yield ("targets", name, "members"), "成员有重复"
    for index, duty in enumerate(contract.duties):
        path: Path = ("duties", index)
        if duty.per and duty.per not in contract.targets:
            yield (*path, "per"), f"targets 中没有「{duty.per}」"
        if isinstance(duty.cadence, Rotation) and duty.cadence.rotate.over not in contract.targets:
            yield (*path, "cadence", "rotate", "over"), f"targets 中没有「{duty.cadence.rotate.over}」"
        for name in duty.produces:
            if name not in known:
                yield (*path, "produces"), f"deliverables 中没有「{name}」"
    for index, level in enumerate(contract.service_levels):
        if level.runs and level.runs not in contract.calendars:
            yield ("service_levels", index, "runs"), f"calendars 中没有「{level.runs}」"
    for index, document in enumerate(contract.acceptance.documents):
        if document.of and document.of not in known:
            yield ("acceptance", "documents", index, "of"), f"deliverables 中没有「{document.of}」"


def _ties(levels: tuple[ServiceLevel, ...]) -> Iterator[Fault]:
    """Two levels tie when one ticket can match both, neither is more specific, and they disagree."""
    for (_, one), (index, other) in combinations(enumerate(levels), 2):
        first, second = one.when.conditions(), other.when.conditions()
        same_rank = one.clock == other.clock and len(first) == len(second)
        compatible = all(first[name] == second[name] for name in first.keys() & second.keys())
        if same_rank and compatible and (one.limit, one.runs) != (other.limit, other.runs):
            yield (
                ("service_levels", index),
                f"与「{one.title}」（{one.cite[0]}）条件同样具体而时限不同，同一工单可同时适用两者",
            )


def _cadences(contract: Contract, calendar: StatutoryCalendar) -> Iterator[Fault]:
    term = contract.term.as_term()
    for index, duty in enumerate(contract.duties):
        cadence = duty.cadence
        awaits_periods = getattr(cadence, "during", "") == "key-periods" and not contract.key_periods
        if cadence.scheduled and not awaits_periods and not cadence.windows(term, calendar, contract.key_periods):
            yield ("duties", index, "cadence"), f"该频次在合同期 {term.first} 至 {term.last} 内一次也不出现"
