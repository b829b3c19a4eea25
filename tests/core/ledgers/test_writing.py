"""The workbook of refused rows, and its way back."""

from datetime import date, datetime, time, timedelta

import pytest

from kangwei.core.ledgers import (
    Checked,
    Table,
    bundled_kinds,
    check_rows,
    faulty_workbook,
    guess_mapping,
    read_table,
    writing,
)
from tests.core.ledgers.workbooks import changed, unzipped, xlsx

TERMINAL = bundled_kinds()["terminal"]
LEDGER = [
    ["某中心终端台账"],
    ["终端名称", "SN", "状态", "购置日期", "自编号"],
    ["一号", "SN1", "在用", date(2026, 1, 5), "0012"],
    ["二号", "SN2", "丢了", "2026-02-30", "=1+1"],
    ["三号", "SN1", "备用", date(2026, 1, 6), 7],
]


def check(table):
    return check_rows(table, TERMINAL, guess_mapping(table.headers, TERMINAL), TERMINAL.key)


@pytest.fixture
def refused():
    table = read_table(xlsx(LEDGER), "台账.xlsx")
    return table, check(table)


def test_the_refused_rows_as_they_were_with_reasons(refused):
    back = read_table(faulty_workbook(*refused), "待改正.xlsx")
    assert back.headers == ("原行号", "终端名称", "SN", "状态", "购置日期", "自编号", "错误原因")
    second, third = (cells for _, cells in back.rows)
    assert second[:-1] == [4.0, "二号", "SN2", "丢了", "2026-02-30", "=1+1"]
    assert second[-1] == (
        "状态：应为 在用、备用、维修、借出、报废 之一，写的是「丢了」；购置日期：没有这一天：「2026-02-30」"
    )
    assert third == [5.0, "三号", "SN1", "备用", date(2026, 1, 6), 7.0, "SN：与第 3 行的 序列号 相同"]


def test_faulty_cells_are_coloured_and_commented(refused):
    parts = unzipped(faulty_workbook(*refused))
    comments = parts["xl/comments1.xml"].decode()
    assert [place in comments for place in ('ref="D2"', 'ref="E2"', 'ref="C3"', 'ref="B2"')] == [
        True,
        True,
        True,
        False,
    ]
    assert b"FFFFC7CE" in parts["xl/styles.xml"]


def test_comments_have_an_end(refused, monkeypatch):
    monkeypatch.setattr(writing, "_COMMENTS", 1)
    comments = unzipped(faulty_workbook(*refused))["xl/comments1.xml"]
    assert comments.count(b"<comment ") == 1


def test_a_corrected_copy_is_read_as_it_is(refused):
    content = faulty_workbook(*refused)
    strings = [("丢了", "在用"), ("2026-02-30", "2026-02-28"), ("SN1", "SN3")]

    def corrected(part):
        text = part.decode()
        for old, new in strings:
            assert f">{old}<" in text
            text = text.replace(f">{old}<", f">{new}<")
        return text.encode()

    back = read_table(changed(content, "xl/sharedStrings.xml", corrected), "待改正.xlsx")
    checked = check(back)
    assert checked.bad == []
    assert [row.values["serial_number"] for row in checked.good] == ["SN2", "SN3"]
    assert checked.good[0].values["bought"] == "2026-02-28"


def test_what_is_refused_again_has_the_two_columns_once(refused):
    back = read_table(faulty_workbook(*refused), "待改正.xlsx")
    again = read_table(faulty_workbook(back, check(back)), "待改正.xlsx")
    assert again.headers == back.headers
    assert again.rows[0][1][:3] == [2.0, "二号", "SN2"]


def test_cells_of_every_type_stay_what_they_are():
    cells = [
        "文字", "0012", 1.5, 3.0, True, date(2026, 1, 5), datetime(2026, 1, 5, 9, 30), time(9, 30),  # noqa: DTZ001
        timedelta(hours=30), 10**17, "", date(1850, 1, 1), float("inf"), "https://example.cn", "@SUM(1)",
    ]  # fmt: skip
    headers = ("终端名称", "SN", *(f"列{number}" for number in range(len(cells))))
    table = Table("", (), 1, headers, [(2, ["", "", *cells])], ())
    back = read_table(faulty_workbook(table, check(table)), "待改正.xlsx").rows[0][1][3:-1]
    assert back == [
        "文字", "0012", 1.5, 3.0, True, date(2026, 1, 5), datetime(2026, 1, 5, 9, 30), time(9, 30),  # noqa: DTZ001
        timedelta(hours=30), "100000000000000000", "", "1850-01-01", "inf", "https://example.cn", "@SUM(1)",
    ]  # fmt: skip


def test_a_workbook_without_refused_rows_has_only_headings():
    table = Table("", (), 1, ("终端名称", "SN"), [(2, ["一号", "SN1"])], ())
    sheet = unzipped(faulty_workbook(table, Checked([], [], {})))["xl/worksheets/sheet1.xml"]
    assert sheet.count(b"<row ") == 1
