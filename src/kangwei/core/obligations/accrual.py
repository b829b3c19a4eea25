"""How a duty stands: owed to date, done, late, waived, and the end of the term at the present pace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "done", "waived"]


@dataclass(frozen=True, slots=True)
class Standing:
    """One occurrence as accrual sees it; `done_at` is set where state is done."""

    due: datetime
    state: State
    done_at: datetime | None = None


@dataclass(frozen=True)
class Accrual:
    """Counts of occurrences at one moment.

    owed: due time over and not waived; done: done, whenever due; late: done after their due time; overdue: due time
    over and still open; forecast: done by the end of the term if the share of owed ones done so far holds and nothing
    overdue is made up (None before anything is owed).
    """

    total: int
    owed: int
    done: int
    late: int
    waived: int
    overdue: int
    forecast: int | None

    @property
    def shortfall(self) -> int | None:
        """How many the forecast leaves undone at the end of the term."""
        return None if self.forecast is None else self.total - self.waived - self.forecast


def accrue(standings: Iterable[Standing], now: datetime) -> Accrual:
    """Count occurrences at `now` (aware). What is due at `now` itself is still in time."""
    rows = list(standings)
    waived = sum(row.state == "waived" for row in rows)
    owed = [row for row in rows if row.state != "waived" and row.due < now]
    done = [row for row in rows if row.state == "done"]
    late = sum(row.done_at is not None and row.done_at > row.due for row in done)
    overdue = sum(row.state == "open" for row in owed)
    return Accrual(
        total=len(rows),
        owed=len(owed),
        done=len(done),
        late=late,
        waived=waived,
        overdue=overdue,
        forecast=_forecast(len(rows) - waived, len(owed), overdue, len(done)),
    )


def _forecast(total: int, owed: int, overdue: int, done: int) -> int | None:
    """What is done stays done; of the occurrences not yet due the share done so far is expected to be done."""
    if owed == 0:
        return None
    still_to_come = total - done - overdue
    return done + round(still_to_come * (owed - overdue) / owed)
