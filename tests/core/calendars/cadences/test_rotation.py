from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import Rotation, Term

DISTRICTS = ["东城", "西城", "朝阳", "海淀", "丰台"]


def rotation(batch):
    return Rotation.model_validate({"rotate": {"over": "各区", "batch": batch, "every": "month"}})


def test_two_districts_a_month_in_turn():
    cadence = rotation(2)

    assert [cadence.batch_of(month, DISTRICTS) for month in range(4)] == [
        ["东城", "西城"],
        ["朝阳", "海淀"],
        ["丰台", "东城"],
        ["西城", "朝阳"],
    ]


def test_windows_are_the_periods(spans, calendar):
    assert spans(rotation(2).windows(Term.of(date(2026, 1, 15), 2), calendar)) == [
        ("2026-01", "01-15", "01-31"),
        ("2026-02", "02-01", "02-28"),
        ("2026-03", "03-01", "03-14"),
    ]


def test_a_batch_larger_than_the_group_is_the_group():
    assert rotation(9).batch_of(0, DISTRICTS) == DISTRICTS
    assert rotation(2).batch_of(3, []) == []


@given(st.integers(1, 7), st.integers(1, 12))
def test_after_as_many_windows_as_members_everybody_came_equally_often(batch, size):
    members = [f"成员{n}" for n in range(size)]
    visits = Counter(name for month in range(size) for name in rotation(batch).batch_of(month, members))

    assert set(visits) == set(members)
    if batch <= size:
        assert set(visits.values()) == {batch}
