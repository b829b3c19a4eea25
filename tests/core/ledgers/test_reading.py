"""Reading ledger files: which row is the header, what are the rows, what is said about the rest."""

from datetime import date

import pytest

from kangwei.core.ledgers import TableError, read_table, reading
from kangwei.core.ledgers.reading import letters
from tests.core.ledgers.workbooks import TERMINALS, ods, ods_row, xls, xlsb, xlsx

ROWS = [["编号", "名称", "数量"], ["a", "甲", 1.5], ["b", "乙", 2.0]]


def refusal(content, name="台账.xlsx", **sheet):
    with pytest.raises(TableError) as refused:
        read_table(content, name, **sheet)
    return str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        xlsx(ROWS),
        xls(ROWS),
        xlsb({(row, column): cell for row, cells in enumerate(ROWS) for column, cell in enumerate(cells)}),
    ],
    ids=["xlsx", "xls", "xlsb"],
)
def test_every_form_of_workbook_gives_the_same_table(content):
    table = read_table(content, "台账")
    assert (table.sheet, table.sheets, table.header_row) == ("表1", ("表1",), 1)
    assert table.headers == ("编号", "名称", "数量")
    assert table.rows == [(2, ["a", "甲", 1.5]), (3, ["b", "乙", 2.0])]
    assert table.warnings == ()


def test_ods_and_csv_too():
    assert read_table(ods(ods_row("编号", "名称") + ods_row("a", "甲")), "台账.ods").rows == [(2, ["a", "甲"])]
    table = read_table("编号,名称\na,甲\n".encode(), "台账.csv")
    assert (table.sheet, table.sheets, table.rows) == ("", (), [(2, ["a", "甲"])])


def test_titles_over_the_header_are_left_out_and_said():
    titles = [["某中心终端台账"], [], ["填报单位：某中心", None, "日期：2026年1月"]]
    table = read_table(xlsx([*titles, *TERMINALS], merge=[(0, 0, 0, 5)]), "台账.xlsx")
    assert table.header_row == 4
    assert table.headers[0] == "资产编号"
    assert [number for number, _ in table.rows] == [5, 6]
    assert table.warnings == ("前 3 行作为标题略过",)


def test_a_header_in_two_rows_is_read_as_one():
    rows = [
        ["序号", "设备信息", None, "使用信息", None],
        [None, "名称", "SN", "姓名", "部门"],
        [1, "终端", "SN1", "张三", "一处"],
    ]
    table = read_table(xlsx(rows, merge=[(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)]), "台账.xlsx")
    assert (table.header_row, table.headers) == (2, ("序号", "名称", "SN", "姓名", "部门"))
    assert table.rows == [(3, [1.0, "终端", "SN1", "张三", "一处"])]


def test_headings_are_without_blanks_and_lines():
    table = read_table(xlsx([["资产\n编号", " 名 称 ", 2026], ["a", "b", 1]]), "台账.xlsx")
    assert table.headers == ("资产编号", "名称", "2026")


def test_a_column_without_heading_is_kept_and_named_by_its_letter():
    table = read_table(
        xlsx([["编号", None, "名称", None], ["a", "x", "甲", None], ["b", None, "乙", "末"]]), "台账.xlsx"
    )
    assert table.headers == ("编号", "", "名称", "")
    assert [table.heading(column) for column in range(4)] == ["编号", "B列", "名称", "D列"]
    assert table.rows == [(2, ["a", "x", "甲", ""]), (3, ["b", "", "乙", "末"])]


def test_blank_rows_are_left_out_and_counted():
    rows = [["编号", "名称"], [], ["a", "甲"], [" ", None], ["b", "乙"]]
    table = read_table(xlsx(rows), "台账.xlsx")
    assert [number for number, _ in table.rows] == [3, 5]
    assert table.warnings == ("略过了 2 个空行",)


def test_merged_cells_in_the_data_are_named():
    rows = [["编号", "名称", "部门"], *[[str(n), f"终端{n}", "一处" if n % 2 else None] for n in range(1, 13)]]
    table = read_table(xlsx(rows[:3], merge=[(1, 2, 2, 2)]), "台账.xlsx")
    assert table.rows[1] == (3, ["2", "终端2", ""])
    assert table.warnings == ("合并的单元格只有第一格有值，其余各格按空处理：C列第 2–3 行",)
    many = read_table(xlsx(rows, merge=[(n, 2, n + 1, 2) for n in range(1, 13, 2)]), "台账.xlsx")
    assert many.warnings[0].endswith("C列第 10–11 行等 6 处")


def test_another_sheet_can_be_chosen():
    content = xlsx(TERMINALS, ROWS, [["藏", "着"], ["a", "b"]], hidden=[3])
    first = read_table(content, "台账.xlsx")
    assert (first.sheet, first.sheets) == ("表1", ("表1", "表2"))
    assert first.warnings == ("只读了工作表「表1」，没有读：表2", "隐藏的工作表没有读：表3")
    assert read_table(content, "台账.xlsx", sheet="表2").headers == ("编号", "名称", "数量")
    assert refusal(content, sheet="表3") == "没有名为「表3」的可见工作表"
    assert refusal(content, sheet="表9") == "没有名为「表9」的可见工作表"


def test_an_empty_first_sheet_is_passed_over_unless_it_is_asked_for():
    content = xlsx([], ROWS)
    assert read_table(content, "台账.xlsx").sheet == "表2"
    assert refusal(content, sheet="表1") == "工作表「表1」是空的"


def test_formulas_are_taken_by_their_last_value():
    rows = [["编号", "数量"], ["a", None], ["b", None]]
    table = read_table(xlsx(rows, formulas=[(1, 1, "=1+1", 2), (2, 1, "=1/0", "#DIV/0!")]), "台账.xlsx")
    assert table.rows == [(2, ["a", 2.0]), (3, ["b", "#DIV/0!"])]
    assert table.warnings == ("有 2 格是公式，取的是文件保存时的值",)


def test_dates_come_as_dates():
    table = read_table(xlsx([["编号", "日期"], ["a", date(2026, 1, 5)]]), "台账.xlsx")
    assert table.rows == [(2, ["a", date(2026, 1, 5)])]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "工作表「表1」是空的"),
        ([["台账"], ["说明"]], "找不到表头：应有一行写明各列的名称，至少两列"),
        ([[1, 2], [3, 4]], "找不到表头：应有一行写明各列的名称，至少两列"),
        ([["编号", "名称"]], "第 1 行是表头，下面没有数据"),
        (
            [["编号", "序列号", "名称", "序列号"], ["a", "b", "c", "d"]],
            "第 1 行的表头有重复：「序列号」在 B、D 列。请改名后再上传",
        ),
    ],
)
def test_a_sheet_that_is_no_table(rows, why):
    assert refusal(xlsx(rows)) == why


def test_limits(monkeypatch):
    assert refusal(b"") == "文件是空的"
    assert refusal(b"\n \n") == "文件是空的"
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    assert read_table(b"a,b\n1,2\n3,4\n", "a.csv").rows
    assert refusal(b"a,b\n1,2\n3,4\n5,6\n").startswith("共 3 行数据，一次最多导入 2 行")
    monkeypatch.setattr(reading, "MAX_COLUMNS", 2)
    assert refusal(b"a,b,c\n1,2,3\n").startswith("共 3 列，最多 2 列")
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert refusal(b"a,b\n1,2\n3,4\n").startswith("文件超过")


def test_columns_as_excel_names_them():
    assert [letters(column) for column in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
