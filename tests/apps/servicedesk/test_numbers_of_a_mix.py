"""The numbers of a mix of tickets: as long as their lists, the same by every dimension, as a slow reading has them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise

import pytest
from django.apps import apps
from django.db import transaction

from kangwei.contracts.queries import all_contracts
from kangwei.servicedesk.enums import PauseReason
from kangwei.servicedesk.models import Ticket, TicketClock
from kangwei.servicedesk.numbers.definitions import NUMBERS, listed
from kangwei.servicedesk.numbers.figures import RATED, WORK
from kangwei.servicedesk.numbers.tallying import (
    DIMENSIONS,
    NONE,
    broken_down,
    counted,
    course,
    looked_at,
    narrowed,
    stretches,
)
from tests.apps.servicedesk.mixed import BORDERS, mixed, two_contracts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything")]
LATER = datetime(2027, 1, 10, tzinfo=UTC)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker):
    """The mix, made once for all tests of the module and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        mixed(two_contracts(BORDERS[0]))
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


def period_of(first: date, last: date, now: datetime = LATER):
    return looked_at(all_contracts(), first, last, now)


def total(period, name: str = "kind"):
    return broken_down(Ticket.objects.all(), DIMENSIONS[name], period).total


class TestDefinitions:
    def test_every_number_is_as_long_as_its_list_by_every_dimension(self):
        period = period_of(*NOVEMBER)
        met = set()
        for dimension in DIMENSIONS.values():
            for line in broken_down(Ticket.objects.all(), dimension, period).lines:
                rows = Ticket.objects.filter(dimension.where(line.word))
                for number in NUMBERS.values():
                    keys = list(listed(rows, number, period).values_list("pk", flat=True))
                    assert (len(keys), len(set(keys))) == (line[number.id],) * 2, (dimension.id, line.label, number.id)
                    met |= {number.id} if keys else set()
        # Clocks that the contracts do not have, and what chance did not bring about.
        never = {number.split("-")[0] for number in NUMBERS if number not in met and not number.endswith("-cut")}
        assert never <= {"arrival", "reply", "close", "response", "restore", "age"}

    def test_the_lines_of_every_dimension_add_up_to_the_same(self):
        period = period_of(*NOVEMBER)
        totals = [broken_down(Ticket.objects.all(), dimension, period).total for dimension in DIMENSIONS.values()]
        for number in NUMBERS:
            assert len({one[number] for one in totals}) == 1, number
        assert totals[0]["received"] > 10

    def test_what_is_counted_by_a_slow_and_obvious_reading(self):
        begin, end = BORDERS
        found = total(period_of(*NOVEMBER))

        def within(moment) -> bool:
            return moment is not None and begin <= moment < end

        rows = Ticket.objects.prefetch_related("events", "pauses", "clocks").select_related("rating")
        expected = Counter()
        for row in rows:
            expected["received"] += within(row.opened_at)
            expected["first-contact"] += within(row.opened_at) and row.first_contact and not row.reopened
            expected["solved"] += within(row.solved_at)
            expected["phone"] += within(row.solved_at) and row.solved_how == "phone"
            for state, name in (("closed", "closed"), ("handed_over", "handed-over"), ("cancelled", "cancelled")):
                expected[name] += within(row.closed_at) and row.state == state
            expected["reopened"] += any(event.action == "reopen" and within(event.at) for event in row.events.all())
            was_open = row.opened_at < end and (row.closed_at is None or row.closed_at >= end)
            expected["open"] += was_open
            expected["age-30"] += was_open and end - row.opened_at >= timedelta(days=30)
            late = [clock for clock in row.clocks.all() if clock.phase != "void" and within(clock.breached_at)]
            expected["breached"] += bool(late)
            for clock in row.clocks.all():
                expected[f"{clock.clock}-breached"] += clock in late
                stopped = [event.at for event in clock.events.all() if event.kind == "stop"]
                expected[f"{clock.clock}-met"] += bool(clock.met and within(stopped[-1]))
            if hasattr(row, "rating") and within(row.rating.rated_at):
                expected["rated"] += 1
                if row.contract.code == "small-2026":
                    expected["reached" if row.rating.score >= 9 else "missed"] += 1
            for reason in PauseReason:
                expected[f"waited-{reason}"] += any(
                    pause.reason == reason and pause.started_at < end and (pause.ended_at or end) > begin
                    for pause in row.pauses.all()
                )
        assert {name: found[name] for name in expected} == dict(expected)
        for name in ("first-contact", "phone", "handed-over", "cancelled", "reopened", "breached", "reached", "missed"):
            assert expected[name], f"the mix has no {name}"

    def test_an_average_is_on_the_contracts_scale(self):
        period = period_of(date(2026, 10, 1), date(2026, 12, 31))
        found = broken_down(Ticket.objects.all(), DIMENSIONS["contract"], period, RATED.groups)
        average = next(column for column in RATED.columns if column.label == "平均分")
        scores = [row.rating.score for row in Ticket.objects.filter(rating__isnull=False).select_related("rating")]
        assert average.value(found.total) == round(sum(scores) / len(scores), 2)
        other = next(line for line in found.lines if line.word == "other-2026")
        assert (other["reached"], other["missed"]) == (0, 0)
        assert other["rated"] > 0


