from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents.kinds import render_docx, to_json
from kangwei.core.documents.ticket_report import Breached, Figure, Grid, Left, TicketReport, render
from tests.core.documents.reading import all_text, lines, read

_AT = datetime(2026, 11, 18, 17, 30, 5, tzinfo=UTC)  # the next day in Shanghai
_REPORT = TicketReport(
    number="WD-202611-0043", title="工单月度分析报告", contract_title="综合运维管理", buyer="某市数据中心",
    supplier="某公司", month="2026年11月", summary="2026年11月受理工单41件。",
    figures=(Figure("受理", "41", "期内受理的工单"),),
    grids=(Grid("按系统", ("系统", "受理", "超时"), (("门诊系统", "40", "1"), ("合计", "41", "1"))),
           Grid("时限", ("时钟",), ())),
    breached=(Breached("GD-202611-000007", "门诊系统打不开", "", "响应", "30分钟", _AT),), more_breached=3,
    left=(Left("GD-202611-000008", "打印不出", "检验系统", "处理中", _AT),), more_left=0, made_by="王工",
    made_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC), practice=False,
)  # fmt: skip


def report(**changes: Any) -> TicketReport:
    return replace(_REPORT, **changes)


def test_what_it_tells() -> None:
    document = read(render(report()))
    text = all_text(document)
    assert document.paragraphs[0].text == "工单月度分析报告"
    for part in ("综合运维管理", "某市数据中心", "2026年11月受理工单41件。", "另有 3 件未列出", "2026-11-30 17:00:00"):
        assert part in text
    assert lines(document.tables[1])[1:] == [["受理", "41", "期内受理的工单"]]
    assert lines(document.tables[2]) == [["系统", "受理", "超时"], ["门诊系统", "40", "1"], ["合计", "41", "1"]]
    assert lines(document.tables[3])[1:] == [
        ["1", "门诊系统打不开\nGD-202611-000007", "—", "响应\n30分钟", "2026-11-19\n01:30"]
    ]
    assert lines(document.tables[4])[1:] == [
        ["1", "打印不出\nGD-202611-000008", "检验系统", "处理中", "2026-11-19\n01:30"]
    ]


def test_its_chapters_are_numbered_in_their_order() -> None:
    headings = [one.text for one in read(render(report())).paragraphs if one.style.name == "Heading 1"]
    assert headings == ["一、概况", "二、按系统", "三、时限", "四、超时工单", "五、月末未办结工单", "六、签字"]


def test_a_month_without_anything_says_so() -> None:
    text = all_text(read(render(report(breached=(), more_breached=0, left=()))))
    assert "本月没有时限超时。" in text
    assert "月末没有未办结的工单。" in text
    assert "另有" not in text


def test_practice_is_marked_and_equal_reports_give_equal_bytes() -> None:
    assert read(render(report(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(report()) == render_docx(report())
    assert '"kind": "ticket-report/1"' in to_json(report())
