"""`{before: holidays, days: 3}`: in the days before each holiday."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window
from .festivals import check_festivals, counts_as
from .form import CadenceForm, whole_days
from .named import numbered


class Before(CadenceForm):
    """One window of so many days before each statutory break, or before those with one of the names."""

    key: ClassVar[str] = "before"

    before: Literal["holidays"]
    names: tuple[str, ...] = ()
    days: int = Field(default=7, strict=True, ge=1, le=31)

    @field_validator("names")
    @classmethod
    def _known_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        check_festivals(names)
        return names

    @property
    def label(self) -> str:
        """法定节假日前7天内."""
        return f"{'、'.join(self.names) or '法定节假日'}前{self.days}天内"

    def windows(
        self,
        term: Term,
        calendar: StatutoryCalendar,
        key_periods: Sequence[KeyPeriod] = (),  # noqa: ARG002 - one signature for all forms
    ) -> list[Window]:
        """The days before each break, cut to the term; the break itself may lie just after the term."""
        reach = timedelta(days=self.days)
        runs = calendar.holidays(term.first, term.last + reach)
        return [
            whole_days(key, days, f"{run.last.year}年{run.name}前", nth=nth, estimated=run.estimated)
            for run, key, nth in numbered([run for run in runs if counts_as(run, self.names)])
            if (days := term.clip(run.first - reach, run.first - timedelta(days=1)))
        ]
