from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from kangwei.core.documents.canonical import canonical_json, local_time


def test_keys_are_sorted_and_chinese_is_readable() -> None:
    assert canonical_json({"b": [1, None], "a": "巡检"}) == '{\n  "a": "巡检",\n  "b": [\n    1,\n    null\n  ]\n}\n'


def test_one_moment_has_one_text_in_whatever_zone_it_came() -> None:
    in_utc = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
    elsewhere = in_utc.astimezone(timezone(timedelta(hours=-5)))
    assert canonical_json({"at": elsewhere}) == canonical_json({"at": in_utc})
    assert "2026-11-19T01:30:00+08:00" in canonical_json({"at": in_utc})


def test_a_date_stays_a_date() -> None:
    assert canonical_json([date(2026, 11, 19)]) == '[\n  "2026-11-19"\n]\n'


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时间缺少时区"):
        local_time(datetime(2026, 11, 19))  # noqa: DTZ001  # the very thing that must be refused


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"value": value})
    with pytest.raises(TypeError):
        canonical_json({"value": {1, 2}})
