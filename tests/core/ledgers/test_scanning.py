"""Errors, formulas and the reach of sheets."""

import pytest

from kangwei.core.ledgers import TableError, read_table
from kangwei.core.ledgers.containers import open_container
from kangwei.core.ledgers.faults import UNCALCULATED
from kangwei.core.ledgers.scanning import scan_sheet
from tests.core.ledgers.workbooks import TERMINALS, changed, ods, ods_row, xls, xlsb, xlsx

SHEET = "xl/worksheets/sheet1.xml"
TOO_FAR = "工作表过大：用到第 1048576 行、第 16384 列，请删去表外的内容后再上传"


def scan(content, index=0):
    return scan_sheet(open_container(content, "台账"), index)


def with_rows(rows):
    """A workbook with these row elements behind its own."""
    return changed(xlsx(TERMINALS), SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


def refusal(content):
    with pytest.raises(TableError) as refused:
        scan(content)
    return str(refused.value)


def test_errors_in_xlsx():
    rows = [["a", "b"], [1, 2]]
    found = scan(xlsx(rows, formulas=[(1, 0, "=1/0", "#DIV/0!"), (1, 1, "=A1", 3)]))
    assert (found.errors, found.formulas) == ({(1, 0): "#DIV/0!"}, 2)


def test_a_formula_without_a_value_in_xlsx():
    bare = with_rows(b'<row r="9"><c r="A9"><f>A1</f></c><c r="B9" s="1"><f t="shared" si="0"/></c></row>')
    assert scan(bare).errors == {(8, 0): UNCALCULATED, (8, 1): UNCALCULATED}
    assert not scan(with_rows(b'<row r="9"><c r="A9" t="str"><f>A1</f><v></v></c></row>')).errors


def test_errors_in_xls():
    found = scan(xls([["a", "b"], ["#REF!", 1.0], ["c", "#N/A"]]))
    assert found.errors == {(1, 0): "#REF!", (2, 1): "#N/A"}


def test_errors_in_xlsb():
    found = scan(xlsb({(0, 0): "a", (0, 1): "b", (3, 1): "#DIV/0!"}))
    assert found.errors == {(3, 1): "#DIV/0!"}


def test_errors_in_ods():
    error = (
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell '
        'table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p></table:table-cell>'
        "</table:table-row>"
    )
    found = scan(ods(ods_row("a", repeated=3) + error))
    assert (found.errors, found.formulas) == ({(3, 2): "#DIV/0!"}, 1)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c t="n" r="XFD1048576"><v>1</v></c>',
        b'<c\nr = "XFD1048576"><v>1</v></c>',
        b'<c r="xfd1048576"><v>1</v></c>',
        b'<x:c r="XFD1048576"><x:v>1</x:v></x:c>',
    ],
)
def test_a_cell_far_out_is_refused_however_it_is_written(cell):
    assert refusal(with_rows(b'<row r="1048576">' + cell + b"</row>")) == TOO_FAR


def test_cells_without_a_place_are_counted():
    many = b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>"
    assert refusal(with_rows(many)).startswith("工作表过大：用到第 4 行、第 300 列")


def test_empty_cells_far_out_do_no_harm():
    styled = with_rows(b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert scan(styled).rows == 0
    assert len(read_table(styled, "台账.xlsx").rows) == 2


def test_far_cells_in_xlsb_and_ods():
    assert refusal(xlsb({(0, 0): "a", (1_048_575, 16_383): "b"})) == TOO_FAR
    assert refusal(ods(ods_row("a") + ods_row("b", repeated=1_048_575))).startswith("工作表过大：用到第 1048576 行")
    blank = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    assert scan(ods(ods_row("a") + blank)).rows == 1


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("xl/workbook.xml", lambda part: part[:100]),
        ("xl/_rels/workbook.xml.rels", lambda part: part.replace(b"sheet1", b"sheet7")),
        ("xl/_rels/workbook.xml.rels", lambda part: part.replace(b'"rId1"', b'"rId99"')),
    ],
)
def test_a_workbook_that_does_not_hold_together(name, change):
    assert refusal(changed(xlsx(TERMINALS), name, change)).startswith("文件已损坏")
