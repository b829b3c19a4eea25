import pytest

from kangwei.core.documents import stock_take_sheet as module
from kangwei.core.documents.stock_take_sheet import render
from tests.core.documents.contexts import stock_take_line, stock_take_sheet
from tests.core.documents.reading import all_text, fills, lines, read


def test_the_head_names_what_was_counted_by_whom() -> None:
    assert lines(read(render(stock_take_sheet())).tables[0]) == [
        ["盘点名称", "2026 年度 PDA 盘点"],
        ["资产单位", "某市血液中心"],
        ["资产类别", "PDA手持终端", "盘点地点", "全部"],
        ["发起人", "李四（lisi）", "发起时间", "2026-11-18 09:00:00"],
        ["结束人", "李四（lisi）", "结束时间", "2026-11-19 17:30:00"],
        ["盘点人员", "张三、王五"],
        ["合计", "应盘 3 项，在位 1 项，位置不符 1 项，盘亏 1 项，盘盈 1 项"],
    ]


def test_differences_are_listed_apart_with_where_each_was_found() -> None:
    assert lines(read(render(stock_take_sheet())).tables[1]) == [
        ["结果", "资产编号", "名称与序列号", "账面地点", "实际地点与说明"],
        ["盘亏", "PDA-000003", "采血登记PDA\nSN00000003", "二层库房", "—"],
        ["盘盈", "PDA-000004", "采血登记PDA", "—", "—"],
        ["位置不符", "PDA-000002", "采血登记PDA\nSN00000002", "二层库房", "三层护士站\n借用未归还"],
    ]


def test_every_line_is_in_the_detail() -> None:
    detail = lines(read(render(stock_take_sheet())).tables[2])
    assert detail[1] == ["1", "PDA-000001", "采血登记PDA\nSN00000001", "王芳", "二层库房", "在位"]
    assert [row[-1] for row in detail[1:]] == ["在位", "位置不符", "盘亏", "盘盈"]


def test_differences_have_three_different_greys() -> None:
    table = read(render(stock_take_sheet())).tables[2]
    assert fills(table, "在位") == [""]
    assert len({fill for result in ("盘亏", "盘盈", "位置不符") for fill in fills(table, result)} - {""}) == 3


def test_the_conclusion_counts_what_is_wrong_and_stays_with_the_signatures() -> None:
    document = read(render(stock_take_sheet()))
    (conclusion,) = [text for text in document.paragraphs if text.text.startswith("本次应盘")]
    assert conclusion.text == "本次应盘3项，差异：位置不符1项，盘亏1项，盘盈1项。请查明原因后处理。"
    assert conclusion.paragraph_format.keep_with_next
    assert lines(document.tables[-1])[0] == ["盘点人", "监盘人", "资产管理负责人"]


def test_without_differences_it_says_so() -> None:
    sheet = stock_take_sheet(lines=(stock_take_line(),), expected=1, totals=(("在位", 1), ("盘亏", 0)))
    text = all_text(read(render(sheet)))
    assert "账实相符，没有差异。" in text and "本次应盘1项，账实相符。" in text


def test_a_list_too_long_to_sign_ends_with_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_LINES", 3)
    document = read(render(stock_take_sheet()))
    assert len(document.tables[2].rows) == 1 + 3
    assert "以上为前 3 项，共 4 项，其余见 Excel 盘点表。" in all_text(document)
    monkeypatch.undo()
    assert "以上为前" not in all_text(read(render(stock_take_sheet())))


def test_practice_is_marked() -> None:
    assert read(render(stock_take_sheet(practice=True))).paragraphs[0].text == "练习数据，不作为佐证"
    assert "练习数据" not in all_text(read(render(stock_take_sheet())))


def test_equal_sheets_give_equal_bytes() -> None:
    assert render(stock_take_sheet()) == render(stock_take_sheet())
    assert render(stock_take_sheet()) != render(stock_take_sheet(place="二层"))