class TestCourse:
    @pytest.mark.parametrize("last", [date(2026, 11, 30), date(2027, 5, 31), date(2028, 12, 31)])
    def test_the_parts_of_a_course_add_up(self, last):
        period = period_of(date(2026, 11, 1), last)
        told = [NUMBERS[name] for name in ("received", "solved", "closed", "response-breached")]
        _, parts = stretches(period.first, period.last)
        counts = course(Ticket.objects.all(), told, parts, period)
        found = total(period)
        assert [sum(row) for row in counts] == [found[number.id] for number in told]
        assert sum(counts[0]) > 0

    def test_the_longest_period_is_counted_in_one_query_a_number(self, django_assert_num_queries):
        period = period_of(date(2000, 1, 1), date(2099, 12, 31))
        _, parts = stretches(period.first, period.last)
        with django_assert_num_queries(2):
            counts = course(Ticket.objects.all(), [NUMBERS["received"], NUMBERS["breached"]], parts, period)
        assert sum(counts[0]) == Ticket.objects.count()


class TestScope:
    def test_a_person_counts_what_they_may_see_and_no_more(self, make_party, make_person):
        own = make_person("project_manager", party=make_party("试验乙方公司", "supplier"), username="own")
        other = make_person("project_manager", party=make_party("另一家公司", "supplier"), username="other")
        none = make_person("project_manager", party=make_party("第三家公司", "supplier"), username="none")
        reader = make_person("auditor")
        period = period_of(*NOVEMBER)
        found = {
            person.username: broken_down(counted(person), DIMENSIONS["contract"], period) for person in
            (own, other, none, reader)
        }  # fmt: skip
        assert [line.word for line in found["own"].lines] == ["small-2026"]
        assert [line.word for line in found["other"].lines] == ["other-2026"]
        assert found["none"].lines == ()
        assert {line.word for line in found["auditor"].lines} == {"small-2026", "other-2026"}
        both = found["own"].total["received"] + found["other"].total["received"]
        assert both == found["auditor"].total["received"] > 0

    def test_of_one_contract(self, make_person, make_party):
        reader = make_person("auditor")
        other = all_contracts().get(code="other-2026")
        assert set(counted(reader, other).values_list("contract__code", flat=True)) == {"other-2026"}
        stranger = make_person("engineer", party=make_party("第三家公司", "supplier"), username="none")
        assert not counted(stranger, other).exists()


class TestAddresses:
    def test_words_of_addresses_narrow_a_list(self):
        for dimension in DIMENSIONS.values():
            if dimension.id == "contract":
                continue
            found = broken_down(Ticket.objects.all(), dimension, period_of(*NOVEMBER), WORK.groups)
            for line in found.lines:
                rows = narrowed(Ticket.objects.all(), {dimension.id: line.word})
                assert listed(rows, NUMBERS["received"], period_of(*NOVEMBER)).count() == line["received"]
        assert narrowed(Ticket.objects.all(), {"kind": "nonsense", "system": "²"}).count() == Ticket.objects.count()
        assert narrowed(Ticket.objects.all(), {"system": NONE}).count() == Ticket.objects.filter(system=None).count()


class TestClocks:
    def test_what_is_stored_beside_the_events_is_what_they_say(self):
        """The decision and the pauses, read again from the events alone."""
        seen = set()
        for clock in TicketClock.objects.prefetch_related("events"):
            events = sorted(clock.events.all(), key=lambda event: event.pk)
            stood = sum(
                (after.at - one.at for one, after in pairwise(events) if one.kind == "pause"),
                timedelta(),
            )
            ended = events[-1].at if clock.phase in ("stopped", "void") else None
            assert (clock.decided_at, clock.paused) == (clock.breached_at or ended, stood)
            seen.add((clock.phase, bool(stood), clock.met))
        assert len(seen) > 5

    def test_clocks_from_before_are_filled_in_alike(self):
        """The migration that brought these columns, run once more over emptied ones."""
        rows = TicketClock.objects.order_by("pk").values_list("pk", "decided_at", "paused")
        before = list(rows)
        TicketClock.objects.update(decided_at=None, paused=timedelta())
        import_module("kangwei.servicedesk.migrations.0012_clock_decided_fill").fill(apps, None)
        assert list(rows.all()) == before
