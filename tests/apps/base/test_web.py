"""What an address or a form names: the key of a row, a month."""

from datetime import date

import pytest

from kangwei.base.web import key_in, month_in


@pytest.mark.parametrize(
    ("text", "key"), [("7", 7), ("", None), ("-1", None), ("７", None), ("9" * 16, None), ("x", None)]
)
def test_a_key_is_a_short_row_of_digits(text, key):
    assert key_in(text) == key


def test_a_month_is_named_by_its_year_and_number():
    assert month_in("2026-11") == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-11-20", "11-2026", "abcd-ef", "9999-12", "0001-01"])
def test_what_is_no_month_or_none_in_which_a_contract_runs_names_none(text):
    assert month_in(text) is None
