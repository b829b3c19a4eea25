"""Who is told of what: a ticket that becomes somebody's, a limit that comes near or passes, what the caller did."""

from datetime import date, time, timedelta

import pytest
import time_machine

from kangwei.accounts.models import Notice
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions import following
from kangwei.servicedesk.queries import escalating
from kangwei.servicedesk.signals import ReachedShare, clocks_reached, ticket_assigned
from tests.apps.servicedesk.conftest import LEVELS, SYSTEM, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
CALLER = type(SYSTEM)("报告人 王护士")


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def people(contract, supplier, make_party, make_person):
    """Everybody who might be told: of the supplier, the buyer, the platform, and of a supplier without the contract."""
    stranger = make_party("别家公司", "supplier")
    made = {
        "day": make_person("engineer", party=supplier, username="day"),
        "night": make_person("engineer", party=supplier, username="night"),
        "engineer": make_person("engineer", party=supplier, username="engineer"),
        "project_manager": make_person("project_manager", party=supplier, username="project_manager"),
        "buyer_manager": make_person("buyer_manager", party=contract.buyer, username="buyer_manager"),
    }
    make_person("buyer_manager", username="platform")
    make_person("engineer", "project_manager", party=stranger, username="stranger")
    return made


@pytest.fixture
def team(contract, people, now):
    """The first line: `day` is on duty from 8 to 20, `night` afterwards."""
    crew = [people["day"], people["night"]]
    team = actions.save_team(contract=contract, name="一线", members=crew, actor=SYSTEM, now=now)
    for person, hours in zip(crew, ((time(8), time(20)), (time(20), time(8))), strict=True):
        actions.add_shifts(
            team=team, person=person, first=TODAY, last=TODAY, weekdays=range(1, 8), from_time=hours[0],
            to_time=hours[1], actor=SYSTEM, now=now,
        )  # fmt: skip
    return team


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """`told(act)`: who was told what by it."""

    def after(act):
        before = set(Notice.objects.values_list("pk", flat=True))
        with django_capture_on_commit_callbacks(execute=True):
            act()
        fresh = Notice.objects.exclude(pk__in=before)
        return {notice.person.username: notice.text for notice in fresh.select_related("person")}

    return after


@pytest.fixture
def assigned(told, open_ticket, now):
    """`assigned(assignee=…, team=…)`: who is told when a ticket is given to them."""

    def give(*, assignee=None, team=None, actor=SYSTEM, ticket=None):
        ticket = ticket or open_ticket()
        return told(lambda: actions.assign(ticket=ticket, assignee=assignee, team=team, text="", actor=actor, now=now))

    return give


class TestAssigned:
    def test_somebody_is_told_what_became_theirs(self, assigned, people, open_ticket):
        ticket = open_ticket()
        assert assigned(ticket=ticket, assignee=people["engineer"]) == {
            "engineer": "GD-202611-000001 派给您：门诊系统打不开"
        }
        notice = Notice.objects.get()
        assert (notice.link, notice.urgent, notice.read_at) == (url("detail", ticket.pk), False, None)

    def test_of_a_team_who_is_on_duty(self, assigned, team):
        assert assigned(team=team) == {"day": "GD-202611-000001 派给「一线」：门诊系统打不开"}

    def test_of_a_team_with_nobody_on_duty_all(self, assigned, team, _frozen, now):
        _frozen.shift(timedelta(days=2))
        assert set(assigned(team=team)) == {"day", "night"}

    def test_of_a_team_and_somebody_only_the_latter(self, assigned, team, people):
        assert set(assigned(team=team, assignee=people["night"])) == {"night"}

    def test_nobody_is_told_of_what_they_took_themselves(self, assigned, people):
        assert assigned(assignee=people["engineer"], actor=people["engineer"]) == {}

    def test_whoever_gets_it_back_is_told_again(self, assigned, people, open_ticket):
        ticket = open_ticket()
        for name in ("engineer", "day", "engineer"):
            assert set(assigned(ticket=ticket, assignee=people[name])) == {name}
            ticket.refresh_from_db()

    def test_the_same_news_again_tells_nobody_twice(self, told, open_ticket, people, now):
        ticket = actions.assign(ticket=open_ticket(), assignee=people["day"], text="", actor=SYSTEM, now=now)
        send = lambda: ticket_assigned.send(sender=None, ticket_id=ticket.pk, event_id=7, by=None)  # noqa: E731
        assert set(told(send)) == {"day"}
        assert told(send) == {}


