"""What the schema alone cannot see: references, ties, citations against the text, cadences against the term."""

import hashlib
from collections.abc import Iterator
from itertools import combinations
from typing import TypeGuard

from kangwei.core.calendars import Cadence, During, Rotation, StatutoryCalendar
from kangwei.core.contracts.citations import Citation
from kangwei.core.contracts.clauses import Duty, ServiceLevel, When
from kangwei.core.contracts.coverage import text_lines
from kangwei.core.contracts.schema import Contract
from kangwei.core.yamlfile import Path

MAX_CITED_LINES = 40
MAX_OCCURRENCES = 500_000
Fault = tuple[Path, str]


def check(contract: Contract, calendar: StatutoryCalendar, source_text: str | None = None) -> list[Fault]:
    """Every fault as (path in the file, reason in Chinese); empty where the contract is sound."""
    return [
        *_source(contract, source_text),
        *_citations(contract),
        *_keys(contract),
        *_targets(contract),
        *_references(contract),
        *_subsystems(contract),
        *_conditions(contract),
        *_people(contract),
        *_ties(contract.service_levels),
        *_key_periods(contract),
        *_cadences(contract, calendar),
    ]


def check_part(contract: Contract, calendar: StatutoryCalendar) -> list[Fault]:
    """The faults that show in a part of a contract as well: those where nothing refers to anything else."""
    return [
        *_source(contract, None),
        *_citations(contract),
        *_keys(contract),
        *_ties(contract.service_levels),
        *_cadences(contract, calendar),
    ]


def _source(contract: Contract, source_text: str | None) -> Iterator[Fault]:
    source = contract.source
    if source.range[1] > source.lines:
        yield ("source", "range"), f"终止行 {source.range[1]} 超出全文 {source.lines} 行"
    if source_text is None:
        return
    lines = len(text_lines(source_text))
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
    seen: set[str] = set()
    for path, clause in contract.located_clauses():
        if clause.key in seen:
            yield path, f"与前面的条款重名（{clause.key}），请各写一个 id"
        seen.add(clause.key)


def _targets(contract: Contract) -> Iterator[Fault]:
    for name, group in contract.targets.items():
        if bool(group.members) == bool(group.count):
            yield ("targets", name), "members 与 count 应写且只写一项"
        if len(set(group.members)) != len(group.members):
            yield ("targets", name, "members"), "成员有重复"


def _references(contract: Contract) -> Iterator[Fault]:
    known = {name for item in contract.deliverables for name in (item.name, *item.aliases)}
    for index, duty in enumerate(contract.duties):
        path: Path = ("duties", index)
        if duty.per and duty.per not in contract.targets:
            yield (*path, "per"), f"targets 中没有「{duty.per}」"
        if isinstance(duty.cadence, Rotation):
            if duty.cadence.rotate.over not in contract.targets:
                yield (*path, "cadence", "rotate", "over"), f"targets 中没有「{duty.cadence.rotate.over}」"
            if duty.per:
                yield (*path, "per"), "轮转的对象已写在 rotate 的 over，不能再写 per"
        for name in duty.produces:
            if name not in known:
                yield (*path, "produces"), f"deliverables 中没有「{name}」"
    for index, level in enumerate(contract.service_levels):
        if level.runs and level.runs not in contract.calendars:
            yield ("service_levels", index, "runs"), f"calendars 中没有「{level.runs}」"
    for index, document in enumerate(contract.acceptance.documents):
        if document.of and document.of not in known:
            yield ("acceptance", "documents", index, "of"), f"deliverables 中没有「{document.of}」"


def _subsystems(contract: Contract) -> Iterator[Fault]:
    parents = {system.name: system.part_of for system in contract.scope.systems}
    for index, system in enumerate(contract.scope.systems):
        path: Path = ("scope", "systems", index, "part_of")
        if system.part_of and system.part_of not in parents:
            yield path, f"scope.systems 中没有「{system.part_of}」"
        elif system.part_of and system.name in _above(system.name, parents):
            yield path, f"「{system.name}」成了自身的子系统"


def _above(name: str, parents: dict[str, str | None]) -> list[str]:
    """The systems that one is part of, nearest first; each once, even in a circle."""
    found: list[str] = []
    above = parents.get(name)
    while above and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def _conditions(contract: Contract) -> Iterator[Fault]:
    for index, level in enumerate(contract.service_levels):
        yield from _when(level.when, ("service_levels", index, "when"), contract)
        yield from _upgrade(level, ("service_levels", index, "upgrades_to"), contract)
    for index, duty in enumerate(contract.duties):
        path: Path = ("duties", index, "when")
        if duty.when.conditions() and duty.cadence.scheduled:
            yield path, "只有事件触发（on）的义务可以写 when"
        yield from _when(duty.when, path, contract)


