from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kangwei.core.documents.kinds import render_docx, to_json
from kangwei.core.documents.requirement_sheet import AssessedPoint, RequirementSheet, render
from tests.core.documents.reading import all_text, fills, lines, read
from tests.core.documents.test_database_work_sheet import HEAD

_SHEET = RequirementSheet(
    head=HEAD,
    title="需求确认单",
    points=(AssessedPoint("是否需要停机", "有影响", "停机半小时"), AssessedPoint("数据变动", "无影响", "")),
    conclusion="夜间实施",
    assessed_by="张三（zhang）",
    assessed_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    approved_by="李主任",
    approval="",
    approved_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    made_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    practice=False,
)


def sheet(**changes: Any) -> RequirementSheet:
    return replace(_SHEET, **changes)


def test_it_begins_as_every_sheet_about_a_ticket() -> None:
    assert lines(read(render(sheet())).tables[0])[0] == ["单据编号", "WD-202611-0042", "工单编号", "GD-202611-000007"]


def test_the_assessment_stands_with_every_point() -> None:
    document = read(render(sheet()))
    assert lines(document.tables[1]) == [
        ["评估人", "张三（zhang）", "评估时间", "2026-11-20 09:00:00"],
        ["评估结论", "夜间实施"],
    ]
    assert lines(document.tables[2])[1:] == [
        ["1", "是否需要停机", "有影响", "停机半小时"],
        ["2", "数据变动", "无影响", "—"],
    ]
    assert fills(document.tables[2], "有影响") == ["EDEDED"]


def test_a_contract_without_points_says_so() -> None:
    document = read(render(sheet(points=())))
    assert "合同没有列出评估要点。" in all_text(document)
    assert len(document.tables) == len(read(render(sheet())).tables) - 1


def test_the_approval_names_its_paper_where_there_is_one() -> None:
    head = ["批准人", "李主任", "批准时间", "2026-11-20 10:00:00"]
    assert lines(read(render(sheet())).tables[3]) == [head, ["批准文号", "—"]]
    assert lines(read(render(sheet(approval="12号"))).tables[3]) == [head, ["批准文号", "12号"]]


def test_those_who_stand_for_it_sign() -> None:
    assert lines(read(render(sheet())).tables[-1])[0] == ["需求提出人", "甲方确认人", "乙方负责人"]


def test_practice_is_marked_and_equal_sheets_give_equal_bytes() -> None:
    assert read(render(sheet(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(sheet()) == render_docx(sheet())
    assert '"requirement-sheet/1"' in to_json(sheet())
