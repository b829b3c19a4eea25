"""The practice desks: who is on duty, what comes in day by day, what is told of it at the end of the month."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from kangwei.assets.queries import systems_under
from kangwei.base.audit import Actor
from kangwei.contracts.levels import condition_words, measures_about, severities
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import bundled_calendar, day_end, day_start, local_day
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import DutyDays, TicketKind, Tier
from kangwei.servicedesk.numbers.month_reports import deliverables_of, month_of, occurrence_for
from kangwei.simulation.calls import institutions
from kangwei.simulation.cases import MINUTE
from kangwei.simulation.crew import Crew
from kangwei.simulation.lives import DAY, Life
from kangwei.simulation.story import LATEST, Fate, decide, dice_for, moment
from kangwei.simulation.work import Step

if TYPE_CHECKING:
    from kangwei.accounts.models import Institution
    from kangwei.contracts.models import Contract, Occurrence
    from kangwei.servicedesk.models import Team, Ticket

A_DAY, A_DAY_OFF = (70, 23, 5, 2), (92, 8)
"""How often none, one, two, three tickets come in on a working day, and on another."""
FIRST_CALL, LAST_CALL = timedelta(hours=8, minutes=30), timedelta(hours=19)
ROSTER_AHEAD, ROSTER_MOST = timedelta(days=30), timedelta(days=365)
WEEK = range(1, 8)


class Deadlines:
    """When the worker comes to the next deadline of every practice ticket: at the next full minute."""

    def __init__(self) -> None:
        self._next: list[tuple[datetime, int]] = []
        self._tickets: dict[int, tuple[datetime, Ticket]] = {}

    def watch(self, ticket: "Ticket") -> None:
        """Look up when the ticket's next deadline will be settled."""
        at = ticket.clocks.exclude(next_at=None).order_by("next_at").values_list("next_at", flat=True).first()
        self._tickets.pop(ticket.pk, None)
        if at:
            at = at.replace(second=0, microsecond=0) + MINUTE
            self._tickets[ticket.pk] = (at, ticket)
            heapq.heappush(self._next, (at, ticket.pk))

    def settle(self, until: datetime) -> None:
        """Settle what the worker comes to up to this moment, in order of time."""
        while self._next and self._next[0][0] <= until:
            at, pk = heapq.heappop(self._next)
            known = self._tickets.get(pk)
            # What was looked up before the ticket's last step does not hold any more.
            if known and known[0] == at:
                actions.settle_due(now=at)
                self.watch(known[1])


class Desk:
    """The desk of one contract; its steps are all drawn beforehand, as those of its other work are."""

    def __init__(self, contract: "Contract", crew: Crew, seed: int, now: datetime, deadlines: Deadlines) -> None:
        self.contract, self.crew, self.seed, self.deadlines = contract, crew, seed, deadlines
        self.until = min(now, day_end(contract.last_day))
        self.systems = list(systems_under([contract.code]))
        self.grades = severities(contract) or condition_words(contract, "severity")
        self.places, self.callers = condition_words(contract, "place"), condition_words(contract, "caller")
        self.escalates = Tier.SECOND in condition_words(contract, "tier")
        self.takes_orders = _takes_orders(contract)
        self.institutions: Sequence[Institution] = ()
        self.neighbours: Sequence[Desk] = ()
        self.team: Team

    def man(self, at: datetime) -> None:
        """Form the team: the engineer is on duty on working days, the project manager on all others."""
        people = (self.crew.engineer, self.crew.project_manager)
        self.team = actions.save_team(
            contract=self.contract, name="服务台", members=people, actor=self.crew.project_manager, now=at
        )
        for person, days in zip(people, (DutyDays.WORKING, DutyDays.OFF), strict=True):
            actions.add_shifts(
                team=self.team, person=person, first=local_day(at), last=self._roster_until(), weekdays=WEEK,
                from_time=time(8), to_time=time(20), days=days, actor=self.crew.project_manager, now=at,
            )  # fmt: skip

    def may_hand_to(self, other: "Desk") -> bool:
        """Whether the other is another desk of the same buyer, as long as this one is open."""
        return other is not self and other.contract.buyer_id == self.contract.buyer_id and other.until >= self.until

    def _roster_until(self) -> date:
        first = self.contract.first_day
        return min(self.contract.last_day, local_day(self.until + ROSTER_AHEAD), first + ROSTER_MOST)

    def steps(self) -> Iterator[Step]:
        """What is done at the desk, in no order."""
        number, day = 0, self.contract.first_day
        while day <= local_day(self.until):
            dice = dice_for(self.seed, self.contract.code, "calls", str(day))
            for _ in range(_how_many(dice.random(), day)):
                number += 1
                at = day_start(day) + timedelta(seconds=dice.randint(FIRST_CALL.seconds, LAST_CALL.seconds))
                yield from Life(self, number, at).steps()
            day += DAY
        for row in self.month_reports():
            yield from self._reporting(row)

    def month_reports(self) -> list["Occurrence"]:
        """The occurrences that ask for the month's report of the tickets, of the months that have begun."""
        name, _ = deliverables_of(self.contract)
        found, day = [], self.contract.first_day
        while name and day <= local_day(self.until):
            month = month_of(day)
            found.append(occurrence_for(self.contract, name, month))
            day = month.last + DAY
        return [row for row in found if row]

    def _reporting(self, row: "Occurrence") -> Iterator[Step]:
        """The report of a month, made in the afternoon of its last day, or late; some are never made."""
        dice = dice_for(self.seed, self.contract.code, row.key)
        fate = decide(dice, due=row.due_at, now=self.until, frequent=False)
        last = month_of(local_day(row.starts_at)).last
        at = day_start(last) + timedelta(hours=17, minutes=dice.randint(0, 50))
        if fate is Fate.LATE:
            at = moment(dice, row.due_at + DAY, row.due_at + LATEST)
        if fate is not Fate.MISSING and at <= self.until:
            yield Step(at, f"report|{row.key}", partial(self._report, last, at))

    def _report(self, month: date, at: datetime) -> None:
        actions.archive_month_report(
            contract=self.contract, month=month, deliverable="", actor=self.crew.project_manager, now=at
        )


def open_desks(desks: Sequence[Desk], *, actor: Actor, at: datetime, now: datetime) -> None:
    """Man the desks from the moment `at`; all serve the same practice institutions.

    Deadlines that other tickets have passed by `now` are settled first, so that the story dates none of them back.
    """
    actions.settle_due(now=now)
    served = institutions(actor=actor, now=at)
    for desk in desks:
        desk.institutions = served
        desk.neighbours = [other for other in desks if desk.may_hand_to(other)]
        desk.man(at)


def _how_many(roll: float, day: date) -> int:
    """How many tickets come in on a day."""
    shares = A_DAY if bundled_calendar().is_working_day(day) else A_DAY_OFF
    return next(number for number, share in enumerate(accumulate(shares)) if roll * sum(shares) < share)


def _takes_orders(contract: "Contract") -> bool:
    """Whether the contract measures orders of the 12345 line, by a clock or by a rate."""
    clocks = TicketKind.COMPLAINT in condition_words(contract, "kind")
    return clocks or bool(measures_about(all_contracts().filter(pk=contract.pk), TicketKind.COMPLAINT))
