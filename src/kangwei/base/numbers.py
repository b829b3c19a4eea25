"""Numbers in series, none skipped or given twice."""

from django.db import transaction
from django.db.models import F

from kangwei.base.models import Counter


def next_number(series: str) -> int:
    """The next number of a series, from 1, inside the caller's transaction: a rollback gives it back."""
    return next_numbers(series, 1)[0]


def next_numbers(series: str, count: int) -> range:
    """The next so many numbers of a series, one behind the other, as `next_number` gives them one by one."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("numbers are taken inside the action's transaction")
    counter = Counter.objects.filter(series=series)
    if not counter.update(last=F("last") + count):
        Counter.objects.get_or_create(series=series)
        counter.update(last=F("last") + count)
    last = counter.get().last
    return range(last - count + 1, last + 1)
