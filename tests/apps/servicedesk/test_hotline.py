"""Orders of the 12345 line: entering them, the line's verdicts, the rates against a slow count."""

import random
from datetime import date
from fractions import Fraction

import pytest

from kangwei.accounts.actions import create_person, grant_role
from kangwei.accounts.enums import Role
from kangwei.accounts.queries import people
from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.contracts.queries import contracts
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, Demand, TicketKind
from kangwei.servicedesk.models import HotlineOrder, HotlineWeights, Ticket, TicketClock
from kangwei.servicedesk.queries.hotline_rates import (
    CLOCKS,
    PARTS,
    VERDICTS,
    cut_off,
    orders,
    received_between,
    search_orders,
    standings,
)
from tests.apps.assets.at_once import at_once
from tests.apps.servicedesk.conftest import SYSTEM, shanghai
from tests.factories.contracts import load_small

CITE = "small-2026.txt:60"
MEASURES = [
    {"id": f"hotline-{metric}", "name": f"接诉即办 {metric}", "metric": metric, "kind": "complaint", "op": ">=",
     "value": value, "unit": "%", "over": "year", "cite": CITE}
    for metric, value in (("response-rate", 100), ("solved-rate", 95), ("satisfied-rate", 50), ("composite-score", 90))
]  # fmt: skip
LEVELS = [
    {"id": "reply", "clock": "reply", "limit": "2h", "when": {"kind": "complaint"}, "cite": CITE},
    {"id": "close", "clock": "close", "limit": "24h", "when": {"kind": "complaint"}, "cite": CITE},
]


