"""`{times: 52, per: term}`: a number owed over the term, in windows of equal length."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from ..statutory import StatutoryCalendar
from ..terms import KeyPeriod, Term, Window, split
from .form import CadenceForm, whole_days


class Quota(CadenceForm):
    """`times` windows of equal length over the term, or over each contract year of it: whole months where they go in.

    A contract year runs from the anniversary of the term's first day. Where the term ends within one, the
    windows are those of the whole year and what lies beyond the term is not owed.
    """

    key: ClassVar[str] = "per"

    times: int = Field(strict=True, ge=1, le=10_000)
    per: Literal["year", "term"]

    @property
    def label(self) -> str:
        """每年2次, 合同期内12次."""
        return f"{'每年' if self.per == 'year' else '合同期内'}{self.times}次"

    def windows(
        self,
        term: Term,
        calendar: StatutoryCalendar,  # noqa: ARG002 - one signature for all forms
        key_periods: Sequence[KeyPeriod] = (),  # noqa: ARG002 - one signature for all forms
    ) -> list[Window]:
        """Windows `term#k`, or `year1#k` for the first contract year and so on."""
        if self.per == "term":
            spans = [("term", "", (term.first, term.last))]
        else:
            spans = [(f"year{year}", f"第{year}年 ", days) for year, days in enumerate(term.years(), 1)]
        return [
            whole_days(f"{key}#{nth}", days, f"{label}第{nth}次", nth=nth)
            for key, label, (first, last) in spans
            for nth, part in enumerate(split(first, last, self.times), 1)
            if (days := term.clip(*part))
        ]