class TestLimits:
    """A response within 30 minutes, opened at 10:00."""

    @pytest.fixture
    def after(self, told, _frozen, now):
        """`after(minutes=23)`: who is told when the worker, a second later, settles what was due by then."""

        def settle(**span):
            moment = now + timedelta(**span) + timedelta(seconds=1)
            _frozen.move_to(moment)
            return told(lambda: actions.settle_due(now=moment))

        return settle

    def test_half_of_it_is_nobodys_news(self, after, open_ticket, people, team):
        open_ticket()
        assert after(minutes=15) == {}

    def test_three_quarters_are_told_to_whoever_has_it(self, after, open_ticket, people, now):
        actions.assign(ticket=open_ticket(), assignee=people["engineer"], text="", actor=SYSTEM, now=now)
        after(minutes=15)
        assert after(minutes=23) == {
            "engineer": "GD-202611-000001 响应已用去时限的 75%，截止 11-20 10:30：门诊系统打不开"
        }
        assert after(minutes=24) == {}

    def test_a_team_on_duty_where_nobody_has_taken_it(self, after, open_ticket, team, now):
        actions.assign(ticket=open_ticket(), assignee=None, team=team, text="", actor=SYSTEM, now=now)
        after(minutes=15)
        assert set(after(minutes=23)) == {"day"}

    def test_one_that_was_given_to_nobody_goes_to_who_is_on_duty_for_the_contract(self, after, open_ticket, team):
        open_ticket()
        after(minutes=15)
        assert set(after(minutes=23)) == {"day"}

    def test_and_to_the_suppliers_managers_where_nobody_is(self, after, open_ticket, people):
        open_ticket()
        after(minutes=15)
        assert set(after(minutes=23)) == {"project_manager"}

    def test_its_passing_is_told_to_the_managers_of_both_parties_as_well(self, after, open_ticket, people, now):
        actions.assign(ticket=open_ticket(), assignee=people["engineer"], text="", actor=SYSTEM, now=now)
        for minutes in (15, 23):
            after(minutes=minutes)
        found = after(minutes=30)
        assert set(found) == {"engineer", "project_manager", "buyer_manager"}
        assert found["buyer_manager"] == "GD-202611-000001 响应超时（截止 11-20 10:30）：门诊系统打不开"
        assert Notice.objects.filter(urgent=True).count() == 3
        assert not Notice.objects.filter(person__username__in=["stranger", "platform", "night"]).exists()

    def test_the_severity_that_a_breach_brings_is_named(self, after, open_ticket, people):
        open_ticket(method="onsite", place="近郊")
        for hours in (2, 3, 4):
            found = after(hours=hours)
        assert found["project_manager"] == (
            "GD-202611-000001 到场超时（截止 11-20 14:00），级别升为重大：门诊系统打不开"
        )

    def test_the_same_share_of_another_limit_is_other_news(self, told, open_ticket, people, now):
        clock = open_ticket().clocks.get(clock="response")

        def send(due):
            return lambda: clocks_reached.send(sender=None, reached=[ReachedShare(clock.pk, 100, due, "")])

        assert set(told(send(now))) == {"project_manager", "buyer_manager"}
        assert told(send(now)) == {}
        assert set(told(send(now + timedelta(hours=1)))) == {"project_manager", "buyer_manager"}

    @pytest.mark.django_db(transaction=True)
    def test_a_receiver_that_fails_does_not_break_what_happened(self, open_ticket, people, monkeypatch, now):
        def fail(*args, **kwargs):
            raise RuntimeError("down")

        monkeypatch.setattr("kangwei.servicedesk.receivers.Escalation.told_at", fail)
        ticket = open_ticket()
        actions.settle_due(now=now + timedelta(minutes=31))
        ticket.refresh_from_db()
        assert ticket.breached == 1
        assert not Notice.objects.exists()

    def test_every_share_that_clocks_tell_of_has_its_audience(self):
        from kangwei.servicedesk.actions.clocks import SHARES

        assert set(escalating.TOLD_AT) == set(SHARES)


class TestCallers:
    @pytest.fixture
    def ticket(self, open_ticket, people, now):
        return actions.assign(ticket=open_ticket(), assignee=people["engineer"], text="", actor=SYSTEM, now=now)

    def test_what_the_caller_says_is_told_to_whoever_has_it(self, told, ticket, now):
        say = lambda text: told(lambda: following.answer(ticket=ticket, text=text, actor=CALLER, now=now))  # noqa: E731
        assert say("还是不行") == {"engineer": "GD-202611-000001 报告人补充了说明：门诊系统打不开"}
        assert set(say("现在好了")) == {"engineer"}

    def test_a_reopening_and_a_rating_are_named(self, told, ticket, now):
        actions.take_step(ticket=ticket, step="solve", texts={"solution": "重启"}, actor=SYSTEM, now=now)
        rated = told(lambda: following.rate(ticket=ticket, score=3, comment="慢", actor=CALLER, now=now))
        assert rated == {"engineer": "GD-202611-000001 报告人作了评价：门诊系统打不开"}
        reopened = told(lambda: following.reopen(ticket=ticket, reason="又坏了", actor=CALLER, now=now))
        assert reopened == {"engineer": "GD-202611-000001 报告人重新打开了工单：门诊系统打不开"}

    def test_a_complaint_is_told_once_and_is_urgent(self, told, ticket, now):
        complain = lambda: following.complain(ticket=ticket, text="没人管", actor=CALLER, now=now)  # noqa: E731
        assert "GD-202611-000002 报告人投诉：投诉：门诊系统打不开" in told(complain).values()
        assert Notice.objects.filter(urgent=True).count() == 1
        assert told(complain) == {}


def test_the_managers_who_get_a_ticket_handed_over_are_told(told, open_ticket, people, make_party, make_person, now):
    theirs = make_person("project_manager", party=make_party("另一乙方公司", "supplier"), username="theirs")
    other = load_small(
        now, supplier="另一乙方公司", id="other-2026", title="另一份合同", service_levels=LEVELS[:1],
        calendars={"working": "Mon-Fri 09:00-18:00"},
    )  # fmt: skip
    ticket = open_ticket()
    found = told(
        lambda: actions.hand_over(ticket=ticket, contract=other, reason="派错", actor=people["buyer_manager"], now=now)
    )
    assert found == {theirs.username: "GD-202611-000002 移交到本合同，尚未派单：门诊系统打不开"}
    assert Notice.objects.get().link == url("detail", ticket.followers.get().pk)