@pytest.fixture
def contract(now):
    """A contract that measures the line's orders by rates and clocks."""
    return load_small(
        now, service_levels=LEVELS, measures=MEASURES,
        scope={"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
    )  # fmt: skip


@pytest.fixture
def enter(contract, now):
    """`enter("BJ-1")`: an order of the line, received `now`."""

    def make(number="BJ-1", **values):
        given = {
            "order_number": number, "demand": Demand.HELP, "contract": contract, "title": "挂不上号", "actor": SYSTEM,
            "now": now,
        }  # fmt: skip
        return actions.open_order(**(given | values))

    return make


def judge(ticket, now, responded=True, solved=True, satisfied=True, **more):
    return actions.set_verdict(
        order=ticket.hotline, responded=responded, solved=solved, satisfied=satisfied, now=now,
        actor=more.pop("actor", None) or managing(ticket.contract.buyer, now), **more,
    )  # fmt: skip


def managing(party, now):
    """Somebody who manages tickets for a buyer."""
    username = f"judge{party.pk}"
    if (known := people().filter(username=username).first()) is None:
        known, _ = create_person(username=username, name="考评人", party=party, actor=SYSTEM, now=now)
        grant_role(person=known, role=Role.BUYER_MANAGER, actor=SYSTEM, now=now)
    return known


@pytest.mark.django_db
class TestEntering:
    def test_an_order_is_a_complaint_with_the_clocks_of_the_contract(self, enter, now):
        ticket = enter("ｂｊ 1", text="三天了", address="百泉街道", received_at=shanghai("11-20 09:30"))
        assert (ticket.kind, ticket.channel) == (TicketKind.COMPLAINT, Channel.HOTLINE)
        assert ticket.occurred_at == shanghai("11-20 09:30")
        assert ticket.hotline.order_number == "BJ1"
        assert ticket.description == "三天了\n地址：百泉街道\n12345 单号：BJ1"
        assert {clock.clock: clock.due_at for clock in ticket.clocks.all()} == {
            "reply": shanghai("11-20 12:00"), "close": shanghai("11-21 10:00"),
        }  # fmt: skip
        assert audit.latest("ticket", ticket.number).action == "servicedesk.open_order"

    def test_clocks_count_from_what_the_contract_says(self, enter, now):
        late = load_small(now, id="late-2026", service_levels=[LEVELS[0] | {"counts_from": "occurred"}])
        ticket = enter(contract=late, received_at=shanghai("11-20 09:30"))
        assert ticket.clocks.get().due_at == shanghai("11-20 11:30")

    def test_a_number_is_entered_once_and_the_ticket_that_has_it_is_named(self, enter):
        first = enter("BJ-1")
        with pytest.raises(ActionError, match=f"已登记在工单 {first.number}") as refused:
            enter(" bj-1 ")
        assert refused.value.field == "order_number"
        assert enter("BJ-2").number != first.number
        assert Ticket.objects.count() == 2

    def test_another_supplier_is_not_told_which_ticket_has_it(self, enter, now):
        first = enter("BJ-1")
        theirs = load_small(now, id="theirs-2026", supplier="别家公司")
        with pytest.raises(ActionError, match="已登记在别的合同") as refused:
            enter("BJ-1", contract=theirs)
        assert first.number not in str(refused.value)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"number": " "}, "order_number"), ({"title": " "}, "title"),
            ({"received_at": shanghai("11-20 10:01")}, "received_at"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(self, enter, values, field):
        with pytest.raises(ActionError) as refused:
            enter(**values)
        assert refused.value.field == field
        assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_number_at_once_one_does(enter):
    refused = at_once(lambda place: enter("BJ-1", address=place), list("甲乙丙丁"))
    assert len(refused) == 3 and all("已登记在工单 GD-" in text for text in refused)
    assert (Ticket.objects.count(), HotlineOrder.objects.count()) == (1, 1)
    assert audit.verify()[1] is None


@pytest.mark.django_db
class TestVerdict:
    def test_it_is_kept_with_its_history(self, enter, now):
        ticket = enter()
        judge(ticket, now, satisfied=None)
        judge(ticket, now, satisfied=False, reason="")
        order = HotlineOrder.objects.get()
        assert (order.responded, order.solved, order.satisfied, order.assessed_at) == (True, True, False, now)
        entry = audit.latest("ticket", ticket.number)
        assert entry.data["before"] == {"responded": True, "solved": True, "satisfied": None}
        assert entry.data["after"] == {"responded": True, "solved": True, "satisfied": False}
        assert ticket.events.filter(action="verdict").last().text == "满意：未考评或不计入 → 否"

    def test_a_correction_wants_a_reason(self, enter, now):
        ticket = enter()
        judge(ticket, now)
        with pytest.raises(ActionError, match="请写明理由") as refused:
            judge(ticket, now, solved=None)
        assert refused.value.field == "reason"
        judge(ticket, now, solved=None, reason="12345 核减")
        assert HotlineOrder.objects.get().solved is None
        assert "12345 核减" in ticket.events.filter(action="verdict").last().text

    def test_it_is_the_buyers_to_enter_and_no_suppliers(self, enter, supplier, make_person, now):
        ticket = enter()
        for actor in (make_person("project_manager", party=supplier), SYSTEM):
            with pytest.raises(ActionError, match="由甲方或平台的负责人登记"):
                judge(ticket, now, actor=actor)
        assert HotlineOrder.objects.get().assessed_at is None
        for satisfied, party in ((None, ticket.contract.buyer), (True, None)):
            judge(
                ticket, now, satisfied=satisfied, actor=make_person("buyer_manager", party=party, username=f"m{party}")
            )
        assert HotlineOrder.objects.get().satisfied is True

    def test_the_same_again_changes_nothing(self, enter, now):
        ticket = enter()
        judge(ticket, now)
        entries = audit.entries().count()
        judge(ticket, now)
        assert audit.entries().count() == entries


def weigh(contract, now, weights=(20, 40, 40), basis="考评办法"):
    responded, solved, satisfied = weights
    return actions.set_weights(
        contract=contract, responded=responded, solved=solved, satisfied=satisfied, basis=basis, actor=SYSTEM, now=now
    )


@pytest.mark.django_db
class TestWeights:
    def test_they_are_set_and_changed(self, contract, now):
        weigh(contract, now)
        weigh(contract, now, (30, 40, 30))
        row = HotlineWeights.objects.get()
        assert (row.responded, row.solved, row.satisfied, row.basis) == (30, 40, 30, "考评办法")
        assert audit.latest("contract", contract.code).data["before"]["responded"] == 20

    @pytest.mark.parametrize(
        ("weights", "basis", "field"),
        [((20, 40, 41), "考评办法", "satisfied"), ((-1, 51, 50), "x", "responded"), ((20, 40, 40), " ", "basis")],
    )
    def test_what_does_not_add_up_is_refused(self, contract, now, weights, basis, field):
        with pytest.raises(ActionError) as refused:
            weigh(contract, now, weights, basis)
        assert refused.value.field == field
        assert not HotlineWeights.objects.exists()


@pytest.fixture
def everybody(make_person):
    return make_person("auditor", username="reads-all")


def month(person):
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    return standings(person, received_between(orders(person), first, last), first, last)


@pytest.mark.django_db
class TestRates:
    def test_against_a_slow_count(self, enter, everybody, contract, now):
        other = load_small(now, id="other-2026", measures=MEASURES[:1], service_levels=LEVELS[:1])
        chance = random.Random(12345)
        for number in range(24):
            ticket = enter(str(number), contract=chance.choice([contract, other]))
            judge(ticket, now, *(chance.choice([True, False, None]) for _ in VERDICTS))
            clock = TicketClock.objects.filter(ticket=ticket)
            clock.update(met=chance.choice([True, False, None]), phase=chance.choice(["stopped", "void"]))
        shown = {row.contract.code: row for row in month(everybody)}
        for code in ("small-2026", "other-2026"):
            mine = [order for order in HotlineOrder.objects.all() if order.ticket.contract.code == code]
            assert shown[code].total == len(mine)
            for figure in shown[code].verdicts:
                said = [value for order in mine if (value := getattr(order, figure.share.id)) is not None]
                assert (figure.met, figure.counted) == (said.count(True), len(said))
            for figure in shown[code].clocks:
                name = figure.share.id.removeprefix("clock-")
                measured = [
                    clock.met for order in mine for clock in order.ticket.clocks.all()
                    if clock.clock == name and clock.phase != "void" and clock.met is not None
                ]  # fmt: skip
                assert (figure.met, figure.counted) == (measured.count(True), len(measured))

    def test_every_figure_is_as_long_as_its_list(self, enter, everybody, now):
        chance = random.Random(7)
        for number in range(12):
            judge(enter(str(number)), now, *(chance.choice([True, False, None]) for _ in VERDICTS))
        TicketClock.objects.filter(clock="reply").update(met=True)
        [row] = month(everybody)
        for figure in (*row.verdicts, *row.clocks):
            for part, number in (("met", figure.met), ("counted", figure.counted)):
                assert orders(everybody).filter(PARTS[f"{figure.share.id}-{part}"][1]).count() == number
            unmet = orders(everybody).filter(PARTS[f"{figure.share.id}-unmet"][1]).count()
            assert unmet == figure.counted - figure.met
        parts = [orders(everybody).filter(PARTS[name][1]).count() for name in ("assessed", "unassessed")]
        assert sum(parts) == row.total == 12

    def test_our_own_clocks_are_no_verdict_of_the_line(self, enter, everybody, now):
        ticket = enter()
        actions.take_step(ticket=ticket, step="reply", texts={"reply": "已回电"}, actor=SYSTEM, now=now)
        [row] = month(everybody)
        assert [(figure.met, figure.counted) for figure in row.verdicts] == [(0, 0)] * 3
        assert [(figure.share.label, figure.met, figure.counted) for figure in row.clocks] == [
            ("答复按时率", 1, 1), ("办结按时率", 0, 0),
        ]  # fmt: skip

    def test_a_month_begins_in_shanghai(self, enter, everybody):
        enter("1", received_at=shanghai("10-31 23:59"))
        enter("2", received_at=shanghai("11-01 00:00"))
        [row] = month(everybody)
        assert row.total == 1

    def test_a_measure_says_whether_it_is_reached(self, enter, everybody, now):
        for number in range(20):
            judge(enter(str(number)), now, True, number > 0, number > 10)
        [row] = month(everybody)
        assert [(figure.shown, figure.reached) for figure in row.verdicts] == [
            ("100%", True), ("95%", True), ("45%", False),
        ]  # fmt: skip
        assert row.verdicts[0].required == "≥ 100%"
        assert row.over == "按年"

    def test_nothing_counted_is_neither_reached_nor_missed(self, contract, everybody):
        [row] = month(everybody)
        assert [(figure.shown, figure.reached) for figure in row.verdicts] == [("", None)] * 3


@pytest.mark.django_db
class TestScore:
    def test_it_is_the_weighted_sum_of_the_rates(self, enter, everybody, contract, now):
        for number in range(3):
            judge(enter(str(number)), now, True, number > 0, True)
        weigh(contract, now)
        [row] = month(everybody)
        assert row.score.points == Fraction(20) + Fraction(200, 3) * 40 / 100 + 40
        assert (row.score.shown, row.score.reached) == ("86.66", False)

    def test_without_weights_there_is_none(self, enter, everybody, now):
        judge(enter(), now)
        [row] = month(everybody)
        assert (row.score.weights, row.score.points, row.score.reached) == (None, None, None)

    def test_nor_while_a_rate_that_counts_has_nothing_to_count(self, enter, everybody, contract, now):
        judge(enter(), now, satisfied=None)
        weigh(contract, now)
        assert month(everybody)[0].score.points is None
        weigh(contract, now, (50, 50, 0))
        assert month(everybody)[0].score.points == 100

    def test_it_is_out_of_the_full_marks_of_the_measure(self, enter, everybody, now):
        measures = [MEASURES[3] | {"of": 10, "value": 9}]
        other = load_small(now, id="other-2026", measures=measures)
        judge(enter(contract=other), now, True, True, False)
        weigh(other, now, (25, 25, 50))
        [row] = [row for row in month(everybody) if row.contract == other]
        assert row.score.points == 5

    @pytest.mark.parametrize(
        ("value", "shown"), [(Fraction(100), "100"), (Fraction(99999, 1000), "99.9"), (Fraction(965, 10), "96.5"),
                             (Fraction(0), "0"), (Fraction(1, 100), "0")]
    )  # fmt: skip
    def test_a_figure_never_passes_for_more_than_it_is(self, value, shown):
        assert cut_off(value, 1) == shown


@pytest.mark.django_db
class TestWhoSees:
    def test_orders_and_rates_of_ones_own_contracts(self, enter, now, make_person, supplier, make_party):
        ticket = enter()
        mine = make_person("engineer", party=supplier, username="mine")
        other = make_person("engineer", party=make_party("别家公司", "supplier"), username="other")
        assert (list(orders(mine)), len(month(mine))) == ([ticket], 1)
        assert (list(orders(other)), month(other)) == ([], [])
        assert contracts(mine).count() == 1

    def test_only_what_came_by_the_line_is_an_order(self, enter, open_ticket, everybody):
        open_ticket(kind=TicketKind.COMPLAINT)
        ticket = enter()
        assert list(orders(everybody)) == [ticket]

    @pytest.mark.parametrize(("text", "found"), [("j-1", True), ("挂不上", True), ("打不开", False), ("BJ-7", False)])
    def test_an_order_is_found_by_its_number_and_its_words(self, enter, everybody, text, found):
        ticket = enter("BJ-1")
        assert list(search_orders(orders(everybody), text)) == ([ticket] if found else [])


def test_there_is_a_part_for_every_share():
    assert {f"{share.id}-{part}" for share in (*VERDICTS, *CLOCKS) for part in ("met", "unmet", "counted")} < set(PARTS)
