"""Practice tickets: of every kind, on the contract's clocks, the same for the same seed, apart from what is real."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.test import override_settings

from kangwei.accounts.queries import institutions
from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.models import AuditEntry
from kangwei.contracts.enums import OccurrenceState
from kangwei.contracts.queries import all_contracts
from kangwei.core.calendars import bundled_calendar, day_end, day_start
from kangwei.core.clocks import reading
from kangwei.documents.enums import Origin
from kangwei.documents.models import Document
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.models import Article, Use
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, DispatchState, FileRole, Phase, TicketKind, TicketState
from kangwei.servicedesk.intake.signing import drawn
from kangwei.servicedesk.models import Dispatch, HotlineOrder, Rating, Shift, Ticket, TicketClock, TicketEvent
from kangwei.servicedesk.queries import scale_of
from kangwei.servicedesk.queries.measuring import events_of, limit_and_window
from kangwei.simulation import lives
from kangwei.simulation.lives import in_office
from kangwei.simulation.replay import replay
from kangwei.simulation.story import dice_for
from kangwei.simulation.strokes import signature
from tests.apps.servicedesk.conftest import CITE, LEVELS
from tests.factories.contracts import load_small, small_contract_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
NOW = datetime(2026, 11, 6, 2, 0, tzinfo=UTC)
FIRST, HOUR, MINUTE = datetime(2026, 9, 30, 16, 0, tzinfo=UTC), timedelta(hours=1), timedelta(minutes=1)
REPORT = "全业务工单月度分析报告"
SEED = 3
CONTRACT = {
    "calendars": {"working": "Mon-Fri 09:00-18:00"},
    "severities": [{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
    "scope": {"systems": [{"name": "门诊系统", "category": "业务系统", "cite": CITE}]},
    "service_levels": [*LEVELS, {"id": "reply", "clock": "reply", "limit": "2h", "when": {"kind": "complaint"},
                                 "cite": CITE}],
    "measures": [{"id": "score", "name": "用户满意度", "metric": "satisfaction", "op": ">=", "value": 9, "of": 12,
                  "unit": "分", "cite": CITE}],
    "duties": [{"id": "report", "name": "工单分析报告", "activity": "report", "cadence": {"every": "month"},
                "produces": [REPORT], "cite": CITE}],
    "deliverables": [{"name": REPORT, "group": "运维过程文档", "cite": CITE}],
}  # fmt: skip


def texts() -> list[str]:
    """Two contracts of one buyer, the second of a single month."""
    short = {"start": date(2026, 1, 1), "months": 1, "cite": CITE}
    return [small_contract_text(**CONTRACT), small_contract_text(**CONTRACT, id="short-2026", term=short)]


def story(seed: int):
    return replay(texts(), months=1, seed=seed, now=NOW, progress=lambda done, total: None)


def everything() -> list[tuple]:
    """What happened to every practice ticket; who signed in with which password is no part of it."""
    mine = TicketEvent.objects.filter(ticket__practice=True).order_by("pk")
    return list(mine.values_list("ticket__number", "ticket__title", "ticket__caller", "at", "by", "action", "text"))


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """A busy month in which rare things are not, told twice beside a real ticket whose limits passed unnoticed.

    Of the first time there is what happened to the tickets, of the second everything.
    """
    often = {
        "desk": {"A_DAY": (30, 40, 20, 10), "A_DAY_OFF": (85, 15)},
        "lives": {
            "KINDS": lives.KINDS | {kind: 14 for kind in lives.KINDS if lives.KINDS[kind] < 14},
            "ODDS": lives.ODDS
            | dict.fromkeys(("handed over", "reopened", "visit", "slow arrival", "written down", "sent back"), 0.4)
            | {"looked up": 0.9},
        },
    }
    archive = override_settings(ARCHIVE=tmp_path_factory.mktemp("archive"))
    with django_db_blocker.unblock(), transaction.atomic(), archive, pytest.MonkeyPatch.context() as patch:
        for name, changes in often.items():
            for odds, value in changes.items():
                patch.setattr(f"kangwei.simulation.{name}.{odds}", value)
        real = load_small(FIRST - HOUR, id="real-2026", **CONTRACT)
        actions.open_ticket(
            contract=real, kind=TicketKind.INCIDENT, title="门诊系统打不开", channel=Channel.PHONE,
            actor=System("测试"), now=FIRST - HOUR,
        )  # fmt: skip
        with transaction.atomic():
            story(SEED)
            before = everything()
            transaction.set_rollback(True)
        summary = story(SEED)
        with django_db_blocker.block():
            yield summary, before
        transaction.set_rollback(True)


def practice():
    return Ticket.objects.filter(practice=True)


def test_one_seed_tells_of_the_same_tickets(told):
    summary, before = told
    assert everything() == before
    assert summary.tickets == practice().count() > 40


def test_everything_is_practice():
    for ticket in practice():
        assert (ticket.contract.practice, ticket.contract.code[:9]) == (True, "practice-")
        assert ticket.institution.name.startswith("练习")
        assert ticket.caller.endswith("练习")
        assert ticket.phone.startswith("000-")
    assert all(found.name.startswith("练习") for found in institutions())
    assert {found.practice for found in Document.objects.exclude(versions__origin=Origin.UPLOADED)} == {True}
    laid = Document.objects.filter(pk__in=practice().values("attachments__document"))
    assert {found.practice for found in laid} == {True}
    assert not Shift.objects.filter(team__contract__practice=False).exists()


def test_what_tickets_taught_is_written_down_and_helps_with_others():
    written = Article.objects.filter(source__in=practice().values("number"))
    assert {article.state for article in written} == {ArticleState.PUBLISHED, ArticleState.RETURNED}
    assert all(article.practice for article in written)
    used = Use.objects.filter(subject_name__in=practice().values("number")).select_related("article")
    assert used
    assert all(use.at >= use.article.published_at for use in used)


def test_a_real_ticket_is_not_touched_and_its_deadlines_are_not_dated_back():
    real = Ticket.objects.get(practice=False)
    assert (real.contract.code, real.state) == ("real-2026", TicketState.NEW)
    said = {(event.action, event.at) for event in real.events.exclude(action="open")}
    assert said == {("remind", NOW), ("breach", NOW)}


def test_the_stored_clocks_are_what_their_events_say():
    clocks = TicketClock.objects.filter(ticket__practice=True).exclude(phase=Phase.VOID).prefetch_related("events")
    for clock in clocks:
        state = reading(*limit_and_window(clock), events_of(clock), NOW, bundled_calendar())
        stored = (clock.phase, clock.due_at, clock.breached_at, clock.met, clock.paused, clock.decided_at)
        assert stored == (state.phase, state.due_at, state.breached_at, state.met, state.paused, state.decided_at)
    assert {clock.met for clock in clocks} >= {True, False}
    assert not clocks.filter(next_at__lte=NOW - MINUTE).exists()


def test_nothing_happens_outside_of_the_term():
    short = practice().filter(contract__code="practice-short-2026")
    assert short.count() > 10
    for ticket in practice():
        last = min(NOW, day_end(ticket.contract.last_day))
        assert day_start(ticket.contract.first_day) <= ticket.opened_at <= last
        assert ticket.occurred_at >= day_start(ticket.contract.first_day)
        assert not ticket.events.exclude(action__in=("remind", "breach")).filter(at__gt=last).exists()


def test_time_only_goes_forward():
    trail = AuditEntry.objects.filter(action__startswith="servicedesk.").exclude(subject_id__startswith="real")
    moments = list(trail.filter(at__lt=NOW).order_by("pk").values_list("at", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert audit.verify()[1] is None


def test_a_limit_that_passes_is_noted_within_a_minute():
    passed = TicketClock.objects.filter(ticket__practice=True, clock="response", met=False)
    noted = TicketEvent.objects.filter(ticket__practice=True, action="breach", label="响应超时")
    at = dict(noted.values_list("ticket", "at"))
    assert len(passed) > 5
    assert all(timedelta() < at[clock.ticket_id] - clock.breached_at <= MINUTE for clock in passed)


def test_every_kind_of_ticket_comes_in_and_most_are_ended():
    assert set(practice().values_list("kind", flat=True)) == set(TicketKind)
    states = Counter(practice().values_list("state", flat=True))
    assert states[TicketState.CLOSED] > practice().count() * 0.6
    assert states[TicketState.HANDED_OVER] > 0
    assert practice().exclude(severity="").exists()
    assert practice().exclude(place="").exists()
    done = set(TicketEvent.objects.filter(ticket__practice=True).values_list("action", flat=True))
    assert {"pause", "resume", "reopen", "hand_over", "change_facts", "verdict", "rate"} <= done


def test_a_hand_over_stays_with_the_buyer():
    for ended in practice().filter(state=TicketState.HANDED_OVER):
        follower = ended.followers.get()
        assert follower.contract_id != ended.contract_id
        assert follower.contract.buyer_id == ended.contract.buyer_id
        assert follower.events.filter(action="respond").exists()


def test_visits_are_signed_by_three_and_some_arrivals_are_late():
    signed = Dispatch.objects.filter(state=DispatchState.SIGNED)
    assert len(signed) >= 3
    for visit in signed:
        assert visit.signatures.count() == 3
        assert visit.document.practice
        assert visit.issued_at < visit.departed_at < visit.arrived_at < visit.signed_at
    assert any(visit.arrived_at > visit.planned_at for visit in signed)


def test_data_is_corrected_with_a_paper_and_a_backup():
    (ticket, *_) = practice().filter(kind=TicketKind.DATA_FIX, state=TicketState.CLOSED)
    roles = set(ticket.attachments.values_list("role", flat=True))
    assert roles >= {FileRole.APPROVAL, FileRole.BACKUP}


def test_ratings_are_on_the_scale_of_the_contract_and_mostly_good():
    ratings = list(Rating.objects.filter(ticket__practice=True))
    assert {rating.of for rating in ratings} == {12} == {scale_of(rating.ticket.contract).of for rating in ratings}
    assert sum(rating.score >= 9 for rating in ratings) > len(ratings) * 0.7


def test_orders_of_the_city_line_have_verdicts():
    orders = HotlineOrder.objects.exclude(assessed_at=None)
    assert orders.exists()
    assert all(order.order_number.startswith("练习-PRACTICE-") for order in HotlineOrder.objects.all())


def test_the_report_of_a_month_is_made_of_its_tickets_and_counts_for_its_duty():
    contract = all_contracts().get(code="practice-small-2026")
    october = contract.occurrences.get(clause__title="工单分析报告", period="2026-10")
    assert october.state == OccurrenceState.DONE
    evidence = contract.evidence.get(occurrence=october)
    assert evidence.reference.startswith("ticket-report:2026-10:")
    assert not contract.occurrences.filter(period="2026-11", state=OccurrenceState.DONE).exists()


def test_the_roster_names_somebody_for_every_day():
    shifts = Shift.objects.filter(team__contract__code="practice-short-2026")
    assert shifts.values("starts_at__date").distinct().count() == shifts.count() == 31


def test_signatures_are_what_the_pad_sends_and_all_differ():
    strokes = [signature(dice_for(number)) for number in range(300)]
    assert len({drawn(image) for image in strokes}) == 300
    assert strokes[7] == signature(dice_for(7))


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("11-06 10:00", "11-06 10:00"),  # a Friday
        ("11-06 07:10", "11-06 09:20"),
        ("11-06 18:00", "11-09 09:20"),
        ("11-07 08:00", "11-09 09:20"),
        ("09-30 20:00", "10-08 09:20"),
    ],
)
def test_what_nobody_hurries_for_waits_for_office_hours(at, then):
    from tests.apps.servicedesk.conftest import shanghai

    assert in_office(shanghai(at), 20) == shanghai(then)
