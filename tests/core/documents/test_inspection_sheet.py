from dataclasses import fields

import pytest

from kangwei.core.documents import ResultRow, SheetFinding
from kangwei.core.documents.inspection_sheet import render
from tests.core.documents.contexts import inspection_sheet, result_row
from tests.core.documents.reading import all_text, fills, lines, read


def test_the_head_names_contract_target_and_run() -> None:
    assert lines(read(render(inspection_sheet())).tables[0]) == [
        ["记录单编号", "XJ-2026-0412", "巡检周期", "2026 年第 47 周"],
        ["合同名称", "信息系统运行维护服务（第 3 包）"],
        ["甲方", "某市数据中心", "乙方", "某信息技术公司"],
        ["履约义务", "Oracle 数据库日常巡检", "依据条款", "采购需求.txt:2266-2268"],
        ["巡检对象", "应急统计系统主库", "对象地址", "10.10.20.31:1521/orcl"],
        ["巡检模板", "Oracle 数据库巡检模板", "模板摘要", "9f2c6c1e5b7a4d30"],
        ["开始时间", "2026-11-19 01:30:05", "结束时间", "2026-11-19 01:42:51"],
        ["巡检人", "张三", "触发方式", "计划"],
        ["总体结论", "警告"],
    ]


def test_each_check_is_one_line_and_a_missing_value_is_a_dash() -> None:
    assert lines(read(render(inspection_sheet())).tables[1]) == [
        ["序号", "检查项", "实测值", "阈值", "判定", "备注"],
        ["1", "表空间使用率 TS001", "40.1 %", "警告 > 80 %", "正常", ""],
        ["2", "表空间使用率 TS002", "83.2 %", "警告 > 80 %", "警告", "上周 81.0 %"],
        ["3", "表空间使用率 TS003", "—", "警告 > 80 %", "未测得", "连接超时"],
    ]


def test_verdicts_that_need_attention_have_three_different_greys() -> None:
    rows = tuple(result_row(n, verdict=verdict) for n, verdict in enumerate(("正常", "警告", "严重", "未测得")))
    table = read(render(inspection_sheet(rows=rows))).tables[1]
    assert fills(table, "正常") == [""]
    assert len({fill for verdict in ("警告", "严重", "未测得") for fill in fills(table, verdict)} - {""}) == 3


def test_findings_are_listed_with_advice() -> None:
    findings = (SheetFinding("1", "严重", "归档目录将满。", "清理归档。"), SheetFinding("2", "警告", "会话偏多。", ""))
    assert lines(read(render(inspection_sheet(findings=findings))).tables[2]) == [
        ["序号", "级别", "发现", "处置建议"],
        ["1", "严重", "归档目录将满。", "清理归档。"],
        ["2", "警告", "会话偏多。", "—"],
    ]


def test_a_clean_run_says_so() -> None:
    document = read(render(inspection_sheet(findings=(), rows=(result_row(),), verdict="正常")))
    assert "未发现异常。" in all_text(document)
    assert "本次巡检共1项，正常1项，发现0条。总体结论：正常。" in all_text(document)


def test_the_conclusion_counts_and_stays_with_the_signatures() -> None:
    document = read(render(inspection_sheet()))
    (conclusion,) = [text for text in document.paragraphs if text.text.startswith("本次巡检共")]
    assert conclusion.text == "本次巡检共3项，正常1项，警告1项，未测得1项，发现1条。总体结论：警告。"
    assert conclusion.paragraph_format.keep_with_next
    assert lines(document.tables[-1])[0] == ["巡检人", "复核人", "用户代表"]


def test_a_run_without_checks_is_no_empty_table() -> None:
    assert "本次没有检查项。" in all_text(read(render(inspection_sheet(rows=()))))


@pytest.mark.parametrize("count", [1, 12, 80])
def test_every_number_of_the_context_is_on_the_sheet(count: int) -> None:
    sheet = inspection_sheet(rows=tuple(result_row(n, remark=f"备注 {n}") for n in range(1, count + 1)))
    text = all_text(read(render(sheet)))
    for row in sheet.rows:
        for field in fields(ResultRow):
            assert getattr(row, field.name) in text


def test_a_long_value_gets_a_line_across_the_table() -> None:
    value = "ORA-12541: TNS:no listener " * 10
    row = result_row(1, value=value, unit="", remark="说明" * 100)
    table = lines(read(render(inspection_sheet(rows=(row,)))).tables[1])
    assert table[1] == ["1", "表空间使用率 TS001", "见下行", "警告 > 80 %", "正常", "见下行"]
    assert table[2] == ["", f"实测值：{value.rstrip()}"]
    assert table[3] == ["", "备注：" + "说明" * 100]


def test_what_a_probe_spits_out_cannot_break_the_document() -> None:
    row = result_row(1, value="\x1b[31mFAIL\x00 <xml>&\ud83d", unit="")
    table = lines(read(render(inspection_sheet(rows=(row,)))).tables[1])
    assert table[1][2] == "\ufffd[31mFAIL\ufffd <xml>&\ufffd"


def test_practice_is_marked() -> None:
    assert read(render(inspection_sheet(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"


def test_equal_sheets_give_equal_bytes_and_a_changed_one_others() -> None:
    assert render(inspection_sheet()) == render(inspection_sheet())
    assert render(inspection_sheet()) != render(inspection_sheet(inspector="王五"))
