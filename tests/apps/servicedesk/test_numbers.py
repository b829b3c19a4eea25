"""The numbers of the desk: what each counts, the borders of periods, what counting costs."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from kangwei.contracts.queries import all_contracts
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import PauseReason, SolvedHow
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.numbers.definitions import NUMBERS, listed
from kangwei.servicedesk.numbers.figures import TABLES
from kangwei.servicedesk.numbers.periods import PRESETS, chosen, preset
from kangwei.servicedesk.numbers.tallying import (
    DIMENSIONS,
    broken_down,
    looked_at,
    stretches,
)
from tests.apps.servicedesk.mixed import BORDERS, HOUR, SYSTEM, mixed, step, two_contracts
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
LATER = datetime(2027, 1, 10, tzinfo=UTC)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def period_of(first: date, last: date, now: datetime = LATER):
    return looked_at(all_contracts(), first, last, now)


def total(period, name: str = "kind"):
    return broken_down(Ticket.objects.all(), DIMENSIONS[name], period).total


class TestDefinitions:
    def test_a_breach_is_counted_in_its_month_and_never_again(self, open_ticket, contract):
        """Opened in the last hours of October, late in November, solved in December."""
        ticket = open_ticket(now=BORDERS[0] - HOUR / 4)
        actions.settle_due(now=BORDERS[0] + HOUR)
        step(ticket, "solve", BORDERS[1] + HOUR, solution="重启")
        months = [(date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in (10, 11)]
        months.append((date(2026, 12, 1), date(2026, 12, 31)))
        told = [total(period_of(*month)) for month in months]
        assert [one["response-breached"] for one in told] == [0, 1, 0]
        assert [one["response-met"] for one in told] == [0, 0, 0]
        assert [one["received"] for one in told] == [1, 0, 0]
        assert [one["solved"] for one in told] == [0, 0, 1]
        assert [one["open"] for one in told] == [1, 1, 1]

    def test_what_is_opened_again_is_solved_no_more_and_no_first_contact(self, contract, now):
        values = {"contract": contract, "kind": "incident", "title": "忘记口令", "channel": "phone", "actor": SYSTEM}
        from kangwei.servicedesk.enums import TicketKind

        ticket = actions.open_and_solve(
            **values | {"kind": TicketKind.INCIDENT}, solution="重置", solved_how=SolvedHow.PHONE, now=now
        )
        before = total(period_of(*NOVEMBER))
        assert (before["first-contact"], before["solved"], before["phone"]) == (1, 1, 1)
        step(ticket, "reopen", now + HOUR, reason="又忘了")
        after = total(period_of(*NOVEMBER))
        assert (after["first-contact"], after["solved"], after["phone"], after["reopened"]) == (0, 0, 0, 1)

    def test_a_limit_that_a_hand_over_cut_short_was_neither_kept_nor_missed(
        self, contract, open_ticket, make_person, now
    ):
        ticket = open_ticket()
        step(ticket, "respond", now)
        manager = make_person("buyer_manager", party=contract.buyer, username="manager")
        other = load_small(now, id="other-2026", supplier="另一家公司")
        actions.hand_over(ticket=ticket, contract=other, reason="另一家的系统", actor=manager, now=now + HOUR)
        found = total(period_of(*NOVEMBER))
        assert (found["response-met"], found["response-cut"]) == (1, 0)
        assert (found["resolve-met"], found["resolve-breached"], found["resolve-cut"]) == (0, 0, 1)
        assert (found["handed-over"], found["received"], found["open"]) == (1, 2, 1)
        rows = listed(Ticket.objects.all(), NUMBERS["resolve-cut"], period_of(*NOVEMBER))
        assert [row.pk for row in rows] == [ticket.pk]

    def test_time_that_a_clock_stood_and_time_that_was_waited(self, open_ticket, now):
        ticket = open_ticket(now=BORDERS[1] - 3 * HOUR)
        actions.pause(ticket=ticket, reason=PauseReason.PARTS, text="", actor=SYSTEM, now=BORDERS[1] - 2 * HOUR)
        actions.resume(ticket=ticket, text="", actor=SYSTEM, now=BORDERS[1] + HOUR)
        step(ticket, "solve", BORDERS[1] + 2 * HOUR, solution="更换")
        november, december = total(period_of(*NOVEMBER)), total(period_of(date(2026, 12, 1), date(2026, 12, 31)))
        assert (november["waited-parts-time"], december["waited-parts-time"]) == (2 * HOUR, HOUR)
        assert (november["waited-parts"], december["waited-parts"], november["waited-user"]) == (1, 1, 0)
        assert (november["resolve-paused"], december["resolve-paused"]) == (0, 1)
        assert december["resolve-paused-time"] == 3 * HOUR

    def test_age_is_told_at_the_end_or_now(self, open_ticket, now):
        open_ticket(now=now)
        two_days_later = now + timedelta(days=2)
        assert total(period_of(*NOVEMBER, two_days_later))["age-1"] == 1
        assert total(period_of(*NOVEMBER))["age-7"] == 1
        assert total(period_of(date(2026, 12, 1), date(2026, 12, 31)))["age-30"] == 1


class TestPeriods:
    """Friday 20 November 2026."""

    TODAY = date(2026, 11, 20)

    @pytest.mark.parametrize(
        ("name", "first", "last"),
        [
            ("today", "2026-11-20", "2026-11-20"), ("week", "2026-11-16", "2026-11-22"),
            ("month", "2026-11-01", "2026-11-30"), ("quarter", "2026-10-01", "2026-12-31"),
            ("last-month", "2026-10-01", "2026-10-31"),
        ],
    )  # fmt: skip
    def test_presets(self, name, first, last):
        found = preset(name, self.TODAY)
        assert (str(found.first), str(found.last)) == (first, last)
        assert chosen({"from": first, "to": last}, self.TODAY).preset == name
        assert set(PRESETS) >= {name}

    def test_the_month_before_january(self):
        assert preset("last-month", date(2027, 1, 31)).first == date(2026, 12, 1)

    @pytest.mark.parametrize(
        ("query", "fault"),
        [
            ({}, ""), ({"period": "nonsense"}, ""), ({"from": "2026-11-01"}, "起止两个日期"),
            ({"from": "x", "to": "2026-11-01"}, "起止两个日期"),
            ({"from": "0001-01-01", "to": "9999-12-31"}, "起止两个日期"),
            ({"from": "2026-11-02", "to": "2026-11-01"}, "晚于止日"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_this_month_and_says_so(self, query, fault):
        found = chosen(query, self.TODAY)
        assert (found.first, found.last) == NOVEMBER
        assert fault in found.fault
        assert bool(found.fault) == bool(fault)

    @pytest.mark.parametrize("edge", ["day", "week", "month", "quarter"])
    def test_a_period_begins_and_ends_at_midnight_in_shanghai(self, open_ticket, edge):
        first, last = {
            "day": (date(2026, 11, 20), date(2026, 11, 20)), "week": (date(2026, 11, 16), date(2026, 11, 22)),
            "month": NOVEMBER, "quarter": (date(2026, 10, 1), date(2026, 12, 31)),
        }[edge]  # fmt: skip
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - 8 * HOUR
        end = datetime(last.year, last.month, last.day, tzinfo=UTC) + 16 * HOUR
        second = timedelta(seconds=1)
        for at in (begin - second, begin, end - second):
            open_ticket(now=at)
        if edge != "quarter":  # the contract ends with the year
            open_ticket(now=end)
        assert total(period_of(first, last))["received"] == 2

    def test_a_course_is_told_in_parts_that_make_up_the_whole(self):
        for days in (1, 31, 62, 63, 400, 401, 3660, 3661):
            first = date(2026, 11, 1)
            last = first + timedelta(days=days - 1)
            unit, parts = stretches(first, last)
            assert (parts[0].first, parts[-1].last) == (first, last)
            assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(parts))
            assert unit == ("日" if days <= 62 else "周" if days <= 400 else "月" if days <= 3660 else "年")
            assert len(parts) <= 125


class TestCost:
    def test_a_query_a_group_however_many_tickets(self, now, django_assert_num_queries):
        contracts = two_contracts(now)
        period = period_of(*NOVEMBER)
        groups = sum(1 for _ in dict.fromkeys(number.group for number in NUMBERS.values()))
        mixed(contracts, count=3)
        with django_assert_num_queries(groups + 1):
            broken_down(Ticket.objects.all(), DIMENSIONS["contract"], period)
        mixed(contracts, first=3, count=9)
        with django_assert_num_queries(groups + 1):
            broken_down(Ticket.objects.all(), DIMENSIONS["contract"], period)


class TestClocksCopy:
    def test_a_clock_that_is_asked_for_no_more_is_void_from_then_on(self, open_ticket, system, now):
        visit = open_ticket(method="onsite", place="近郊")
        actions.change_facts(
            ticket=visit, values={"method": "remote"}, reason="电话可解决", actor=SYSTEM, now=now + HOUR
        )  # fmt: skip
        assert total(period_of(*NOVEMBER))["arrival-void"] == 1
        assert visit.clocks.get(clock="arrival").decided_at == now + HOUR


def test_every_table_names_numbers_that_exist_and_says_what_they_mean():
    for table in TABLES.values():
        for column in table.columns:
            assert column.number in NUMBERS
            assert column.meaning
