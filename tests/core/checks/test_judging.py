"""Verdicts on measured values."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.checks import Check, Sheet, Template, Threshold, Verdict, judge
from kangwei.core.probes import Reading


@dataclass(frozen=True)
class Point:
    """The least that `judge` asks of a value."""

    value: float | str | bool | None
    unit: str = ""
    reason: str = ""
    detail: str = ""


def template(*checks):
    return Template(
        kangwei="inspection/1",
        name="test",
        title="测试",
        probe="http",
        sheet=Sheet(title="记录单"),
        checks=tuple(Check(title=check["key"], **check) for check in checks),
    )


def judge_one(value, **check):
    return judge(template({"key": "point", **check}), {"point": value}).results[0]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(50, "normal"), (70, "normal"), (70.1, "warning"), (90, "warning"), (90.1, "critical")],
)
def test_a_number_between_its_thresholds(value, verdict):
    assert judge_one(Point(value), warning="> 70", critical="> 90").verdict == verdict


@pytest.mark.parametrize(
    ("check", "value", "verdict"),
    [
        ({}, "15.20", Verdict.RECORDED),
        ({}, None, Verdict.UNMEASURED),
        ({"optional": True}, None, Verdict.NOT_APPLICABLE),
        ({"optional": True, "critical": "= false"}, False, Verdict.CRITICAL),
        ({"critical": "= false"}, True, Verdict.NORMAL),
        ({"critical": "= false"}, None, Verdict.UNMEASURED),
        ({"warning": '!= "primary"'}, "standby", Verdict.WARNING),
        ({"warning": "< 1"}, float("nan"), Verdict.UNMEASURED),
        ({"warning": "< 1"}, "0", Verdict.UNMEASURED),
        ({"critical": "= false"}, 0, Verdict.UNMEASURED),
    ],
)
def test_verdicts(check, value, verdict):
    assert judge_one(Point(value), **check).verdict is verdict


def test_a_line_of_the_sheet_says_everything_about_its_check():
    reading = Reading("disk_percent", 85.5, "%", detail="/data")
    judgement = judge(
        template({"key": "disk_percent", "unit": "%", "warning": "> 80", "critical": "> 90"}),
        {"disk_percent": reading},
    )
    line = judgement.results[0]
    assert (line.value, line.unit, line.verdict.label, line.detail) == (85.5, "%", "警告", "/data")
    assert line.threshold == "警告 > 80，严重 > 90"
    assert line.reason == ""


def test_a_point_that_was_not_measured_keeps_the_reason():
    line = judge_one(Point(None, reason="账号的权限不够"), unit="%", warning="> 80")
    assert (line.value, line.unit, line.verdict.label, line.reason) == (None, "%", "未测得", "账号的权限不够")


def test_a_point_that_the_probe_does_not_give_is_not_measured():
    judgement = judge(template({"key": "point", "warning": "> 80"}), {})
    assert (judgement.results[0].verdict, judgement.results[0].reason) == ("unmeasured", "没有测到这一项")


def test_another_unit_is_not_compared():
    line = judge_one(Point(2048, unit="MB"), unit="GB", critical="> 100")
    assert (line.verdict, line.reason) == (Verdict.UNMEASURED, "测得的单位是MB，模板要求的是GB")


@pytest.mark.parametrize(
    ("values", "overall"),
    [
        ({"a": 1, "b": 1, "c": 1}, "normal"),
        ({"a": 1, "b": None, "c": 1}, "unmeasured"),
        ({"a": 8, "b": None, "c": 1}, "warning"),
        ({"a": 8, "b": None, "c": 10}, "critical"),
    ],
)
def test_the_whole_is_as_bad_as_its_worst_check(values, overall):
    checks = [{"key": key, "warning": "> 7", "critical": "> 9"} for key in "abc"]
    judgement = judge(template(*checks, {"key": "version"}), {
        **{key: Point(value) for key, value in values.items()}, "version": Point("15.20"),
    })  # fmt: skip
    assert judgement.verdict == overall
    assert judgement.measured


def test_a_target_out_of_reach_is_critical_and_nothing_is_measured():
    checks = template({"key": "status"}, {"key": "tls_days_left", "optional": True})
    judgement = judge(checks, {}, failure="连接被拒绝，端口上没有服务")
    assert judgement.verdict is Verdict.CRITICAL
    assert not judgement.measured
    assert judgement.failure == "连接被拒绝，端口上没有服务"
    assert {(line.verdict, line.reason) for line in judgement.results} == {
        (Verdict.UNMEASURED, "连接被拒绝，端口上没有服务")
    }


def test_what_does_not_apply_is_not_measured():
    judgement = judge(template({"key": "tls_days_left", "optional": True}), {})
    assert (judgement.verdict, judgement.measured) == (Verdict.NOT_APPLICABLE, False)


def test_somebody_looks_after_warnings_and_after_silence():
    assert [verdict for verdict in Verdict if verdict.is_finding] == ["critical", "warning", "unmeasured"]


limits = st.integers(-1000, 1000) | st.floats(-1000, 1000).map(lambda number: round(number, 2))


@given(
    ops=st.sampled_from([(">", ">"), (">=", ">"), (">", ">="), ("<", "<"), ("<=", "<"), ("<", "<=")]),
    bounds=st.lists(limits, min_size=2, max_size=2, unique=True),
    values=st.lists(limits, min_size=2, max_size=5),
)
def test_a_worse_value_never_gets_a_better_verdict(ops, bounds, values):
    falling = ops[0].startswith("<")
    warning, critical = (Threshold(op, bound) for op, bound in zip(ops, sorted(bounds, reverse=falling), strict=True))
    severity = [Verdict.NORMAL, Verdict.WARNING, Verdict.CRITICAL]
    verdicts = [
        severity.index(judge_one(Point(value), warning=str(warning), critical=str(critical)).verdict)
        for value in sorted(values, reverse=falling)
    ]
    assert all(better <= worse for better, worse in pairwise(verdicts))
