"""Numbers in series: none skipped, none twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from kangwei.base.numbers import next_number


def take(series):
    with transaction.atomic():
        return next_number(series)


@pytest.mark.django_db
def test_each_series_counts_from_one():
    assert [take("a"), take("a"), take("b")] == [1, 2, 1]


@pytest.mark.django_db
def test_a_rolled_back_number_is_given_again():
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number("a")
        raise RuntimeError
    assert take("a") == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_two_writers_get_thirty_two_different_numbers():
    def write(_):
        try:
            return take("a")
        finally:
            connection.close()

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(write, range(32))) == list(range(1, 33))
