from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kangwei.core.documents.database_work_sheet import DatabaseWorkSheet, ProofFile, render
from kangwei.core.documents.kinds import render_docx, to_json
from kangwei.core.documents.ticket_head import TicketHead
from tests.core.documents.reading import all_text, lines, read

HEAD = TicketHead(
    number="WD-202611-0042",
    ticket="GD-202611-000007",
    contract="应急统计系统运维",
    buyer="某市数据中心",
    supplier="某运维公司",
    system="应急统计系统",
    institution="延庆区医院",
    caller="王护士",
    phone="13800001111",
    opened_at=datetime(2026, 11, 19, 17, 30, 5, tzinfo=UTC),  # the next day in Shanghai
    subject="门诊日报少计一天",
    description="11月18日的日报没有汇总",
)
_SHEET = DatabaseWorkSheet(
    head=HEAD,
    title="数据库工作确认单",
    scope="reports 表 2026-11-18 的 12 行",
    submitted_by="张三（zhang）",
    submitted_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    approved_by="李主任",
    approval="京卫信〔2026〕12号",
    approved_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    backup="/backup/full-1120.dmp，38 GB",
    backed_up_at=datetime(2026, 11, 20, 3, 0, tzinfo=UTC),
    proofs=(ProofFile("书面批准", "批件.pdf", "a" * 64), ProofFile("备份证明", "日志.txt", "b" * 64)),
    operator="王五（wang）",
    carried_out_at=datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
    script="UPDATE reports SET n = n + 1\nWHERE day < '2026-11-19' AND note <> '&';",
    rows="12",
    result="已修正",
    check="抽查相符",
    checked_by="赵六（zhao）",
    checked_at=datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
    made_at=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
    practice=False,
)


def sheet(**changes: Any) -> DatabaseWorkSheet:
    return replace(_SHEET, **changes)


def test_the_head_names_ticket_contract_and_who_asked() -> None:
    assert lines(read(render(sheet())).tables[0]) == [
        ["单据编号", "WD-202611-0042", "工单编号", "GD-202611-000007"],
        ["合同名称", "应急统计系统运维"],
        ["甲方", "某市数据中心", "乙方", "某运维公司"],
        ["信息系统", "应急统计系统", "提出单位", "延庆区医院"],
        ["提出人", "王护士 13800001111", "提出时间", "2026-11-20 01:30:05"],
        ["事项", "门诊日报少计一天"],
        ["说明", "11月18日的日报没有汇总"],
    ]


def test_what_is_not_known_is_a_dash() -> None:
    bare = replace(HEAD, supplier="", system="", institution="", caller="", phone="", description="")
    table = lines(read(render(sheet(head=bare))).tables[0])
    assert table[2:5] == [
        ["甲方", "某市数据中心", "乙方", "—"],
        ["信息系统", "—", "提出单位", "—"],
        ["提出人", "—", "提出时间", "2026-11-20 01:30:05"],
    ]
    assert table[6] == ["说明", "—"]


def test_approval_backup_work_and_check_follow_each_other() -> None:
    document = read(render(sheet()))
    approval, backup, work = (lines(table) for table in document.tables[1:4])
    assert approval[2:] == [["批准人", "李主任", "批准时间", "2026-11-20 10:00:00"], ["批准文号", "京卫信〔2026〕12号"]]
    assert backup == [["备份时间", "2026-11-20 11:00:00"], ["位置与大小", "/backup/full-1120.dmp，38 GB"]]
    assert work[0] == ["执行人", "王五（wang）", "执行时间", "2026-11-20 12:00:00"]
    assert work[1] == ["影响行数", "12"]
    assert work[-1] == ["核对结果", "抽查相符"]


def test_the_script_is_printed_as_it_was_run() -> None:
    assert lines(read(render(sheet())).tables[4])[1:] == [[_SHEET.script]]


def test_the_files_that_prove_it_stand_with_their_digest() -> None:
    assert lines(read(render(sheet())).tables[5])[1:] == [
        ["书面批准", "批件.pdf", "a" * 64],
        ["备份证明", "日志.txt", "b" * 64],
    ]


def test_those_who_stand_for_it_sign() -> None:
    assert lines(read(render(sheet())).tables[-1])[0] == ["申请人", "甲方批准人", "执行人", "核对人"]


def test_practice_is_marked_and_equal_sheets_give_equal_bytes() -> None:
    assert read(render(sheet(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert render(sheet()) == render_docx(sheet())
    assert '"database-work-sheet/1"' in to_json(sheet())


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        render(sheet(approved_at=_SHEET.approved_at.replace(tzinfo=None)))
    assert "2026-11-20 10:00:00" in all_text(read(render(sheet())))
