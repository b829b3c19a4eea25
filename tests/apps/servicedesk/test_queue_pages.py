"""The queue: who sees which tickets, its groups, filters and order, the Excel file, what it costs."""

from datetime import timedelta

import pytest
import time_machine

from kangwei.base import web
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Group, PauseReason, TicketKind
from kangwei.servicedesk.models import Ticket
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, url

pytestmark = pytest.mark.django_db
QUEUE = "/tickets/"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


def listed(client, query: str = "") -> list[str]:
    """The titles of the rows, in their order."""
    return [row.title for row in client.get(f"{QUEUE}{query}").context["page_obj"]]


class TestWhoSees:
    def test_a_ticket_is_for_the_parties_of_its_contract(self, engineer, reader, stranger, open_ticket):
        ticket = open_ticket()
        assert listed(engineer) == listed(reader) == ["门诊系统打不开"]
        assert listed(stranger) == listed(stranger, "?group=all") == []
        assert engineer.get(url("detail", ticket.pk)).status_code == 200
        assert stranger.get(url("detail", ticket.pk)).status_code == 404

    def test_the_excel_file_as_well(self, engineer, stranger, open_ticket):
        open_ticket()
        assert len(sheet_of(engineer.get(f"{QUEUE}?export=1"))) == 2
        assert len(sheet_of(stranger.get(f"{QUEUE}?export=1"))) == 1

    def test_whoever_may_not_read_tickets_is_refused(self, client_of, contract):
        assert client_of("administrator").get(QUEUE).status_code == 403
        assert client_of("auditor").get(QUEUE).status_code == 200

    def test_who_may_take_calls_is_offered_it(self, engineer, reader, contract):
        assert "受理工单" in text_of(engineer.get(QUEUE))
        assert "受理工单" not in text_of(reader.get(QUEUE))


@pytest.fixture
def tickets(open_ticket, make_person, supplier, now):
    """One ticket for each part of the queue."""
    mine, waiting, late, done = (open_ticket(title=title) for title in ("我的", "等待", "超时", "办完"))
    person = make_person("engineer", party=supplier, username="mine")
    actions.assign(ticket=mine, assignee=person, text="", actor=SYSTEM, now=now)
    actions.pause(ticket=waiting, reason=PauseReason.USER, text="", actor=SYSTEM, now=now)
    Ticket.objects.filter(pk=late.pk).update(breached=1, next_at=now - timedelta(hours=1))
    actions.take_step(ticket=done, step="cancel", texts={"reason": "重复"}, actor=SYSTEM, now=now)
    return person


@pytest.fixture
def me(tickets, client):
    """The person who has one of the tickets, signed in."""
    client.force_login(tickets, backend="django.contrib.auth.backends.ModelBackend")
    return client


class TestGroups:
    @pytest.mark.parametrize(
        ("group", "titles"),
        [
            ("", ["超时", "我的", "等待"]), ("open", ["超时", "我的", "等待"]), ("mine", ["我的"]),
            ("unassigned", ["超时", "等待"]), ("waiting", ["等待"]), ("breached", ["超时"]), ("closed", ["办完"]),
            ("all", ["办完", "超时", "等待", "我的"]), ("nonsense", ["超时", "我的", "等待"]),
        ],
    )  # fmt: skip
    def test_each_holds_its_tickets_in_its_order(self, me, group, titles):
        assert listed(me, f"?group={group}") == titles

    def test_the_tabs_say_how_many(self, me):
        tabs = {tab["label"]: tab["count"] for tab in me.get(QUEUE).context["tabs"]}
        assert tabs == {
            "未办结": 3, "我处理的": 1, "本班组": 0, "未派单": 2, "等待中": 1, "已超时": 1,
            "已办结": None, "全部": None,
        }  # fmt: skip
        assert set(tabs) == {group.label for group in Group}

    def test_a_count_stops_where_nobody_reads_on(self, me, monkeypatch):
        monkeypatch.setattr("kangwei.servicedesk.queries.COUNTED", 2)
        assert "未办结 2+" in text_of(me.get(QUEUE))
        assert "未派单 2 " in text_of(me.get(QUEUE))

    def test_a_narrowed_list_has_no_figures_on_its_tabs(self, me):
        assert {tab["count"] for tab in me.get(f"{QUEUE}?kind=incident").context["tabs"]} == {None}


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("contract=small-2026", ["甲", "乙"]), ("contract=other", []), ("kind=change", ["乙"]),
            ("severity=紧急", ["甲"]), ("from=2026-11-20", ["甲", "乙"]), ("from=2026-11-21", []),
            ("to=2026-11-19", []), ("to=2026-11-20", ["甲", "乙"]), ("from=nonsense&to=9999-12-31", ["甲", "乙"]),
            ("kind=nonsense", ["甲", "乙"]), ("system=%C2%B2", ["甲", "乙"]),
        ],
    )  # fmt: skip
    def test_each_narrows_the_list(self, engineer, open_ticket, query, titles):
        open_ticket(title="甲", severity="紧急")
        open_ticket(title="乙", kind=TicketKind.CHANGE)
        assert sorted(listed(engineer, f"?{query}")) == sorted(titles)

    def test_by_system(self, engineer, open_ticket, system):
        open_ticket(title="甲", system=system)
        open_ticket(title="乙")
        assert listed(engineer, f"?system={system.pk}") == ["甲"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [("打不开", True), ("门诊 138", True), ("打不开 病房", False), ("gd-202611-000001", True), ("延庆", True)],
    )
    def test_a_search_wants_every_word(self, engineer, open_ticket, make_institution, text, found):
        open_ticket(phone="13800000001", institution=make_institution())
        assert listed(engineer, f"?q={text}") == (["门诊系统打不开"] if found else [])

    def test_a_search_looks_through_closed_ones_unless_a_group_is_chosen(self, me):
        assert listed(me, "?q=办完") == ["办完"]
        assert listed(me, "?q=办完&group=open") == []

    def test_the_excel_file_holds_what_is_on_screen(self, me):
        sheet = sheet_of(me.get(f"{QUEUE}?group=waiting&export=1"))
        assert [row[1] for row in sheet] == ["标题", "等待"]
        assert sheet[1][sheet[0].index("等待")] == "等待用户"


class TestLength:
    def test_at_a_constant_price(self, engineer, open_ticket, make_institution, system, django_assert_num_queries):
        institution = make_institution()
        open_ticket(system=system, institution=institution)
        with django_assert_num_queries(19):
            engineer.get(QUEUE)
        for _ in range(60):
            open_ticket(system=system, institution=institution)
        with django_assert_num_queries(19):
            page = engineer.get(QUEUE).context["page_obj"]
        assert (len(page.object_list), page.paginator.count) == (50, 61)

    def test_a_list_too_long_to_count_says_so(self, engineer, open_ticket, monkeypatch):
        monkeypatch.setattr(web, "MOST_LISTED", 55)
        for _ in range(56):
            open_ticket()
        response = engineer.get(f"{QUEUE}?page=9")
        page = response.context["page_obj"]
        assert (page.number, len(page.object_list), page.paginator.more) == (2, 5, True)
        assert "只列出前 55 条" in text_of(response)
        open_ticket_count = Ticket.objects.count()
        Ticket.objects.order_by("pk").first().delete()
        assert open_ticket_count == 56
        assert "只列出前" not in text_of(engineer.get(QUEUE))

    def test_an_empty_queue_says_what_it_is_for(self, engineer, contract):
        assert "这里没有工单" in text_of(engineer.get(QUEUE))
        assert "没有符合条件的记录" in text_of(engineer.get(f"{QUEUE}?q=x"))
