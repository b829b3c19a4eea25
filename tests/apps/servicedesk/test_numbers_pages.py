"""The page of the numbers: its links and their lists, who sees it, the Excel file, what it costs."""

import re
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, SolvedHow, TicketKind
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.mixed import BORDERS, HOUR, mixed, step, two_contracts
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
PAGE = "/tickets/numbers/"
NOVEMBER = "from=2026-11-01&to=2026-11-30"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def bank(open_ticket, contract, make_institution, system, now):
    """A ticket solved by phone at once, a late one in a district, an open one without system."""
    actions.open_and_solve(
        contract=contract, kind=TicketKind.REQUEST, title="忘记口令", channel=Channel.PHONE, solution="重置",
        solved_how=SolvedHow.PHONE, system=system, actor=SYSTEM, now=now,
    )  # fmt: skip
    open_ticket(institution=make_institution(), system=system, now=now - 3 * HOUR)
    actions.settle_due(now=now)
    open_ticket(severity="紧急", channel=Channel.PORTAL)


def links(response) -> dict[str, int]:
    """The links of the page into the list → the figure that each stands behind."""
    found = re.findall(r'<td class="kw-num"><a href="([^"]+)"[^>]*>([\d,.]+)(%?)</a>', response.content.decode())
    assert found
    whole = [(address, figure) for address, figure, unit in found if not unit and "." not in figure]
    return {unescape(address): int(figure.replace(",", "")) for address, figure in whole}


class TestLists:
    @pytest.mark.parametrize(
        ("table", "dimension"),
        [
            ("work", "system"), ("work", "district"), ("clocks", "severity"), ("clocks", "supplier"),
            ("backlog", "channel"), ("backlog", "contract"), ("backlog", "kind"),
        ],
    )  # fmt: skip
    def test_every_figure_opens_a_list_as_long_as_it_says(self, engineer, bank, table, dimension):
        response = engineer.get(f"{PAGE}?{NOVEMBER}&table={table}&by={dimension}")
        for address, figure in links(response).items():
            assert engineer.get(address).context["page_obj"].paginator.count == figure, address

    @pytest.mark.parametrize("table", ["rated", "waiting"])
    def test_where_there_is_nothing_there_is_no_link(self, engineer, bank, table):
        response = engineer.get(f"{PAGE}?{NOVEMBER}&table={table}")
        assert '<td class="kw-num"><a ' not in response.content.decode()

    def test_the_list_says_what_it_is(self, engineer, bank):
        text = text_of(engineer.get(f"/tickets/?number=phone&{NOVEMBER}&channel=phone"))
        assert "电话解决 ：期内解决，解决方式为电话指导（2026-11-01 至 2026-11-30） 来源：电话" in text
        assert "忘记口令" in text
        assert "门诊系统打不开" not in text

    def test_a_search_in_the_list_keeps_the_number(self, engineer, bank):
        response = engineer.get(f"/tickets/?number=received&{NOVEMBER}&district=none")
        assert ("number", "received") in response.context["kept"]
        assert ("district", "none") in response.context["kept"]
        assert response.context["page_obj"].paginator.count == 2

    @pytest.mark.parametrize("query", ["number=nonsense", "number=phone", "number=phone&from=x&to=y"])
    def test_a_number_that_is_none_is_no_filter(self, engineer, bank, query):
        assert engineer.get(f"/tickets/?{query}").context["page_obj"].paginator.count == 3

    def test_a_bar_of_the_chart_opens_its_day(self, engineer, bank):
        option = engineer.get(f"{PAGE}?{NOVEMBER}").context["chart"]
        received = option["series"][0]["data"][19]
        assert received["value"] == 3
        query = parse_qs(urlsplit(received["url"]).query)
        assert (query["from"], query["to"]) == (["2026-11-20"], ["2026-11-20"])
        assert engineer.get(received["url"]).context["page_obj"].paginator.count == 3


class TestWhoSees:
    def test_only_the_contracts_of_ones_own(self, engineer, stranger, reader, bank):
        for client in (engineer, reader):
            assert client.get(f"{PAGE}?{NOVEMBER}").context["found"].total["received"] == 3
        assert stranger.get(f"{PAGE}?{NOVEMBER}").context["found"].total["received"] == 0
        assert "这段时间没有数据" in text_of(stranger.get(f"{PAGE}?{NOVEMBER}"))

    def test_another_ones_contract_is_not_there(self, engineer, stranger, bank):
        assert engineer.get(f"{PAGE}?contract=small-2026").status_code == 200
        assert stranger.get(f"{PAGE}?contract=small-2026").status_code == 404

    def test_the_lists_behind_are_of_ones_own_too(self, engineer, stranger, bank):
        address = f"/tickets/?number=received&{NOVEMBER}"
        assert engineer.get(address).context["page_obj"].paginator.count == 3
        assert stranger.get(address).context["page_obj"].paginator.count == 0

    def test_whoever_may_not_read_tickets_is_refused(self, client_of, contract):
        assert client_of("administrator").get(PAGE).status_code == 403
        assert client_of("auditor").get(PAGE).status_code == 200


