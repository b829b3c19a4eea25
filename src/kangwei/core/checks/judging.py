"""Holding measured values against a template: one verdict a check, and the worst of them for the whole."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kangwei.core.checks.template import Check, Template
from kangwei.core.checks.thresholds import KindError, Scalar


class Verdict(StrEnum):
    """What a check comes to, from worst to best."""

    CRITICAL = "critical"
    WARNING = "warning"
    UNMEASURED = "unmeasured"
    NORMAL = "normal"
    RECORDED = "recorded"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """The word on screen and on the sheet."""
        return _LABELS[self]

    @property
    def is_finding(self) -> bool:
        """Whether somebody has to look after it: what was not measured may be anything."""
        return self in {Verdict.CRITICAL, Verdict.WARNING, Verdict.UNMEASURED}


_LABELS = {
    Verdict.CRITICAL: "严重",
    Verdict.WARNING: "警告",
    Verdict.UNMEASURED: "未测得",
    Verdict.NORMAL: "正常",
    Verdict.RECORDED: "仅记录",
    Verdict.NOT_APPLICABLE: "不适用",
}
_WORST_FIRST = list(Verdict)


class Value(Protocol):
    """A measured point as a probe gives it: `value` None means not measured, and `reason` says why."""

    @property
    def value(self) -> Scalar | None: ...

    @property
    def unit(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def detail(self) -> str: ...


@dataclass(frozen=True)
class CheckResult:
    """One line of the sheet: `threshold` shows all limits, `reason` says why there is no usable value."""

    key: str
    title: str
    value: Scalar | None
    unit: str
    verdict: Verdict
    threshold: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Judgement:
    """The outcome of a run against one target; `failure` says why the target could not be reached at all."""

    verdict: Verdict
    results: tuple[CheckResult, ...]
    failure: str = ""

    @property
    def measured(self) -> bool:
        """Whether at least one check has a value."""
        unmeasured = {Verdict.UNMEASURED, Verdict.NOT_APPLICABLE}
        return any(result.verdict not in unmeasured for result in self.results)


def judge(template: Template, values: Mapping[str, Value], failure: str = "") -> Judgement:
    """Judge the readings of one target, given by key; readings that the template does not name are left out.

    The verdict of the whole is the worst of its checks, in the order of Verdict. With a `failure` (why the
    target could not be reached, in Chinese) every check is unmeasured and the whole is critical.
    """
    if failure:
        results = tuple(_result(check, None, Verdict.UNMEASURED, failure) for check in template.checks)
        return Judgement(Verdict.CRITICAL, results, failure)
    measured = ((check, values.get(check.key)) for check in template.checks)
    results = tuple(_result(check, value, *_weigh(check, value)) for check, value in measured)
    return Judgement(min((result.verdict for result in results), key=_WORST_FIRST.index), results)


def _weigh(check: Check, value: Value | None) -> tuple[Verdict, str]:
    """The verdict, and the reason where it is for want of a usable value."""
    if value is None or value.value is None:
        verdict = Verdict.NOT_APPLICABLE if check.optional else Verdict.UNMEASURED
        return verdict, (value.reason if value else "") or "没有测到这一项"
    if isinstance(value.value, float) and not math.isfinite(value.value):
        return Verdict.UNMEASURED, "测得的不是有效的数"
    if check.unit and value.unit and check.unit != value.unit:
        return Verdict.UNMEASURED, f"测得的单位是{value.unit}，模板要求的是{check.unit}"
    if check.warning is None and check.critical is None:
        return Verdict.RECORDED, ""
    try:
        return _weigh_limits(check, value.value), ""
    except KindError as error:
        return Verdict.UNMEASURED, str(error)


def _weigh_limits(check: Check, value: Scalar) -> Verdict:
    if check.critical and check.critical.met_by(value):
        return Verdict.CRITICAL
    if check.warning and check.warning.met_by(value):
        return Verdict.WARNING
    return Verdict.NORMAL


def _result(check: Check, value: Value | None, verdict: Verdict, reason: str) -> CheckResult:
    return CheckResult(
        key=check.key,
        title=check.title,
        value=value.value if value else None,
        unit=(value.unit if value else "") or check.unit,
        verdict=verdict,
        threshold=check.limits,
        reason=reason,
        detail=value.detail if value else "",
    )
