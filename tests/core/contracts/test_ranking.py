"""Orders by which clauses of several contracts stand beside one another."""

import pytest
from pydantic import TypeAdapter

from kangwei.core.calendars import FORMS, Cadence
from kangwei.core.contracts.ranking import _CLASS_OF_FORM, CADENCE_CLASSES, cadence_class, tightness

ADAPTER = TypeAdapter(Cadence)


@pytest.mark.parametrize(
    ("cadence", "name"),
    [
        ({"every": "day", "times": 3}, "每日"),
        ({"every": "workday", "at": ["07:00-08:00"]}, "每工作日"),
        ({"every": "week", "at": ["Mon", "Thu"]}, "每周"),
        ({"every": "month", "times": 2}, "每月"),
        ({"every": "quarter"}, "每季度"),
        ({"every": "half-year"}, "每半年"),
        ({"every": "year"}, "每年及服务期定额"),
        ({"times": 52, "per": "term"}, "每年及服务期定额"),
        ({"times": 2, "per": "year"}, "每年及服务期定额"),
        ({"rotate": {"over": "district", "batch": 2, "every": "month"}}, "分批轮转"),
        ({"by": {"midterm": 40, "end": 100}}, "按里程碑"),
        ({"during": "holidays"}, "节假日与重点时期"),
        ({"during": "key-periods", "names": ["两会"]}, "节假日与重点时期"),
        ({"before": "holidays", "days": 3}, "节假日与重点时期"),
        ({"on": "change", "within": "2wd"}, "事件触发"),
    ],
)
def test_a_cadence_as_it_is_stored_has_its_class(cadence, name):
    stored = ADAPTER.validate_python(cadence).model_dump(mode="json", exclude_none=True)
    assert CADENCE_CLASSES[cadence_class(stored)] == name


def test_every_form_of_cadence_has_a_class():
    assert {form.key for form in FORMS} == {"every", *_CLASS_OF_FORM}
    assert set(_CLASS_OF_FORM.values()) < set(CADENCE_CLASSES)


def test_classes_go_from_the_most_frequent_to_events():
    assert list(CADENCE_CLASSES.values()) == [
        "每日", "每工作日", "每周", "每月", "每季度", "每半年", "每年及服务期定额", "分批轮转", "按里程碑",
        "节假日与重点时期", "事件触发",
    ]  # fmt: skip


def test_limits_from_the_tightest():
    limits = ["5m", "30m", "1h", "2h", "90m", "same-day", "24h", "next-day", "1wd", "2d", "48h", "2wd", "7d", "6wd"]
    ordered = ["5m", "30m", "1h", "90m", "2h", "same-day", "24h", "next-day", "1wd", "2d", "48h", "2wd", "7d", "6wd"]
    assert sorted(limits, key=tightness) == ordered
    assert tightness("1h") == tightness("60m")
