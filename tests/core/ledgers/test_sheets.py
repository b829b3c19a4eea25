"""Sheets of workbooks and of CSV files."""

import random

import pytest

from kangwei.core.ledgers import TableError, read_table, sheets
from kangwei.core.ledgers.containers import PROTECTED, open_container
from kangwei.core.ledgers.sheets import read_csv, read_sheet
from tests.core.ledgers.workbooks import TERMINALS, ods, ods_row, unzipped, xls, xlsb, xlsx, zipped

TEXT = "编号,名称\na,甲\n"


def refusal(content, *wanted):
    with pytest.raises(TableError) as refused:
        read_csv(content, *wanted)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(encoding):
    assert read_csv(TEXT.encode(encoding)).rows == [["编号", "名称"], ["a", "甲"]]


def test_csv_in_utf_16_of_either_order():
    for start, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert read_csv(start + TEXT.encode(encoding)).rows == [["编号", "名称"], ["a", "甲"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_with_every_separator(separator):
    text = separator.join(["编号", "名称"]) + "\n" + separator.join(["a", '"甲,乙；丙;丁"']) + "\n"
    assert read_csv(text.encode()).rows == [["编号", "名称"], ["a", "甲,乙；丙;丁"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_with_every_line_end(end):
    assert read_csv(f'a,b{end}{end}1,"x{end}y"{end}'.encode()).rows == [["a", "b"], [], ["1", f"x{end}y"]]


def test_csv_as_exports_keep_zeros():
    assert read_csv(b'a,b\n="0012",1\n"=""0034""",2\n').rows == [["a", "b"], ["0012", "1"], ["0034", "2"]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'a,b\n1,"2\n3,4\n', "第 2 行读不懂：引号不成对，或单元格过长"),
        (b'a,b\n1,"2"x\n', "第 2 行读不懂：引号不成对，或单元格过长"),
        (b"a,b\n1," + b"x" * 200_000, "第 2 行读不懂：引号不成对，或单元格过长"),
        (b"\xff\xff\xff", "不是表格文件，或文字编码认不出，请在 Excel 中另存为 xlsx 后再上传"),
        (b"a,\x01b\n", "不是表格文件，或文字编码认不出，请在 Excel 中另存为 xlsx 后再上传"),
    ],
)
def test_csv_that_is_refused(content, why):
    assert refusal(content) == why


def test_csv_has_no_sheets():
    assert refusal(TEXT.encode(), "表1") == "CSV 文件没有工作表"


def test_a_sheet_of_a_workbook():
    sheet = read_sheet(open_container(xlsx(TERMINALS, [["x"]]), "台账.xlsx"), "表2")
    assert (sheet.name, sheet.names, sheet.rows) == ("表2", ("表1", "表2"), [["x"]])
    assert sheet.warnings == ("只读了工作表「表2」，没有读：表1",)


def test_a_workbook_of_hidden_sheets_only():
    content = unzipped(xlsx(TERMINALS))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(b"<sheet ", b'<sheet state="hidden" ')
    with pytest.raises(TableError, match="没有可见的工作表"):
        read_sheet(open_container(zipped(content), "台账.xlsx"), "")


def test_a_workbook_that_brings_its_reader_down_is_only_refused():
    content = bytearray(xls(TERMINALS))
    content[68:76] = b"\xff\xff\xff\x7f\xff\xff\xff\x7f"
    with pytest.raises(TableError, match="已损坏"):
        read_table(bytes(content), "台账.xls")


def test_a_workbook_with_a_password():
    with pytest.raises(TableError) as refused:
        read_table(xls(TERMINALS, locked=True), "台账.xls")
    assert str(refused.value) == PROTECTED


def test_a_reader_that_does_not_come_back_is_given_up(monkeypatch):
    monkeypatch.setattr(sheets, "_PATIENCE", 0.0001)
    with pytest.raises(TableError, match="文件读取超时"):
        read_table(xlsx(TERMINALS), "台账.xlsx")


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_read_or_refused(seed):
    dice = random.Random(seed)
    rows = [["编号", "名称"], *[[f"a{n}", f"名{n}"] for n in range(20)]]
    cells = {(row, column): cell for row, line in enumerate(rows) for column, cell in enumerate(line)}
    content = [xls(rows), xlsx(rows), xlsb(cells), ods("".join(ods_row(*row) for row in rows))][seed % 4]
    parts = {"": content} if seed % 4 == 0 else unzipped(content)
    name = dice.choice(list(parts))
    part = bytearray(parts[name])
    for _ in range(dice.randint(1, 6)):
        part[dice.randrange(len(part))] = dice.randrange(256)
    parts[name] = bytes(part)
    try:
        read_table(parts[""] if seed % 4 == 0 else zipped(parts), "台账")
    except TableError as refused:
        assert str(refused)
