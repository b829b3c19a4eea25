"""Call-backs: drawing a sample that can be drawn again, taking down the calls, what they say."""

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import CallOutcome, RatedBy
from kangwei.servicedesk.models import CallBack, Rating, Ticket
from kangwei.servicedesk.queries.calling import RESULTS, call_backs, drawn_from, result_of
from tests.apps.assets.at_once import at_once
from tests.apps.servicedesk.conftest import SYSTEM, shanghai

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def closed(open_ticket, now):
    """`closed()`: a ticket that was solved and closed."""

    def make(at=None, **values):
        ticket = open_ticket(**({"phone": "13800000001", "caller": "张医生"} | values))
        for step, texts in (("solve", {"solution": "重启"}), ("close", {})):
            ticket = actions.take_step(ticket=ticket, step=step, texts=texts, actor=SYSTEM, now=at or now)
        return ticket

    return make


@pytest.fixture
def draw(contract, now):
    def make(**values):
        given = {"contract": contract, "first": FIRST, "last": LAST, "seed": 7, "actor": SYSTEM, "now": now}
        return actions.draw_sample(**(given | ({} if "share" in values else {"count": 1}) | values))

    return make


@pytest.fixture
def called(closed, draw):
    """A ticket that was drawn."""
    ticket = closed()
    draw()
    return ticket.call_back


@pytest.fixture
def everybody(make_person):
    return make_person("auditor", username="reads-all")


def call(call_back, now, outcome=CallOutcome.REACHED, **values):
    return actions.record_call(call_back=call_back, outcome=outcome, actor=SYSTEM, now=now, **values)


class TestChance:
    @given(st.sets(st.text(min_size=1, max_size=6), max_size=20), st.integers(0, 25), st.integers(0, 2**31))
    def test_a_seed_draws_the_same_whatever_the_order(self, numbers, count, seed):
        drawn = drawn_from(sorted(numbers), count, seed)
        assert drawn == drawn_from(sorted(numbers, reverse=True), count, seed)
        assert len(set(drawn)) == len(drawn) == min(count, len(numbers))
        assert set(drawn) <= numbers

    def test_anybody_can_draw_it_again(self):
        numbers = [f"GD-202611-{n:06}" for n in range(50)]
        by_hand = sorted(numbers, key=lambda number: hashlib.sha256(f"42:{number}".encode()).hexdigest())
        assert drawn_from(numbers, 5, 42) == by_hand[:5]

    def test_another_seed_draws_others_and_everybody_has_their_turn(self):
        numbers = [str(n) for n in range(10)]
        first = {drawn_from(numbers, 1, seed)[0] for seed in range(200)}
        assert first == set(numbers)


