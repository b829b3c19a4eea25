"""Guessing which column is which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.ledgers import bundled_kinds, guess_mapping, signature
from kangwei.core.ledgers.mapping import normal

TERMINAL = bundled_kinds()["terminal"]
HEADINGS = st.lists(
    st.one_of(
        st.sampled_from(["序列号", "SN", "设备名称", "名称", "IP", "内存(GB)", "备注", "使用人", "序号", "", "状态"]),
        st.text(max_size=8),
    ),
    max_size=15,
)


def test_a_ledger_as_clerks_head_it():
    headers = ("序号", "设备名称", "S/N", "使用人", "IP 地址", "MAC", "内存（GB）", "*状态", "采购日期", "")
    assert guess_mapping(headers, TERMINAL) == {
        "name": 1, "serial_number": 2, "custodian": 3, "ip": 4, "mac": 5, "memory": 6, "state": 7, "bought": 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S/N", "sn"),
        ("序 列 号", "序列号"),
        ("ＩＰ地址：", "ip地址"),
        ("内存（GB）", "内存"),
        ("[必填]名称", "名称"),
        ("启用日期(年/月/日)", "启用日期"),
        ("P/N_号", "pn号"),
    ],
)
def test_headings_that_are_the_same(one, other):
    assert normal(one) == normal(other)


def test_a_heading_that_is_all_brackets_keeps_what_is_in_them():
    assert normal("（备注）") == "备注"


def test_equal_headings_win_over_contained_ones():
    assert guess_mapping(["管理IP地址", "IP地址"], TERMINAL)["ip"] == 1
    assert guess_mapping(["管理IP地址"], TERMINAL) == {"ip": 0}


def test_the_nearest_of_contained_headings_wins():
    assert guess_mapping(["设备的操作系统", "操作系统名"], TERMINAL) == {"os": 1}


def test_a_heading_that_holds_little_of_a_field_is_left_to_people():
    assert guess_mapping(["供应商名称", "联系人电话"], TERMINAL) == {}


def test_the_fields_of_the_kind_come_before_the_common_ones():
    assert guess_mapping(["单位名称"], bundled_kinds()["certificate-unit"]) == {"name": 0}
    assert guess_mapping(["单位名称"], TERMINAL) == {"institution": 0}
    assert guess_mapping(["序列号"], bundled_kinds()["licence"]) == {"licence_number": 0}


def test_the_columns_of_a_returned_workbook_are_no_fields():
    assert guess_mapping(["原行号", "终端名称", "错误原因"], TERMINAL) == {"name": 1}


@given(HEADINGS)
def test_no_column_and_no_field_twice(headers):
    mapping = guess_mapping(headers, TERMINAL)
    assert len(set(mapping.values())) == len(mapping)
    assert all(0 <= column < len(headers) for column in mapping.values())
    assert set(mapping) <= {field.id for field in TERMINAL.fields}


@given(st.text(max_size=30))
def test_normal_is_idempotent(heading):
    assert normal(normal(heading)) == normal(heading)


def test_a_signature_is_that_of_the_headings_in_their_order():
    assert signature(["序列号", "S/N"]) == signature(["序 列 号", "sn"])
    assert signature(["序列号", "名称"]) != signature(["名称", "序列号"])
    assert signature(["序列号", "名称"]) != signature(["序列号", "名称", ""])
    assert len(signature([])) == 64


def test_a_heading_that_is_only_part_of_a_known_one_is_nobodys():
    kind = bundled_kinds()["certificate-personal"]
    assert guess_mapping(["名称", "持有人", "证书序列号"], kind) == {"name": 1, "serial_number": 2}
