"""Tables as Excel: what a cell shows, and that no cell is a formula."""

from datetime import date

from python_calamine import CalamineWorkbook

from kangwei.base.workbook import table_workbook


def test_numbers_stay_numbers_and_times_are_shown_in_shanghai(now, tmp_path):
    file = tmp_path / "a.xlsx"
    headers = ("名称", "数", "时间", "日", "是否")
    file.write_bytes(table_workbook({"数据": (headers, [("甲", 3, now, date(2026, 1, 2), True)])}))
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows == [["名称", "数", "时间", "日", "是否"], ["甲", 3.0, "2026-11-20 10:00", "2026-01-02", "是"]]


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    import zipfile

    file = tmp_path / "a.xlsx"
    file.write_bytes(table_workbook({"数据": (("=1+1",), [('=HYPERLINK("http://x")',), ("+1",), ("@a",)])}))
    sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows[1:] == [['=HYPERLINK("http://x")'], ["+1"], ["@a"]]


def test_a_table_without_rows_has_its_header(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(table_workbook({"数据": (("名称",), [])}))
    assert CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python() == [["名称"]]