def _upgrade(level: ServiceLevel, path: Path, contract: Contract) -> Iterator[Fault]:
    grades = [severity.name for severity in contract.severities]
    before, after = level.when.severity, level.upgrades_to
    if after and after not in grades:
        yield path, f"severities 中没有「{after}」"
    elif after and before in grades and grades.index(after) <= grades.index(before):
        yield path, f"「{after}」并不比「{before}」严重"


def _when(when: When, path: Path, contract: Contract) -> Iterator[Fault]:
    """A condition on something that the file does not hold would match no ticket, ever."""
    systems = contract.scope.systems
    if when.severity and when.severity not in {severity.name for severity in contract.severities}:
        yield (*path, "severity"), f"severities 中没有「{when.severity}」"
    if when.target and when.target not in {word for system in systems for word in (system.name, system.category)}:
        yield (*path, "target"), f"scope.systems 中没有名称或类别为「{when.target}」的系统"
    if when.period and "working" not in contract.calendars:
        yield (*path, "period"), "calendars 中没有 working，无从区分工作与非工作时间"


def _people(contract: Contract) -> Iterator[Fault]:
    for index, staff in enumerate(contract.staffing):
        path: Path = ("staffing", index, "calendar")
        if staff.calendar and staff.calendar not in contract.calendars:
            yield path, f"calendars 中没有「{staff.calendar}」"
        if staff.kind == "on-duty" and not staff.calendar:
            yield path, "在岗人数（on-duty）应写明 calendar，即在哪些时间"


def _ties(levels: tuple[ServiceLevel, ...]) -> Iterator[Fault]:
    for (_, one), (index, other) in combinations(enumerate(levels), 2):
        if _clash(one, other) and not any(_decides(level, one, other) for level in levels):
            yield (
                ("service_levels", index),
                f"与「{one.title}」（{one.cite[0]}）条件同样具体而时限不同，同一工单可同时适用两者；"
                "请改条件，或另写一条同时含两者条件的服务级别",
            )


def _clash(one: ServiceLevel, other: ServiceLevel) -> bool:
    """Whether two levels of one clock, equally specific, disagree about a ticket that matches both."""
    first, second = one.when.conditions(), other.when.conditions()
    return (
        one.clock == other.clock
        and len(first) == len(second)
        and all(first[name] == second[name] for name in first.keys() & second.keys())
        and (one.limit, one.runs, one.counts_from) != (other.limit, other.runs, other.counts_from)
    )


def _decides(level: ServiceLevel, one: ServiceLevel, other: ServiceLevel) -> bool:
    """Whether a level matches every ticket that the other two match, and is more specific than they are."""
    first, second = one.when.conditions(), other.when.conditions()
    conditions = level.when.conditions()
    both = first.items() | second.items()
    return level.clock == one.clock and len(conditions) > len(first) and conditions.items() <= both


def _key_periods(contract: Contract) -> Iterator[Fault]:
    """A period under a name that no duty asks for is a misspelling: the duty that means it would never come."""
    asked = [cadence.names for duty in contract.duties if _by_key_period(cadence := duty.cadence)]
    wanted = sorted({name for names in asked for name in names})
    any_will_do = not all(asked)
    for index, period in enumerate(contract.key_periods):
        if wanted and not any_will_do and period.name not in wanted:
            yield ("key_periods", index, "name"), f"没有义务提到「{period.name}」，义务里写的是：{'、'.join(wanted)}"


def _by_key_period(cadence: Cadence) -> TypeGuard[During]:
    return isinstance(cadence, During) and cadence.during == "key-periods"


def _awaits_buyer(cadence: Cadence, contract: Contract) -> bool:
    """Whether a cadence waits for key periods that the buyer has not named yet."""
    return _by_key_period(cadence) and not any(
        not cadence.names or period.name in cadence.names for period in contract.key_periods
    )


def _cadences(contract: Contract, calendar: StatutoryCalendar) -> Iterator[Fault]:
    term = contract.term.as_term()
    occurrences = 0
    for index, duty in enumerate(contract.duties):
        path: Path = ("duties", index, "cadence")
        windows = duty.cadence.windows(term, calendar, contract.key_periods)
        if duty.cadence.scheduled and not windows and not _awaits_buyer(duty.cadence, contract):
            yield path, f"该频次在合同期 {term.first} 至 {term.last} 内一次也不出现"
        occurrences += len(windows) * _targets_a_window(duty, contract)
        if occurrences > MAX_OCCURRENCES:
            yield path, f"到这项为止，合同期内的应履行项超过 {MAX_OCCURRENCES} 项，请核对频次与对象数量"
            return


def _targets_a_window(duty: Duty, contract: Contract) -> int:
    if isinstance(duty.cadence, Rotation):
        return duty.cadence.rotate.batch
    group = contract.targets.get(duty.per or "")
    return len(group.members) or group.count or 1 if group else 1
