"""Sending news of what was done. Part of the actions that call it, never called by itself."""

from typing import Any

from django.db import transaction
from django.dispatch import Signal


def tell(signal: Signal, sender: type, **news: Any) -> None:
    """Send the news once it is committed; a receiver that fails breaks nothing of it."""
    # No functools.partial: Django names a callback that failed by its __qualname__, which a partial lacks.
    transaction.on_commit(lambda: signal.send(sender=sender, **news), robust=True)
