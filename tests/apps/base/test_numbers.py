"""Numbers in series: none skipped, none twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from kangwei.base.numbers import next_number, next_numbers


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


@pytest.mark.django_db
def test_a_block_goes_on_where_the_series_is():
    with transaction.atomic():
        assert (next_number("a"), list(next_numbers("a", 3)), next_number("a")) == (1, [2, 3, 4], 5)
        assert list(next_numbers("b", 2)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_get_blocks_that_do_not_overlap():
    def write(count):
        try:
            with transaction.atomic():
                return list(next_numbers("a", count))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        blocks = list(pool.map(write, range(1, 17)))
    assert [len(block) for block in blocks] == list(range(1, 17))
    assert all(block == list(range(block[0], block[0] + len(block))) for block in blocks)
    assert sorted(number for block in blocks for number in block) == list(range(1, 137))
