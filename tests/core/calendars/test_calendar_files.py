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
        ("calendar: us", "calendar: cn", "第1行：calendar 只能是 cn"),
        ("year: 26", "year: 2026", "第2行：year 应为四位年份，而不是 26"),
        ("status: maybe", "status: official", "第3行：status 只能是 official 或 estimated"),
        ("status: [official]", "status: official", "第3行：应为文字"),
        ("origin: 通知", "source: 通知", "第4行：origin 不认识"),
        ("date: 2026-02-30", "date: 2026-10-01", "第6行：date 应为 2026-01-31 这样的日期，而不是 2026-02-30"),
        ("date: 2025-10-01", "date: 2026-10-01", "第6行：2025-10-01 不在2026年"),
        ("date: 2026-10-10", "date: 2026-10-01", "第7行：2026-10-10 重复"),
        ("date: 2026-10-09", "date: 2026-10-10", "第7行：2026-10-09 不是周六或周日，不能是调休上班日"),
        ("kind: feast", "kind: holiday", "第6行：kind 只能是 holiday 或 makeup"),
        ("kind: makeup}", "kind: makeup, name: 国庆节}", "第7行：缺少 name"),
        ("name: 国庆节, name: 国庆节}", "name: 国庆节}", "第6行：name 重复"),
        (
            "days: none\n#",
            "days:\n  - {date: 2026-10-01, kind: holiday, name: 国庆节}\n  -",
            "第5行：days 应为列表",
        ),
        ("days: [", "days:", "不是有效的 YAML"),
    ],
)
def test_an_error_names_the_file_the_line_and_the_reason(load, wrong, right, message):
    with pytest.raises(CalendarError) as error:
        load(GOOD.replace(right, wrong, 1))

    assert str(error.value).startswith("cn-2026.yaml 第")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "第1行：文件是空的"),
        (GOOD.partition("days:")[0] + "days: none", "第5行：days 应为列表"),
        ("- 1", "第1行：应为键值，需要 calendar、days、source、status、year"),
        (b"source: \xff", "文件不是 UTF-8 编码"),
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
