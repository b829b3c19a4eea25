"""`{during: holidays}` and `{during: key-periods}`: for the length of each holiday or key period."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import model_validator

from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window
from .festivals import check_festivals, counts_as
from .form import CadenceForm, whole_days
from .named import numbered


class During(CadenceForm):
    """One window for each statutory break, or each key period that the buyer has named.

    `names` limits it to some: holidays by any usual name (五一, 国庆), key periods by exactly theirs. Years
    without a calendar have no holidays: ask `StatutoryCalendar.is_estimated` for the term, and generate again
    later.
    """

    key: ClassVar[str] = "during"

    during: Literal["holidays", "key-periods"]
    names: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_names(self) -> "During":
        if self.during == "holidays":
            check_festivals(self.names)
        return self

    @property
    def label(self) -> str:
        """法定节假日期间, 重点保障期间, 春节、国庆节期间."""
        every = "法定节假日" if self.during == "holidays" else "重点保障"
        return f"{'、'.join(self.names) or every}期间"

    def windows(self, term: Term, calendar: StatutoryCalendar, key_periods: Sequence[KeyPeriod] = ()) -> list[Window]:
        """The holidays or key periods that touch the term, cut to it."""
        if self.during == "key-periods":
            return self._key_periods(term, key_periods)
        runs = [run for run in calendar.holidays(term.first, term.last) if counts_as(run, self.names)]
        return [
            whole_days(key, days, f"{run.last.year}年{run.name}", nth=nth, estimated=run.estimated)
            for run, key, nth in numbered(runs)
            if (days := term.clip(run.first, run.last))
        ]

    def _key_periods(self, term: Term, key_periods: Sequence[KeyPeriod]) -> list[Window]:
        wanted = [period for period in key_periods if not self.names or period.name in self.names]
        wanted.sort(key=lambda period: (period.first, period.last, period.name))
        return [
            whole_days(key, days, period.name, nth=nth)
            for period, key, nth in numbered(wanted)
            if (days := term.clip(period.first, period.last))
        ]
