import re
from datetime import date

import pytest

from kangwei.core.calendars import CalendarError, StatutoryCalendar

GOOD = """\
calendar: cn
year: 2026
status: official
source: 通知
days:
  - {date: 2026-10-01, kind: holiday, name: 国庆节}
  - {date: 2026-10-10, kind: makeup, name: 国庆节}
"""


@pytest.fixture
def load(tmp_path):
    def load(text, name="cn-2026.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return StatutoryCalendar.load([path])

    return load


def test_a_file_becomes_a_calendar(load):
    calendar = load(GOOD)

    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))
    assert not calendar.is_estimated(date(2026, 10, 1))
    assert calendar.entry(date(2026, 10, 1)).source == "通知"


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("calendar: us", "calendar: cn", "1: calendar：应为 'cn'，写的是「us」"),
        ("year: 26", "year: 2026", "2: year：应 ≥ 1949，写的是「26」"),
        ("status: maybe", "status: official", "3: status：应为 'official' 或 'estimated'，写的是「maybe」"),
        ("status: [official]", "status: official", "3: status：应为 'official' 或 'estimated'"),
        ("sources: 通知", "source: 通知", "4: sources：没有这个字段，是否想写「source」"),
        ("date: 2026-02-30", "date: 2026-10-01", "6: days.第1项.date：应为日期，例如 2026-01-31，写的是「2026-02-30」"),
        ("date: 2025-10-01", "date: 2026-10-01", "6: days.第1项：2025-10-01 不在2026年"),
        ("date: 2026-10-10", "date: 2026-10-01", "7: days.第2项：2026-10-10 重复"),
        ("date: 2026-10-09", "date: 2026-10-10", "7: days.第2项：2026-10-09 不是周六或周日，不能是调休上班日"),
        ("kind: feast", "kind: holiday", "6: days.第1项.kind：应为 'holiday' 或 'makeup'，写的是「feast」"),
        ("kind: makeup}", "kind: makeup, name: 国庆节}", "7: days.第2项.name：缺少这个字段"),
        ("name: }", "name: 国庆节}", "6: days.第1项.name：不能为空"),
        ("name: 国庆节, name: 国庆节}", "name: 国庆节}", "6: days.第1项.name：字段重复，第 6 行已有"),
        ("days: [", "days:", "6: 整个文件：不是合格的 YAML，第 3 列附近有误"),
    ],
)
def test_an_error_names_the_file_the_line_and_the_reason(load, wrong, right, message):
    assert right in GOOD
    with pytest.raises(CalendarError) as error:
        load(GOOD.replace(right, wrong, 1))

    assert f"cn-2026.yaml:{message}" in str(error.value)


def test_all_faults_of_a_file_are_named_at_once(load):
    wrong = GOOD.replace("2026-10-01", "2025-10-01").replace("2026-10-10", "2026-10-09")

    with pytest.raises(CalendarError) as error:
        load(wrong)

    assert str(error.value).splitlines() == [
        "cn-2026.yaml:6: days.第1项：2025-10-01 不在2026年",
        "cn-2026.yaml:7: days.第2项：2026-10-09 不是周六或周日，不能是调休上班日",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cn-2026.yaml:1: 整个文件：文件是空的"),
        (GOOD.partition("days:")[0] + "days: none", "cn-2026.yaml:5: days：应为列表"),
        ("- 1", "cn-2026.yaml:1: 整个文件：应为若干「字段: 值」"),
        (b"source: \xff", "cn-2026.yaml：文件不是 UTF-8 编码"),
    ],
)
def test_what_is_no_calendar_at_all_is_refused(load, content, message):
    with pytest.raises(CalendarError, match=re.escape(message)):
        load(content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CalendarError, match=r"cn-2031\.yaml：文件读不出"):
        StatutoryCalendar.load([tmp_path / "cn-2031.yaml"])


def test_a_year_comes_from_one_file_only(tmp_path):
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(GOOD, encoding="utf-8")

    with pytest.raises(CalendarError, match=r"b\.yaml：2026年的日历已由另一个文件给出"):
        StatutoryCalendar.load(paths)
