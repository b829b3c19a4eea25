import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ValidationError

from kangwei.core.calendars import SHANGHAI, Duration, due, due_is_estimated


class Limit(BaseModel):
    within: Duration


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "label", "natural"),
    [
        ("10m", "10分钟", timedelta(minutes=10)),
        ("4h", "4小时", timedelta(hours=4)),
        ("2d", "2天", timedelta(days=2)),
        ("2wd", "2个工作日", None),
        ("same-day", "当日", None),
        ("next-day", "次日", None),
    ],
)
def test_a_duration_has_a_text_a_label_and_perhaps_a_length(text, label, natural):
    duration = Duration.parse(text)

    assert (str(duration), duration.label, duration.natural) == (text, label, natural)


@pytest.mark.parametrize("text", ["", "4", "4 h", "0m", "-1h", "1.5h", "2w", "tomorrow", "999999h"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=f"时限「{text}」看不懂，应写成 10m"):
        Duration.parse(text)


def test_a_model_field_takes_the_text_and_gives_it_back():
    limit = Limit.model_validate({"within": "2wd"})

    assert limit.within == Duration.parse("2wd")
    assert json.loads(limit.model_dump_json()) == {"within": "2wd"}
    assert Limit.model_json_schema()["properties"]["within"]["type"] == "string"


def test_a_model_field_refuses_what_parse_refuses():
    with pytest.raises(ValidationError, match="时限「10」看不懂"):
        Limit.model_validate({"within": 10})


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("10m", "2026-02-13 17:10:00"),
        ("4h", "2026-02-13 21:00:00"),
        ("2d", "2026-02-15 17:00:00"),
        ("1wd", "2026-02-14 23:59:59"),  # the make-up Saturday
        ("2wd", "2026-02-24 23:59:59"),  # the first day after the Spring Festival
        ("same-day", "2026-02-13 23:59:59"),
        ("next-day", "2026-02-14 23:59:59"),
    ],
)
def test_due_from_the_friday_before_the_spring_festival(calendar, duration, expected):
    answer = due(local("2026-02-13 17:00"), Duration.parse(duration), calendar)

    assert answer == local(expected)
    assert answer.tzinfo is UTC


def test_the_day_is_that_of_shanghai_not_of_utc(calendar):
    just_after_midnight = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)  # 00:30 on the 10th

    assert due(just_after_midnight, Duration.parse("same-day"), calendar) == local("2026-03-10 23:59:59")


def test_only_working_days_beyond_the_official_calendar_are_estimated(calendar):
    end_of_2026 = local("2026-12-30 10:00")

    assert not due_is_estimated(end_of_2026, Duration.parse("1wd"), calendar)
    assert due_is_estimated(end_of_2026, Duration.parse("2wd"), calendar)
    assert not due_is_estimated(end_of_2026, Duration.parse("9d"), calendar)


def test_the_day_of_the_start_does_not_matter_to_working_days_after_it(calendar):
    before_the_first_calendar = local("2023-12-31 10:00")

    assert not due_is_estimated(before_the_first_calendar, Duration.parse("1wd"), calendar)


def test_a_naive_start_is_refused(calendar):
    naive = datetime(2026, 3, 9, 10)  # noqa: DTZ001 - that is the point

    with pytest.raises(ValueError, match="时间缺少时区"):
        due(naive, Duration.parse("2wd"), calendar)