@pytest.mark.django_db
class TestDrawing:
    def test_the_audit_trail_holds_what_it_takes_to_draw_again(self, closed, draw, contract):
        numbers = {closed().number for _ in range(8)}
        drawn = draw(count=3, seed=99)
        data = audit.latest("contract", contract.code).data
        assert (data["seed"], data["tickets"], data["first"], data["last"]) == (99, 8, "2026-11-01", "2026-11-30")
        assert data["drawn"] == drawn_from(numbers, 3, 99) == [row.ticket.number for row in drawn]

    def test_nobody_is_drawn_twice(self, closed, draw):
        for _ in range(5):
            closed()
        assert [len(draw(count=3)), len(draw(count=3))] == [3, 2]
        assert CallBack.objects.values("ticket").distinct().count() == 5
        with pytest.raises(ActionError, match="没有可回访的已办结工单"):
            draw()

    @pytest.mark.parametrize(("share", "drawn"), [(100, 7), (50, 4), (1, 1)])
    def test_a_share_is_rounded_up(self, closed, draw, share, drawn):
        for _ in range(7):
            closed()
        assert len(draw(share=share)) == drawn

    def test_only_what_was_closed_on_these_days_in_shanghai_with_a_number_to_call(self, closed, draw, open_ticket, now):
        first = closed(at=shanghai("11-20 23:59"))
        closed(at=shanghai("11-21 00:00"))
        closed(at=shanghai("11-20 12:00"), phone="")
        open_ticket(phone="138")
        cancelled = open_ticket(phone="138")
        actions.take_step(ticket=cancelled, step="cancel", texts={"reason": "重复"}, actor=SYSTEM, now=now)
        day = date(2026, 11, 20)
        assert [row.ticket for row in draw(first=day, last=day, count=9)] == [first]
        assert audit.entries()[0].data["without_phone"] == 1
        with pytest.raises(ActionError, match="另有 1 张没有电话"):
            draw(first=day, last=day)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"count": None}, "count"), ({"count": 1, "share": 1}, "count"), ({"count": 0}, "count"),
            ({"share": 0}, "share"), ({"share": 101}, "share"), ({"first": LAST, "last": FIRST}, "last"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_drawn(self, closed, draw, values, field):
        closed()
        with pytest.raises(ActionError) as refused:
            draw(**values)
        assert refused.value.field == field
        assert not CallBack.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_draw_at_once_draw_nobody_twice(closed, draw):
    for _ in range(6):
        closed()
    assert at_once(lambda seed: draw(count=3, seed=seed), [1, 2]) == []
    assert CallBack.objects.count() == 6


@pytest.mark.django_db
class TestCalling:
    def test_an_answer_is_taken_down_with_the_rating(self, called, now):
        call(called, now, solved=True, score=9, text="很快")
        called.refresh_from_db()
        assert (called.outcome, called.solved, called.note, called.called_by) == ("reached", True, "很快", "测试")
        rating = Rating.objects.get()
        assert (rating.score, rating.of, rating.rated_by, rating.name) == (9, 10, RatedBy.CALL_BACK, "张医生")
        event = called.ticket.events.get(action="call_back")
        assert (event.text, event.public) == ("已回访，问题已解决，很快", False)

    def test_who_was_not_reached_is_called_again(self, called, now):
        call(called, now, CallOutcome.NOT_REACHED, text="无人接听")
        call(called, now + timedelta(hours=1), solved=True)
        called.refresh_from_db()
        assert (called.outcome, called.called_at) == ("reached", now + timedelta(hours=1))
        assert called.ticket.events.filter(action="call_back").count() == 2

    @pytest.mark.parametrize(
        ("outcome", "solved"), [(CallOutcome.REACHED, True), (CallOutcome.REFUSED, None)], ids=["reached", "refused"]
    )
    def test_who_answered_or_refused_is_not_called_again(self, called, now, outcome, solved):
        call(called, now, outcome, solved=solved)
        with pytest.raises(ActionError, match="不能再登记"):
            call(called, now, solved=False)

    @pytest.mark.parametrize(
        ("outcome", "values", "field"),
        [
            (CallOutcome.REACHED, {}, "solved"), (CallOutcome.NOT_REACHED, {"solved": True}, "outcome"),
            (CallOutcome.REFUSED, {"score": 9}, "outcome"),
            (CallOutcome.REACHED, {"solved": True, "score": 11}, "score"),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_refused_whole(self, called, now, outcome, values, field):
        with pytest.raises(ActionError) as refused:
            call(called, now, outcome, **values)
        assert refused.value.field == field
        called.refresh_from_db()
        assert (called.outcome, called.called_at) == ("", None)
        assert not called.ticket.events.filter(action="call_back").exists()
        assert not Rating.objects.exists()

    def test_a_ticket_that_has_a_rating_keeps_it(self, called, now):
        actions.rate(ticket=called.ticket, score=6, rated_by=RatedBy.LINK, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="已评价 6 分"):
            call(called, now, solved=True, score=9)
        call(called, now, solved=True)
        assert Rating.objects.get().score == 6

    def test_what_is_not_solved_can_be_taken_up_again(self, called, now):
        call(called, now, solved=False, text="又打不开")
        ticket = Ticket.objects.get()
        actions.take_step(ticket=ticket, step="reopen", texts={"reason": "回访未解决"}, actor=SYSTEM, now=now)
        assert Ticket.objects.get().reopened == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_down_a_call_at_once_one_does(called, now):
    refused = at_once(lambda score: call(called, now, solved=True, score=score), [7, 8])
    assert len(refused) == 1
    assert Rating.objects.count() == 1


@pytest.mark.django_db
class TestResult:
    def test_every_figure_is_as_long_as_its_list(self, closed, draw, everybody, now):
        for _ in range(6):
            closed()
        rows = draw(count=6)
        call(rows[0], now, solved=True, score=10)
        call(rows[1], now, solved=False, score=7)
        call(rows[2], now, CallOutcome.NOT_REACHED)
        call(rows[3], now, CallOutcome.REFUSED)
        actions.rate(ticket=rows[4].ticket, score=1, rated_by=RatedBy.LINK, actor=SYSTEM, now=now)
        found = call_backs(everybody)
        result = result_of(found)
        assert (result.total, result.average, result.of) == (6, 8.5, 10)
        assert result.parts == {
            "waiting": 3, "untried": 2, "not-reached": 1, "done": 3, "reached": 2, "refused": 1, "solved": 1,
            "unsolved": 1, "rated": 2,
        }  # fmt: skip
        assert {name: found.filter(RESULTS[name][1]).count() for name in RESULTS} == result.parts

    def test_without_calls_there_is_no_average(self, called, everybody):
        result = result_of(call_backs(everybody))
        assert (result.average, result.of) == (None, None)

    def test_call_backs_are_for_the_parties_of_the_contract(self, called, make_person, supplier, make_party):
        mine = make_person("engineer", party=supplier, username="mine")
        other = make_person("engineer", party=make_party("别家公司", "supplier"), username="other")
        assert (list(call_backs(mine)), list(call_backs(other))) == ([called], [])
