"""Checking the rows of a ledger."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.ledgers import (
    BadRow,
    Fault,
    LedgerRow,
    MappingError,
    Table,
    bundled_kinds,
    check_rows,
    guess_mapping,
    read_table,
)
from tests.core.ledgers.workbooks import TERMINALS, xlsx

TERMINAL = bundled_kinds()["terminal"]
HEADERS = ("序号", "终端名称", "SN", "状态", "IP地址", "内存", "购置日期")
MAPPING = {"name": 1, "serial_number": 2, "state": 3, "ip": 4, "memory": 5, "bought": 6}


def table(*rows):
    return Table("表1", ("表1",), 1, HEADERS, [(number, list(row)) for number, row in enumerate(rows, 2)], ())


def check(*rows, key=("serial_number",), mapping=MAPPING):
    return check_rows(table(*rows), TERMINAL, mapping, key)


def test_rows_that_can_be_taken():
    checked = check(
        (1.0, " 一号终端", "SN1", "使用中", "10.1.1.1", "16GB", date(2026, 1, 5)),
        (2.0, "二号终端", 123.0, "", "", 7.5, "2026年1月6日"),
    )
    assert checked.bad == []
    assert checked.good == [
        LedgerRow(2, {"name": "一号终端", "serial_number": "SN1", "state": "in_use", "ip": "10.1.1.1", "memory": "16",
                      "bought": "2026-01-05"}),
        LedgerRow(3, {"name": "二号终端", "serial_number": "123", "state": None, "ip": None, "memory": "7.5",
                      "bought": "2026-01-06"}),
    ]  # fmt: skip
    assert checked.mapping == MAPPING


def test_every_fault_of_a_row_is_told_in_the_order_of_columns():
    checked = check((1.0, "", "SN1", "丢了", "10.1.1", "16GB", "2026-02-30"), (2.0, "二号", "SN2", "", "", "", ""))
    assert [row.number for row in checked.good] == [3]
    assert checked.bad == [
        BadRow(2, (
            Fault("终端名称", "name", "必填，不能为空"),
            Fault("状态", "state", "应为 在用、备用、维修、借出、报废 之一，写的是「丢了」"),
            Fault("IP地址", "ip", "不是合格的 IP 地址：「10.1.1」"),
            Fault("购置日期", "bought", "没有这一天：「2026-02-30」"),
        ))
    ]  # fmt: skip


def test_an_empty_key_is_a_fault():
    checked = check((1.0, "一号", "/", "", "", "", ""))
    assert checked.bad == [BadRow(2, (Fault("SN", "serial_number", "用来对应已有资产，不能为空"),))]


def test_a_key_that_stands_twice_is_a_fault_of_the_later_rows():
    rows = [(1.0, "一号", sn, "", "", "", "") for sn in ("SN1", "SN2", " SN1 ", "SN1")]
    checked = check(*rows)
    assert [row.number for row in checked.good] == [2, 3]
    assert checked.bad == [
        BadRow(number, (Fault("SN", "serial_number", "与第 2 行的 序列号 相同"),)) for number in (4, 5)
    ]


def test_a_key_of_several_fields_is_compared_as_a_whole():
    rows = [(1.0, "一号", "SN1", "", "10.1.1.1", "", ""), (1.0, "一号", "SN2", "", "10.1.1.1", "", "")]
    assert len(check(*rows, key=("name", "serial_number")).good) == 2
    checked = check(*rows, key=("name", "ip"))
    assert checked.bad == [BadRow(3, (Fault("终端名称", "name", "与第 2 行的 名称、IP地址 相同"),))]


def test_a_unique_field_that_stands_twice_is_a_fault_and_an_empty_one_is_none():
    headers = ("名称", "序列号", "资产编号")
    rows = [(2, ["甲", "1", "PC-1"]), (3, ["乙", "2", "PC-1"]), (4, ["丙", "3", ""]), (5, ["丁", "4", ""])]
    found = check_rows(Table("", (), 1, headers, rows, ()), TERMINAL, guess_mapping(headers, TERMINAL), TERMINAL.key)
    assert found.bad == [BadRow(3, (Fault("资产编号", "number", "与第 2 行的 资产编号 相同"),))]
    assert len(found.good) == 3


def test_one_and_true_are_not_mixed_up():
    checked = check((1, "一号", "SN1", "", "", 1.0, ""), (2, "二号", "SN2", "", "", True, ""))
    assert checked.good[0].values["memory"] == "1"
    assert checked.bad == [BadRow(3, (Fault("内存", "memory", "应为数字，写的是「TRUE」"),))]


def test_a_column_without_heading_is_named_by_its_letter():
    unnamed = Table("", (), 1, ("名称", ""), [(2, ["甲", ""])], ())
    checked = check_rows(unnamed, TERMINAL, {"name": 0, "serial_number": 1}, TERMINAL.key)
    assert checked.bad == [BadRow(2, (Fault("B列", "serial_number", "用来对应已有资产，不能为空"),))]


@pytest.mark.parametrize(
    ("mapping", "key", "why", "fields"),
    [
        ({"serial_number": 2}, ("serial_number",), "还没有指定哪一列是：名称", ("name",)),
        ({"name": 1}, ("serial_number", "ip"), "还没有指定哪一列是：序列号、IP地址", ("serial_number", "ip")),
        ({"name": 1, "weight": 2}, ("name",), "终端没有这些字段：weight", ("weight",)),
        ({"name": 1}, ("weight",), "终端没有这些字段：weight", ("weight",)),
        ({"name": 7}, ("name",), "没有这一列：名称", ("name",)),
        ({"name": -1}, ("name",), "没有这一列：名称", ("name",)),
        ({"name": 1, "place": 1}, ("name",), "一列只能对应一个字段：名称、存放地点", ("name", "place")),
        ({"name": 1}, (), "请选择用哪些字段对应已有资产", ()),
    ],
)
def test_a_mapping_by_which_nothing_can_be_read(mapping, key, why, fields):
    with pytest.raises(MappingError) as refused:
        check((1.0, "一号", "SN1", "", "", "", ""), mapping=mapping, key=key)
    assert (str(refused.value), refused.value.fields) == (why, fields)


def test_a_ledger_from_file_to_values():
    found = read_table(xlsx([["终端台账"], *TERMINALS]), "台账.xlsx")
    checked = check_rows(found, TERMINAL, guess_mapping(found.headers, TERMINAL), TERMINAL.key)
    assert [row.number for row in checked.good] == [3, 4]
    assert checked.good[1].values == {
        "number": "PC-000002", "name": "二号终端", "serial_number": "SN0002", "state": "spare", "custodian": "李四",
        "bought": "2024-03-02",
    }  # fmt: skip


CELLS = st.one_of(
    st.sampled_from(["", "SN1", "SN2", "在用", "10.1.1.1", "16GB", "2026-01-05", "#REF!", "/", 1.0, True, 45000.0]),
    st.text(max_size=4),
)


@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=12))
def test_every_row_is_in_the_result_once(rows):
    checked = check(*rows)
    numbers = Counter([*(row.number for row in checked.good), *(row.number for row in checked.bad)])
    assert numbers == Counter(range(2, len(rows) + 2))
    assert [row.number for row in checked.good] == sorted(row.number for row in checked.good)
    assert [row.number for row in checked.bad] == sorted(row.number for row in checked.bad)
    assert all(row.faults for row in checked.bad)
    keys = [row.values["serial_number"] for row in checked.good]
    assert None not in keys
    assert len(set(keys)) == len(keys)
