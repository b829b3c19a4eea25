"""How a duty stands at a moment: examples, then what always holds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.obligations import Accrual, Standing, accrue

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def day(number):
    return BEGIN + timedelta(days=number)


def done(due, at):
    return Standing(day(due), "done", day(at))


def waived(due):
    return Standing(day(due), "waived")


def still_open(due):
    return Standing(day(due), "open")


def test_nothing_owed_is_nothing_to_forecast():
    assert accrue([], day(0)) == Accrual(total=0, owed=0, done=0, late=0, waived=0, overdue=0, forecast=None)
    before = accrue([still_open(10), done(20, 1), waived(5)], day(6))
    assert (before.owed, before.done, before.waived, before.forecast, before.shortfall) == (0, 1, 1, None, None)


def test_a_duty_on_pace_will_be_done():
    rows = [done(10, 9), done(20, 20), still_open(30), still_open(40)]
    assert accrue(rows, day(25)) == Accrual(total=4, owed=2, done=2, late=0, waived=0, overdue=0, forecast=4)
    assert accrue(rows, day(25)).shortfall == 0


def test_half_done_so_far_means_half_of_the_rest():
    # Five of ten were owed, of which three are done and two are not: of the five to come three will be.
    rows = [done(1, 1), done(2, 2), still_open(3), done(4, 4), still_open(5), *map(still_open, range(6, 11))]
    result = accrue(rows, day(5) + timedelta(hours=1))
    assert (result.owed, result.done, result.overdue, result.forecast, result.shortfall) == (5, 3, 2, 6, 4)


def test_done_late_is_done_and_late():
    result = accrue([done(10, 11)], day(12))
    assert (result.done, result.late, result.overdue, result.forecast) == (1, 1, 0, 1)


def test_done_at_the_due_time_is_in_time():
    assert accrue([done(10, 10)], day(12)).late == 0


def test_due_now_is_still_in_time():
    # Inspections and reports are due in the last second of their window.
    assert accrue([still_open(10)], day(10)).overdue == 0
    assert accrue([still_open(10)], day(10) + timedelta(seconds=1)).overdue == 1


def test_done_before_it_was_owed_counts():
    result = accrue([done(10, 9), done(30, 12), still_open(40)], day(20))
    assert (result.owed, result.done, result.forecast) == (1, 2, 3)


def test_what_is_waived_is_neither_owed_nor_missed():
    result = accrue([waived(10), done(11, 11), waived(30), still_open(31)], day(20))
    assert (result.total, result.waived, result.owed, result.overdue) == (4, 2, 1, 0)
    assert (result.forecast, result.shortfall) == (2, 0)


def test_nothing_done_promises_nothing():
    result = accrue([still_open(1), still_open(2), still_open(30)], day(20))
    assert (result.forecast, result.shortfall) == (0, 3)


NOW = day(50)
ROWS = st.lists(
    st.one_of(
        st.builds(still_open, st.integers(0, 100)),
        st.builds(waived, st.integers(0, 100)),
        st.builds(done, st.integers(0, 100), st.integers(0, 50)),
    ),
    max_size=30,
)


@given(ROWS)
def test_the_counts_add_up(rows):
    result = accrue(rows, NOW)
    open_rows = [row for row in rows if row.state == "open"]
    assert result.total == len(rows) == result.done + result.waived + len(open_rows)
    assert result.overdue <= result.owed <= result.total - result.waived
    assert result.overdue <= len(open_rows)
    assert result.late <= result.done


@given(ROWS)
def test_a_forecast_lies_between_what_is_done_and_what_can_be(rows):
    result = accrue(rows, NOW)
    assert (result.forecast is None) == (result.owed == 0)
    if result.forecast is not None:
        assert result.done <= result.forecast <= result.total - result.waived - result.overdue
        assert result.shortfall == result.total - result.waived - result.forecast >= result.overdue


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert accrue(shuffled, NOW) == accrue(rows, NOW)


@given(ROWS.filter(lambda rows: any(row.state == "open" for row in rows)), st.data())
def test_waiving_never_raises_what_is_overdue(rows, data):
    chosen = data.draw(st.sampled_from([number for number, row in enumerate(rows) if row.state == "open"]))
    after = [Standing(row.due, "waived") if number == chosen else row for number, row in enumerate(rows)]
    before, now = accrue(rows, NOW), accrue(after, NOW)
    assert now.overdue == before.overdue - (rows[chosen].due < NOW)
    assert now.owed == before.owed - (rows[chosen].due < NOW)
    assert (now.total, now.done, now.late, now.waived) == (before.total, before.done, before.late, before.waived + 1)


@given(ROWS.filter(lambda rows: any(row.state == "open" for row in rows)), st.data())
def test_doing_one_more_never_lowers_the_forecast(rows, data):
    chosen = data.draw(st.sampled_from([number for number, row in enumerate(rows) if row.state == "open"]))
    after = [Standing(row.due, "done", NOW) if number == chosen else row for number, row in enumerate(rows)]
    before, now = accrue(rows, NOW), accrue(after, NOW)
    assert (now.forecast or 0) >= (before.forecast or 0)
    assert now.done == before.done + 1
