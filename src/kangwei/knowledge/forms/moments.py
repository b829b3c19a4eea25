"""Moments that a form carries along, so that nobody writes over or judges what he has not seen."""

from datetime import UTC, datetime

LONG_PAST = datetime(1, 1, 1, tzinfo=UTC)


def moment_in(text: str) -> datetime:
    """The moment as a page wrote it; LONG_PAST for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return LONG_PAST
    return found if found.tzinfo else LONG_PAST
