"""`{rotate: {over: districts, batch: 2, every: month}}`: members of a group, some in each period."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window
from .form import CadenceForm
from .periodic import Periodic
from .periods import EVERY_LABELS, Every


class Turn(BaseModel):
    """Which group takes turns, how many members at a time, and how often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    over: str = Field(min_length=1)
    batch: int = Field(strict=True, ge=1)
    every: Every


class Rotation(CadenceForm):
    """One window a period; its batch is the next `batch` members of the group."""

    key: ClassVar[str] = "rotate"

    rotate: Turn

    @property
    def label(self) -> str:
        """每月2个轮转."""
        return f"{EVERY_LABELS[self.rotate.every]}{self.rotate.batch}个轮转"

    def windows(self, term: Term, calendar: StatutoryCalendar, key_periods: Sequence[KeyPeriod] = ()) -> list[Window]:
        """The periods of `every`, as if something were owed once in each."""
        return Periodic(every=self.rotate.every).windows(term, calendar, key_periods)

    def batch_of(self, index: int, members: Sequence[str]) -> list[str]:
        """The members whose turn comes in the window at an index (from 0) of `windows`.

        They follow each other in the order given, and after the last begins the first; nobody comes twice in
        one window. An empty group gives an empty batch.
        """
        size = min(self.rotate.batch, len(members))
        begin = index * self.rotate.batch
        return [members[(begin + offset) % len(members)] for offset in range(size)]
