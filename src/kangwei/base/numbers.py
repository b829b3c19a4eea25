"""Numbers in series, none skipped or given twice."""

from django.db import transaction
from django.db.models import F

from kangwei.base.models import Counter


def next_number(series: str) -> int:
    """The next number of a series, from 1, inside the caller's transaction: a rollback gives it back."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("next_number runs inside the action's transaction")
    Counter.objects.get_or_create(series=series)
    Counter.objects.filter(series=series).update(last=F("last") + 1)
    return Counter.objects.get(series=series).last
