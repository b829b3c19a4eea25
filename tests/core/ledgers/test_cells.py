"""Reading single cells."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.ledgers import COMMON, Attribute, CellError, as_json, read_cell


def field(**given):
    return Attribute(**{"id": "field", "label": "字段", **given})


TEXT, LONG, FLAG, MAC, IP, DOMAIN = (
    field(type=name) for name in ("text", "long", "flag", "mac", "ip", "domain")
)  # fmt: skip
INTEGER = field(type="integer", unit="GB", min=0, max=100_000)
DECIMAL = field(type="decimal", unit="元")
DATE = field(type="date")
STATE = next(attribute for attribute in COMMON if attribute.id == "state")
GRADE = field(type="choice", choices=["一级", "二级", "无"], aliases={"第一级": "一级"})


def reason(value, attribute):
    with pytest.raises(CellError) as refusal:
        read_cell(value, attribute)
    return str(refusal.value)


@pytest.mark.parametrize("attribute", [TEXT, LONG, FLAG, MAC, IP, DOMAIN, INTEGER, DECIMAL, DATE, STATE])
@pytest.mark.parametrize("value", ["", "  ", "\u3000\u00a0", "\u200b", None, "/", "-", "——", "N/A"])
def test_an_empty_cell_is_nothing(value, attribute):
    assert read_cell(value, attribute) is None


def test_none_is_nothing_where_it_is_no_answer():
    assert read_cell("无", TEXT) is None
    assert read_cell("无", FLAG) is False
    assert read_cell("无", GRADE) == "无"


@pytest.mark.parametrize("attribute", [TEXT, LONG, FLAG, MAC, IP, DOMAIN, INTEGER, DECIMAL, DATE, STATE])
@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "Err:502"])
def test_an_error_of_a_formula_is_refused(value, attribute):
    assert reason(value, attribute) == f"公式出错 {value}，请改正公式或直接填写"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  张三 ", "张三"),
        ("张三\u200b\ufeff", "张三"),
        ("\u00a0一楼\u00a0机房\u3000", "一楼 机房"),
        ("一楼\n机房", "一楼 机房"),
        ("一楼 \r\n\t 机房", "一楼 机房"),
        ("00123", "00123"),
        (123.0, "123"),
        (12, "12"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (999_999_999_999_999.0, "999999999999999"),
        (True, "TRUE"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001 (cells have no zone)
        (datetime(2026, 1, 5, 9, 30), "2026-01-05 09:30"),  # noqa: DTZ001
        (time(9, 30), "09:30"),
        ("123456789012345678", "123456789012345678"),
        ("#1 机房", "#1 机房"),
    ],
)
def test_text(value, text):
    assert read_cell(value, TEXT) == text


@pytest.mark.parametrize("value", [1_000_000_000_000_000.0, 6.217001234567891e18, 10**16, "6.21700E+18", "1.1E+15"])
def test_a_number_of_which_excel_lost_digits_is_refused(value):
    assert reason(value, TEXT) == "数字超过15位，Excel 已丢失末位，请把该列设为文本后重填"


def test_a_text_keeps_to_its_limit_and_its_pattern():
    short = field(max_length=3)
    assert read_cell("甲乙丙", short) == "甲乙丙"
    assert reason("甲乙丙丁", short) == "不能超过 3 个字，现有 4 个"
    code = field(pattern="[A-Z]{3}", pattern_hint="三个大写字母")
    assert read_cell("ABC", code) == "ABC"
    assert reason("ABCD", code) == "应为三个大写字母，写的是「ABCD」"


@pytest.mark.parametrize("value", ["甲\x00", "甲\x07乙", "甲\x85乙", "\ud800"])
def test_control_characters_are_refused(value):
    assert reason(value, TEXT) == "含有控制字符，请重新填写"


def test_a_long_text_keeps_its_lines():
    assert read_cell(" 一\r\n二\r三\n", LONG) == "一\n二\n三"
    assert reason("字" * 2001, LONG) == "不能超过 2000 个字，现有 2001 个"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (16.0, 16),
        (16, 16),
        ("16", 16),
        ("１６", 16),
        ("16GB", 16),
        ("16 gb", 16),
        ("1,024", 1024),
        ("１，０２４ＧＢ", 1024),
        ("16.0", 16),
        (0, 0),
    ],
)
def test_integers(value, number):
    found = read_cell(value, INTEGER)
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (16.5, "应为整数，写的是「16.5」"),
        ("16TB", "应为数字（单位GB），写的是「16TB」"),
        ("约16", "应为数字（单位GB），写的是「约16」"),
        ("GB", "应为数字（单位GB），写的是「GB」"),
        ("1,02", "应为数字（单位GB），写的是「1,02」"),
        ("1 6", "应为数字（单位GB），写的是「1 6」"),
        (True, "应为数字，写的是「TRUE」"),
        (date(2026, 1, 5), "应为数字，写的是「2026-01-05」"),
        (-1, "不能小于 0，写的是「-1」"),
        ("100001", "不能大于 100000，写的是「100001」"),
        (float("nan"), "不是数字"),
        ("9" * 30, "数字过长"),
    ],
)
def test_what_is_no_integer(value, why):
    assert reason(value, INTEGER) == why


@pytest.mark.parametrize(
    ("value", "number"),
    [("1,234.50元", "1234.5"), (0.1, "0.1"), (".5", "0.5"), ("-3", "-3"), (1200.0, "1200"), ("1200", "1200")],
)
def test_decimal_numbers_stay_exact(value, number):
    found = read_cell(value, DECIMAL)
    assert isinstance(found, Decimal)
    assert as_json(found) == number


@pytest.mark.parametrize(
    ("value", "stored"),
    [("在用", "in_use"), (" 在　用 ", "in_use"), ("使用中", "in_use"), ("闲置", "spare"), ("SCRAPPED", "scrapped")],
)
def test_choices(value, stored):
    assert read_cell(value, STATE) == stored


def test_what_is_no_choice():
    assert reason("丢了", STATE) == "应为 在用、备用、维修、借出、报废 之一，写的是「丢了」"
    assert reason(5.0, GRADE) == "应为 一级、二级、无 之一，写的是「5.0」"


@pytest.mark.parametrize("value", ["是", "√", "有", "Y", "yes", "Ｙ", 1.0, True, "TRUE", "✓"])
def test_flags_that_say_yes(value):
    assert read_cell(value, FLAG) is True


@pytest.mark.parametrize("value", ["否", "×", "无", "N", "no", "x", 0, False, "没有"])
def test_flags_that_say_no(value):
    assert read_cell(value, FLAG) is False


def test_what_is_no_flag():
    assert reason("也许", FLAG) == "应为 是 或 否，写的是「也许」"


@pytest.mark.parametrize(
    "value",
    [
        "aa:bb:cc:dd:ee:ff",
        "AA-BB-CC-DD-EE-FF",
        "aabb.ccdd.eeff",
        "AABB-CCDD-EEFF",
        "aabbccddeeff",
        "ＡＡ：bb：CC：dd：EE：ff",
        "aa bb cc dd ee ff",
    ],
)
def test_mac_addresses_in_any_writing(value):
    assert read_cell(value, MAC) == "AA:BB:CC:DD:EE:FF"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("aa:bb:cc:dd:ee", "不是合格的 MAC 地址：「aa:bb:cc:dd:ee」"),
        ("aa:bb-cc:dd-ee:ff", "不是合格的 MAC 地址：「aa:bb-cc:dd-ee:ff」"),
        ("gg:bb:cc:dd:ee:ff", "不是合格的 MAC 地址：「gg:bb:cc:dd:ee:ff」"),
        (112233445566.0, "MAC 地址被存成了数字，请把该列设为文本后重填"),
        ("00:00:00:00:00:00", "00 组成的 MAC 地址不属于任何设备"),
        ("FFFFFFFFFFFF", "FF 组成的 MAC 地址不属于任何设备"),
    ],
)
def test_what_is_no_mac_address(value, why):
    assert reason(value, MAC) == why


@pytest.mark.parametrize(
    ("value", "address"),
    [("10.1.2.3", "10.1.2.3"), (" １０。１。２。３ ", "10.1.2.3"), ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1")],
)
def test_ip_addresses(value, address):
    assert read_cell(value, IP) == address


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("10.1.2.256", "不是合格的 IP 地址：「10.1.2.256」"),
        ("10.1.2", "不是合格的 IP 地址：「10.1.2」"),
        (10.1, "不是合格的 IP 地址：「10.1」"),
        ("fe80::1%eth0", "不是合格的 IP 地址：「fe80::1%eth0」"),
        ("10.1.2.3/24", "只写一个地址，不带掩码，写的是「10.1.2.3/24」"),
        ("10.1.2.3、10.1.2.4", "一格只能写一个 IP 地址，写的是「10.1.2.3、10.1.2.4」"),
    ],
)
def test_what_is_no_ip_address(value, why):
    assert reason(value, IP) == why


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("WJW.Beijing.gov.cn", "wjw.beijing.gov.cn"),
        ("北京卫健委.政务", "北京卫健委.政务"),
        ("*.example.cn", "*.example.cn"),
        ("example.cn.", "example.cn"),
    ],
)
def test_domains(value, domain):
    assert read_cell(value, DOMAIN) == domain


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("https://example.cn/index", "只写域名，不带 http:// 和路径，写的是「https://example.cn/index」"),
        ("example", "不是合格的域名：「example」"),
        ("-a.example.cn", "不是合格的域名：「-a.example.cn」"),
        ("a..example.cn", "不是合格的域名：「a..example.cn」"),
        ("10.1.2.3", "不是合格的域名：「10.1.2.3」"),
        (f"{'a' * 64}.cn", f"不是合格的域名：「{'a' * 30}…」"),
    ],
)
def test_what_is_no_domain(value, why):
    assert reason(value, DOMAIN) == why


@given(st.text(max_size=300))
def test_text_read_again_is_the_same(text):
    try:
        once = read_cell(text, TEXT)
    except CellError:
        return
    assert once is None or read_cell(once, TEXT) == once


@given(
    st.binary(min_size=6, max_size=6).filter(lambda raw: raw not in (bytes(6), b"\xff" * 6)), st.sampled_from(":-. ")
)
def test_every_mac_address_is_one_whatever_its_writing(raw, mark):
    plain = raw.hex()
    size = 4 if mark == "." else 2
    written = mark.join(plain[place : place + size] for place in range(0, 12, size))
    read = read_cell(written, MAC)
    assert read == read_cell(plain, MAC) == read_cell(read, MAC)


@given(st.ip_addresses())
def test_every_ip_address_is_read_as_it_is(address):
    assert read_cell(str(address), IP) == str(address)


@given(
    st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(),
              st.timedeltas(), st.none()),
    st.sampled_from([TEXT, LONG, FLAG, MAC, IP, DOMAIN, INTEGER, DECIMAL, DATE, STATE, GRADE]),
)  # fmt: skip
def test_whatever_stands_in_a_cell_is_read_or_refused(value, attribute):
    try:
        read = as_json(read_cell(value, attribute))
    except CellError as refusal:
        assert str(refusal)
    else:
        assert read is None or isinstance(read, str | int)
