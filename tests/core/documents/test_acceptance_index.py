import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from kangwei.core.documents import IndexFile, IndexGroup, IndexLine
from kangwei.core.documents.acceptance_index import render, render_xlsx
from tests.core.documents.contexts import acceptance_index
from tests.core.documents.reading import all_text, fills, lines, read


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def sheet_xml(content: bytes, number: int = 1) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def hostile_index(text: str) -> bytes:
    line = IndexLine("1.1", text, 1, 1, 0, (text,), (IndexFile(text, 1, "0" * 64),))
    return render_xlsx(acceptance_index(title=text, number=text, buyer=text, groups=(IndexGroup("1", text, (line,)),)))


def test_the_word_index_begins_with_the_contract_and_totals() -> None:
    assert lines(read(render(acceptance_index())).tables[0]) == [
        ["合同编号", "HT-2026-03", "服务期", "2026-01-01 至 2026-12-31"],
        ["合同名称", "信息系统运行维护服务（第 3 包）"],
        ["甲方", "某市数据中心", "乙方", "某信息技术公司"],
        ["编制人", "李四", "编制时间", "2026-12-31 11:00:00"],
        ["合计", "应交 5，已交 3，缺 2，迟交 2，文件 3 个"],
    ]


def test_the_word_index_lists_groups_items_and_files() -> None:
    table = read(render(acceptance_index())).tables[1]
    assert lines(table) == [
        ["序号", "文档名称", "应交", "已交", "缺", "迟交"],
        ["1　运维过程文档"],
        ["1.1", "数据库巡检记录单", "4", "3", "1", "2"],
        ["", "第 01 周.docx", "第 2 版　1111111111111111"],
        ["", "第 02 周.docx", "第 1 版　2222222222222222"],
        ["", "第 04 周.docx", "第 1 版　4444444444444444"],
        ["1.2", "故障处理记录", "按需", "0", "0", "0"],
        ["2　总结"],
        ["2.1", "运维总结报告", "1", "0", "1", "0"],
    ]
    assert "C8C8C8" in fills(table, "1")


def test_the_word_index_names_what_is_missing() -> None:
    document = read(render(acceptance_index()))
    assert lines(document.tables[2]) == [
        ["序号", "文档名称", "缺少的内容"],
        ["1.1", "数据库巡检记录单", "第 03 周（主库）"],
        ["2.1", "运维总结报告", "年度运维总结报告"],
    ]
    assert lines(document.tables[3])[0] == ["乙方移交人", "甲方接收人", "监理"]


def test_a_complete_package_says_so() -> None:
    line = IndexLine("1.1", "运维总结报告", 1, 1, 0, (), (IndexFile("总结.docx", 2, "ab" * 32),))
    text = all_text(read(render(acceptance_index(groups=(IndexGroup("1", "总结", (line,)),)))))
    assert "没有缺项。" in text
    assert "第 2 版　abababababababab" in text


def test_the_workbook_has_one_row_a_file_and_counts_once() -> None:
    rows = sheets(render_xlsx(acceptance_index()))["资料清单"]
    group, item = "1 运维过程文档", "数据库巡检记录单"
    assert rows[0][0] == "验收资料目录"
    assert rows[1][0] == (
        "合同编号：HT-2026-03　服务期：2026-01-01 至 2026-12-31　合同名称：信息系统运行维护服务（第 3 包）　"
        "甲方：某市数据中心"
    )
    assert rows[3:] == [
        ["分组", "序号", "文档名称", "应交", "已交", "缺", "迟交", "文件", "版本", "SHA-256 前 16 位"],
        [group, "1.1", item, 4, 3, 1, 2, "第 01 周.docx", 2, "1" * 16],
        [group, "1.1", item, "", "", "", "", "第 02 周.docx", 1, "2" * 16],
        [group, "1.1", item, "", "", "", "", "第 04 周.docx", 1, "4" * 16],
        [group, "1.2", "故障处理记录", "按需", 0, 0, 0, "", "", ""],
        ["2 总结", "2.1", "运维总结报告", 1, 0, 1, 0, "", "", ""],
    ]


def test_the_workbook_names_what_is_missing() -> None:
    assert sheets(render_xlsx(acceptance_index()))["缺项"][3:] == [
        ["序号", "文档名称", "缺少的内容"],
        ["1.1", "数据库巡检记录单", "第 03 周（主库）"],
        ["2.1", "运维总结报告", "年度运维总结报告"],
    ]


def test_the_workbook_prints_on_a4_across_with_its_head_on_every_page() -> None:
    content = render_xlsx(acceptance_index())
    for number in (1, 2):
        xml = sheet_xml(content, number)
        assert '<pane ySplit="4" topLeftCell="A5" activePane="bottomLeft" state="frozen"/>' in xml
        assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in xml
        assert "编号：YS-2026-003" in xml
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.read("xl/workbook.xml").decode()
    assert names.count("$4:$4</definedName>") == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.com/", "\t=1", "&L&D"])
def test_no_text_of_the_workbook_becomes_a_formula_or_a_link(text: str) -> None:
    content = hostile_index(text)
    assert "<f>" not in sheet_xml(content) + sheet_xml(content, 2)
    assert "hyperlink" not in sheet_xml(content)
    assert sheets(content)["资料清单"][4][2] == text
    assert sheets(content)["缺项"][4][2] == text


def test_a_text_over_the_limit_of_excel_is_cut_and_not_lost() -> None:
    assert sheets(hostile_index("长" * 40_000))["缺项"][4][2] == "长" * 32_767


def test_practice_is_marked_in_both() -> None:
    index = acceptance_index(practice=True)
    assert read(render(index)).paragraphs[0].text == "练习数据，不作为佐证"
    assert sheets(render_xlsx(index))["资料清单"][0][0] == "验收资料目录（练习数据，不作为佐证）"
    assert "练习数据，不作为佐证" in sheet_xml(render_xlsx(index), 2)


def test_equal_indexes_give_equal_bytes() -> None:
    assert render(acceptance_index()) == render(acceptance_index())
    assert render_xlsx(acceptance_index()) == render_xlsx(acceptance_index())
    assert render_xlsx(acceptance_index()) != render_xlsx(acceptance_index(produced_by="王五"))
