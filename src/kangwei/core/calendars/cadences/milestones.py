"""`{by: {midterm: 40, end: 100}}`: so much of a quantity done by a point of the term."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window, split
from .form import CadenceForm, whole_days

Milestone = Literal["midterm", "end"]

_LABELS: dict[Milestone, str] = {"midterm": "中期", "end": "期末"}


class Milestones(CadenceForm):
    """Shares of the whole quantity, in percent, owed by the middle and by the end of the term."""

    key: ClassVar[str] = "by"

    by: dict[Milestone, Annotated[int, Field(strict=True, ge=1, le=100)]] = Field(min_length=1)

    @field_validator("by")
    @classmethod
    def _in_order(cls, by: dict[Milestone, int]) -> dict[Milestone, int]:
        if by.get("midterm", 0) > by.get("end", 100):
            raise ValueError("中期的比例不能高于期末")
        return {name: by[name] for name in _LABELS if name in by}

    @property
    def share(self) -> dict[Milestone, int]:
        """Percent of the quantity owed by the end of each window, under the window's `period`."""
        return self.by

    @property
    def label(self) -> str:
        """中期完成40%、期末完成100%."""
        return "、".join(f"{_LABELS[name]}完成{percent}%" for name, percent in self.by.items())

    def windows(
        self,
        term: Term,
        calendar: StatutoryCalendar,  # noqa: ARG002 - one signature for all forms
        key_periods: Sequence[KeyPeriod] = (),  # noqa: ARG002 - one signature for all forms
    ) -> list[Window]:
        """Windows `midterm` and `end`, both from the first day of the term."""
        middle = split(term.first, term.last, 2)[0][1]
        lasts = {"midterm": middle, "end": term.last}
        return [
            whole_days(name, (term.first, lasts[name]), f"{_LABELS[name]}（{percent}%）", nth=nth)
            for nth, (name, percent) in enumerate(self.by.items(), 1)
        ]
