"""What all cadence forms share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from ..instants import day_end, day_start
from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window


class CadenceForm(BaseModel, ABC):
    """One way in which a contract says how often something is owed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: ClassVar[str]
    """The key of the contract file by which the form is told."""

    scheduled: ClassVar[bool] = True
    """False for work that an event calls for, which has no windows."""

    @property
    @abstractmethod
    def label(self) -> str:
        """The cadence in Chinese, for example 每月1次."""

    @abstractmethod
    def windows(self, term: Term, calendar: StatutoryCalendar, key_periods: Sequence[KeyPeriod] = ()) -> list[Window]:
        """Every window of the term, in order; the same answer for the same arguments, each `period` once."""


def whole_days(period: str, days: tuple[date, date], label: str, *, nth: int = 1, estimated: bool = False) -> Window:
    """A window from local midnight of the first day to the last second of the last."""
    first, last = days
    return Window(period, first, last, day_start(first), day_end(last), label, estimated, nth)