class TestPage:
    def test_this_month_by_system_unless_asked_otherwise(self, engineer, bank):
        context = engineer.get(PAGE).context
        assert (context["days"].label, context["asked"].dimension.id, context["asked"].table.id) == (
            "2026年11月", "system", "work",
        )  # fmt: skip
        assert [line.label for line in context["found"].lines] == ["门诊系统", "未定"]

    @pytest.mark.parametrize("query", ["by=nonsense&table=x", "period=nonsense", "table=%F0%9F%98%80"])
    def test_nonsense_is_the_usual_page(self, engineer, bank, query):
        assert engineer.get(f"{PAGE}?{query}").context["found"].total["received"] == 3

    def test_days_in_the_wrong_order_are_named(self, engineer, bank):
        assert "起日 2026-11-30 晚于止日 2026-11-01" in text_of(engineer.get(f"{PAGE}?from=2026-11-30&to=2026-11-01"))

    def test_titles_are_escaped(self, engineer, open_ticket):
        open_ticket(severity="<script>alert(1)</script>")
        page = engineer.get(f"{PAGE}?by=severity").content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_at_a_constant_price(self, reader, now, django_assert_max_num_queries, django_assert_num_queries):
        contracts = two_contracts(BORDERS[0])
        counts = []
        for first, count in ((0, 3), (9, 9)):
            mixed(contracts, first=first, count=count)
            with django_assert_max_num_queries(25) as counted:
                reader.get(f"{PAGE}?from=2026-10-01&to=2026-12-31&by=contract")
            counts.append(len(counted))
        assert counts[0] == counts[1]


class TestPractice:
    @pytest.fixture
    def practice(self, open_ticket, now):
        """A practice contract with two tickets, beside the real one with one."""
        found = load_small(now, id="practice-2026", supplier="练习乙方公司", buyer="练习甲方", practice=True)
        for _ in range(2):
            open_ticket(contract=found, title="练习")
        open_ticket()
        return found

    def test_is_left_out_where_all_contracts_are_counted(self, reader, practice):
        page = reader.get(f"{PAGE}?{NOVEMBER}")
        assert page.context["found"].total["received"] == 1
        assert "不含练习数据" in text_of(page)
        behind = reader.get(f"{url('queue')}?number=received&{NOVEMBER}")
        assert [row.title for row in behind.context["page_obj"]] == ["门诊系统打不开"]

    def test_is_counted_by_itself(self, reader, practice, client_of):
        page = reader.get(f"{PAGE}?{NOVEMBER}&contract=practice-2026")
        assert page.context["found"].total["received"] == 2
        behind = reader.get(f"{url('queue')}?number=received&{NOVEMBER}&contract=practice-2026")
        assert len(behind.context["page_obj"]) == 2
        learner = client_of("buyer_manager", party=practice.buyer)
        page = learner.get(f"{PAGE}?{NOVEMBER}")
        assert page.context["found"].total["received"] == 2
        assert "不含练习数据" not in text_of(page)


def test_nobody_learns_the_names_of_parties_by_their_keys(engineer, stranger, contract, bank):
    address = f"{url('queue')}?supplier={contract.supplier_id}"
    assert ("乙方", contract.supplier.name) in engineer.get(address).context["unseen"]
    assert ("乙方", "未定") in stranger.get(address).context["unseen"]
    assert contract.supplier.name not in text_of(stranger.get(address))


class TestExcel:
    def test_a_sheet_for_each_table_and_one_that_explains(self, engineer, bank):
        response = engineer.get(f"{PAGE}?{NOVEMBER}&by=kind&export=1")
        book = CalamineWorkbook.from_filelike(BytesIO(response.content))
        assert book.sheet_names == ["说明", "工作量", "时钟", "满意度", "未办结账龄", "等待"]
        work = book.get_sheet_by_name("工作量").to_python()
        column = {name: place for place, name in enumerate(work[0])}
        rows = {row[0]: row for row in work[1:]}
        assert set(rows) == {"事件", "服务请求", "合计"}
        assert rows["服务请求"][column["电话解决"]] == rows["合计"][column["当场解决"]] == 1
        assert rows["合计"][column["受理"]] == 3
        assert rows["合计"][column["超时"]] == 1
        told = {row[0]: row[1] for row in book.get_sheet_by_name("说明").to_python()}
        assert told["期间"] == "2026年11月"
        assert told["工作量：电话解决"] == "期内解决，解决方式为电话指导"

    def test_words_that_look_like_formulas_stay_words(self, engineer, open_ticket):
        open_ticket(severity="=1+1")
        response = engineer.get(f"{PAGE}?{NOVEMBER}&by=severity&export=1")
        book = CalamineWorkbook.from_filelike(BytesIO(response.content))
        assert book.get_sheet_by_name("工作量").to_python()[1][0] == "=1+1"

    def test_a_supplier_gets_its_own(self, stranger, bank):
        response = stranger.get(f"{PAGE}?{NOVEMBER}&export=1")
        book = CalamineWorkbook.from_filelike(BytesIO(response.content))
        assert [row[1] for row in book.get_sheet_by_name("工作量").to_python()[1:]] == [0]


class TestSolving:
    def test_the_step_asks_how_and_keeps_the_cause(self, engineer, open_ticket):
        ticket = open_ticket()
        address = url("step", ticket.pk, "solve")
        assert engineer.post(address, {"solution": "重启"}).status_code == 422
        engineer.post(address, {"solution": "重启", "solved_how": "onsite", "cause": "停电"})
        ticket.refresh_from_db()
        assert (ticket.state, ticket.solved_how, ticket.cause, ticket.first_contact) == (
            "solved",
            "onsite",
            "停电",
            False,
        )
        text = text_of(engineer.get(url("detail", ticket.pk)))
        assert "现场处理" in text
        assert "原因 停电" in text

    def test_the_cause_is_not_told_to_the_caller(self, open_ticket, now):
        ticket = open_ticket()
        actions.take_step(
            ticket=ticket, step="solve", texts={"solution": "重启"}, cause="值班员误删", actor=SYSTEM, now=now
        )  # fmt: skip
        event = ticket.events.get(action="solve")
        assert event.public
        assert "误删" not in event.text
        assert event.data["cause"] == "值班员误删"

    def test_solved_once_more_it_is_told_anew(self, open_ticket, now):
        ticket = open_ticket()
        step(ticket, "solve", now, how=SolvedHow.PHONE, solution="重启")
        step(ticket, "reopen", now, reason="没有好")
        step(ticket, "solve", now, solution="更换")
        ticket.refresh_from_db()
        assert ticket.solved_how == ""


class TestAtTheDesk:
    def fill(self, contract, **more):
        return {
            "contract": contract.pk, "kind": "request", "title": "忘记口令", "method": "remote", "channel": "phone",
        } | more  # fmt: skip

    def test_a_call_that_is_answered_at_once(self, engineer, contract):
        from kangwei.servicedesk.models import Ticket

        response = engineer.post(
            url("new"), self.fill(contract, solution="已重置", solved_how="phone", cause="口令过期"), follow=True
        )
        ticket = Ticket.objects.get()
        assert (ticket.state, ticket.first_contact, ticket.solved_how, ticket.cause) == (
            "solved", True, "phone", "口令过期",
        )  # fmt: skip
        assert "已受理并解决" in text_of(response)
        assert {clock.phase for clock in ticket.clocks.all()} == {"stopped"}

    def test_without_a_solution_it_is_only_opened(self, engineer, contract):
        from kangwei.servicedesk.models import Ticket

        engineer.post(url("new"), self.fill(contract, solved_how="phone"))
        ticket = Ticket.objects.get()
        assert (ticket.state, ticket.first_contact, ticket.solved_how) == ("new", False, "")

    def test_what_has_to_be_looked_into_first_cannot_be_and_is_not_half_done(self, engineer, contract):
        from kangwei.servicedesk.models import Ticket

        response = engineer.post(url("new"), self.fill(contract, kind="change", solution="已改", solved_how="remote"))
        assert response.status_code == 422
        assert "变更不能当场解决" in text_of(response)
        assert not Ticket.objects.exists()

    def test_a_solution_needs_its_way(self, engineer, contract):
        from kangwei.servicedesk.models import Ticket

        response = engineer.post(url("new"), self.fill(contract, solution="已重置", solved_how=""))
        assert response.status_code == 422
        assert "请选择解决方式" in text_of(response)
        assert not Ticket.objects.exists()
