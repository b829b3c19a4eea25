"""Pages of the 12345 line: taking an order in, its card on the ticket, rates with their lists, verdict and weights."""

# ruff: noqa: F401, F811 (fixtures of the test beside this one are used here as well)

from typing import ClassVar

import pytest
import time_machine

from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Demand, TicketKind
from kangwei.servicedesk.models import HotlineOrder, HotlineWeights, Ticket
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, shanghai, url
from tests.apps.servicedesk.test_hotline import contract, enter, judge, weigh
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
PASTED = """单号：BJ-77
诉求人：王女士
电话：138 0000 0001
诉求类型：投诉
派单时间：2026-11-20 09:30
诉求内容：挂不上号。三天了。
办理时限：2小时"""


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def order(contract):
    """`order(title="x")`: what the form sends."""

    def make(**changes):
        return {
            "paste": "", "order_number": "BJ-1", "demand": "help", "received_at": "2026-11-20T09:30",
            "caller": "王女士", "phone": "138 0000 0001", "address": "百泉街道", "institution": "", "title": "挂不上号",
            "text": "三天了", "contract": contract.pk, "system": "", "severity": "", "place": "", "caller_kind": "",
        } | changes  # fmt: skip

    return make


def values_of(response) -> dict[str, str]:
    return {field.name: field.value() for field in response.context["form"]}


def listed(client, query: str = "") -> list[str]:
    return [row.hotline.order_number for row in client.get(f"{url('hotline')}{query}").context["page_obj"]]


class TestTakingIn:
    def test_it_is_for_those_who_work_on_tickets(self, engineer, reader, order):
        assert reader.get(url("hotline_new")).status_code == 403
        assert reader.post(url("hotline_new"), order()).status_code == 403
        assert engineer.get(url("hotline_new")).status_code == 200
        assert engineer.post(url("hotline_new"), order()).status_code == 302

    def test_a_saved_order_opens_as_a_ticket(self, engineer, order):
        response = engineer.post(url("hotline_new"), order())
        ticket = Ticket.objects.get()
        assert response.url == url("detail", ticket.pk)
        assert (ticket.kind, ticket.phone, ticket.occurred_at) == (
            TicketKind.COMPLAINT, "13800000001", shanghai("11-20 09:30"),
        )  # fmt: skip
        assert "已登记 BJ-1，工单编号 GD-202611-000001" in text_of(engineer.get(response.url))

    def test_a_pasted_order_fills_the_form_and_is_not_saved_unseen(self, engineer, order):
        sent = order(paste=PASTED, read="1", order_number="", title="", address="已填的地址")
        for address in (url("hotline_fields"), url("hotline_new")):
            response = engineer.post(address, sent)
            values = values_of(response)
            assert (values["order_number"], values["caller"], values["phone"]) == ("BJ-77", "王女士", "13800000001")
            assert (values["demand"], values["received_at"], values["title"]) == (
                "complaint", "2026-11-20T09:30", "挂不上号",
            )  # fmt: skip
            assert values["text"] == "挂不上号。三天了。\n办理时限：2小时"
            assert values["address"] == "已填的地址"
            assert "识别出 6 项" in text_of(response)
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize(("name", "institution", "text"), [
        ("延庆区医院", "延庆区医院", ""), ("延庆区", "延庆区医院", ""), ("怀柔区医院", "", "涉及单位：怀柔区医院"),
    ])  # fmt: skip
    def test_an_institution_is_filled_in_where_it_is_known(
        self, engineer, order, make_institution, name, institution, text
    ):
        make_institution()
        values = values_of(
            engineer.post(url("hotline_fields"), order(paste=f"被反映单位：{name}", read="1", text=""))
        )  # fmt: skip
        assert (values["institution"], values["text"]) == (institution, text)

    def test_a_text_without_names_stays_as_the_text_of_the_order(self, engineer, order):
        response = engineer.post(url("hotline_fields"), order(paste="他说挂不上号", read="1", text=""))
        assert values_of(response)["text"] == "他说挂不上号"
        assert "没有识别出字段" in text_of(response)

    def test_a_number_that_is_entered_already_leads_to_its_ticket(self, engineer, order, enter):
        ticket = enter("BJ-1")
        response = engineer.post(url("hotline_new"), order(text="别处没有的话"))
        assert response.status_code == 422
        assert f"已登记在工单 {ticket.number}" in text_of(response)
        assert url("detail", ticket.pk) in response.content.decode()
        assert "别处没有的话" in text_of(response)
        assert Ticket.objects.count() == 1
        assert "这个单号已经登记" in text_of(engineer.post(url("hotline_aside"), order()))
        assert "这个单号已经登记" not in text_of(engineer.post(url("hotline_aside"), order(order_number="BJ-2")))

    def test_nobody_is_led_to_a_ticket_of_others(self, stranger, order, enter, now):
        ticket = enter("BJ-1")
        theirs = load_small(now, id="theirs-2026", supplier="别家公司")
        response = stranger.post(url("hotline_new"), order(contract=theirs.pk))
        assert response.status_code == 422
        assert ticket.number not in text_of(response)
        assert url("detail", ticket.pk) not in response.content.decode()
        assert stranger.post(url("hotline_new"), order(order_number="2", contract=theirs.pk)).status_code == 302

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"order_number": ""}, "order_number"), ({"title": ""}, "title"), ({"demand": "x"}, "demand"),
            ({"received_at": "2026-11-20T10:01"}, "received_at"), ({"institution": "没有的机构"}, "institution"),
            ({"contract": "0"}, "contract"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field(self, engineer, order, changes, field):
        response = engineer.post(url("hotline_new"), order(**changes))
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert not Ticket.objects.exists()

    def test_beside_the_form_stand_the_clocks_that_would_start(self, engineer, order):
        planned = engineer.post(url("hotline_aside"), order()).context["planned"]
        assert [(row.terms.label, row.terms.limit) for row in planned] == [("答复", "2小时"), ("办结", "24小时")]

    def test_beside_the_form_stand_the_scripts_that_answer_it_without_an_order(self, engineer, order, contract, now):
        actions.save_script(contract=contract, question="挂不上号怎么办", answer="请刷新", actor=SYSTEM, now=now)
        assert "请刷新" in text_of(engineer.post(url("hotline_aside"), order()))
        assert "请刷新" not in text_of(engineer.post(url("hotline_aside"), order(title="打印机卡纸")))

    def test_a_contract_that_measures_the_line_comes_first(self, engineer, contract, now):
        load_small(now, id="a-2026")
        assert engineer.get(url("hotline_new")).context["contract"] == contract


class TestCard:
    def test_the_ticket_shows_the_order_with_its_clocks_and_scripts(self, engineer, enter, contract, now):
        script = actions.save_script(
            contract=contract, question="挂不上号怎么办", answer="请刷新", actor=SYSTEM, now=now
        )  # fmt: skip
        ticket = enter("BJ-1", demand=Demand.COMPLAINT)
        page = text_of(engineer.get(url("detail", ticket.pk)))
        assert "12345 诉求 BJ-1" in page and "答复（2小时）" in page and "话术：挂不上号怎么办" in page
        form = engineer.get(f"{url('step', ticket.pk, 'reply')}?script={script.pk}")
        assert values_of(form)["reply"] == "请刷新"

    def test_a_script_of_another_contract_fills_nothing(self, engineer, enter, now):
        theirs = load_small(now, id="theirs-2026", supplier="别家公司")
        script = actions.save_script(contract=theirs, question="问", answer="别家的", actor=SYSTEM, now=now)
        form = engineer.get(f"{url('step', enter().pk, 'reply')}?script={script.pk}")
        assert not values_of(form).get("reply")

    def test_other_tickets_have_no_such_card(self, engineer, open_ticket):
        assert "12345 诉求" not in text_of(engineer.get(url("detail", open_ticket().pk)))


class TestVerdict:
    @pytest.fixture
    def manager(self, contract, client_of):
        """The buyer's manager, signed in."""
        return client_of("buyer_manager", party=contract.buyer)

    def test_the_buyers_managers_take_it_down(self, manager, enter):
        address = url("hotline_verdict", enter().pk)
        sent = {"responded": "yes", "solved": "no", "satisfied": "", "reason": ""}
        assert manager.post(address, sent).status_code == 302
        order = HotlineOrder.objects.get()
        assert (order.responded, order.solved, order.satisfied) == (True, False, None)
        changed = manager.post(address, sent | {"solved": "yes"})
        assert changed.status_code == 422 and "reason" in changed.context["form"].errors
        assert values_of(manager.get(address))["solved"] == "no"

    def test_no_supplier_enters_or_corrects_what_the_city_found_of_its_work(
        self, manager, project_manager, engineer, enter
    ):
        ticket = enter()
        address, sent = url("hotline_verdict", ticket.pk), {"responded": "yes", "solved": "yes", "satisfied": "yes"}
        for client in (project_manager, engineer):
            assert "登记考评" not in text_of(client.get(url("detail", ticket.pk)))
            assert client.get(address).status_code == 403
            assert client.post(address, sent).status_code == 403
        assert HotlineOrder.objects.get().assessed_at is None
        assert "登记考评" in text_of(manager.get(url("detail", ticket.pk)))
        assert manager.post(address, sent).status_code == 302
        assert project_manager.post(address, sent | {"solved": "no", "reason": "改"}).status_code == 403
        assert HotlineOrder.objects.get().solved is True
        assert "满意 是" in text_of(project_manager.get(url("detail", ticket.pk)))

    def test_of_ones_own_contracts_and_of_orders_only(self, manager, client_of, make_party, enter, open_ticket):
        order, other = enter(), open_ticket()
        foreign = client_of("buyer_manager", party=make_party("别的甲方", "buyer"), username="foreign")
        assert foreign.get(url("hotline_verdict", order.pk)).status_code == 404
        assert manager.get(url("hotline_verdict", other.pk)).status_code == 404
        assert manager.get(url("hotline_verdict", order.pk)).status_code == 200


class TestWeights:
    SENT: ClassVar = {"responded": "20", "solved": "40", "satisfied": "40", "basis": "考评办法"}

    def test_the_buyer_sets_them_and_no_supplier(self, client_of, project_manager, make_party, contract):
        address = url("hotline_weights", contract.code)
        buyer = client_of("buyer_manager", party=contract.buyer)
        other = client_of("buyer_manager", party=make_party("别的甲方", "buyer"), username="other")
        assert project_manager.post(address, self.SENT).status_code == 403
        assert other.post(address, self.SENT).status_code == 404
        assert buyer.post(address, self.SENT | {"solved": "41"}).status_code == 422
        assert not HotlineWeights.objects.exists()
        assert buyer.post(address, self.SENT).status_code == 302
        assert HotlineWeights.objects.get().basis == "考评办法"

    def test_without_weights_the_page_says_so_and_offers_the_buyer_to_set_them(
        self, client_of, project_manager, engineer, enter, contract, now
    ):  # fmt: skip
        judge(enter(), now)
        address = url("hotline_weights", contract.code)
        buyer = client_of("buyer_manager", party=contract.buyer)
        for client, offered in ((buyer, True), (project_manager, False)):
            page = client.get(url("hotline"))
            assert "未设权重" in text_of(page)
            assert (address in page.content.decode()) == offered
        weigh(contract, now)
        page = text_of(engineer.get(url("hotline")))
        assert "未设权重" not in page and "依据：考评办法" in page


class TestList:
    def test_orders_and_rates_are_for_the_parties_of_the_contract(self, engineer, reader, stranger, enter, now):
        judge(enter("BJ-1"), now)
        assert listed(engineer) == listed(reader) == ["BJ-1"]
        assert listed(stranger) == []
        assert stranger.get(url("hotline")).context["standings"] == []
        assert len(sheet_of(engineer.get(f"{url('hotline')}?export=1"))) == 2
        assert len(sheet_of(stranger.get(f"{url('hotline')}?export=1"))) == 1
        assert len(sheet_of(stranger.get(f"{url('hotline')}?export=rates"))) == 1

    def test_whoever_may_not_read_tickets_is_refused(self, client_of, contract):
        assert client_of("administrator").get(url("hotline")).status_code == 403
        assert client_of("auditor").get(url("hotline")).status_code == 200

    def test_each_filter_narrows_it(self, engineer, enter, now):
        enter("1", received_at=shanghai("10-31 23:59"))
        judge(enter("2", received_at=shanghai("11-01 00:00")), now, True, False, None)
        actions.take_step(ticket=enter("3"), step="reply", texts={"reply": "x"}, actor=SYSTEM, now=now)
        narrowed = {
            "": ["3", "2"], "?month=2026-10": ["1"], "?month=2026-10&period=quarter": ["3", "2", "1"],
            "?period=year": ["3", "2", "1"], "?month=nonsense": ["3", "2"], "?contract=small-2026": ["3", "2"],
            "?contract=other": [], "?state=working": ["3"], "?part=solved-unmet": ["2"], "?part=unassessed": ["3"],
            "?part=clock-reply-met": ["3"], "?part=nonsense": ["3", "2"], "?q=挂不上": ["3", "2"], "?q=没有": [],
        }  # fmt: skip
        assert {query: listed(engineer, query) for query in narrowed} == narrowed

    def test_every_number_opens_a_list_of_as_many(self, engineer, enter, now):
        for number in range(7):
            ticket = enter(str(number))
            judge(ticket, now, number > 0, number > 2 or None, number > 4)
            if number > 3:
                actions.take_step(ticket=ticket, step="reply", texts={"reply": "x"}, actor=SYSTEM, now=now)
        [one] = engineer.get(url("hotline")).context["standings"]
        numbers = [(one["url"], one["row"].total)]
        for cell in (*one["verdicts"], *one["clocks"]):
            numbers += [(cell["met_url"], cell["figure"].met), (cell["counted_url"], cell["figure"].counted)]
        shown = [len(listed(engineer, address.partition("#")[0])) for address, _ in numbers]
        assert shown == [number for _, number in numbers] == [7, 6, 7, 4, 4, 2, 7, 3, 3, 0, 0]

    def test_a_rate_stands_beside_what_the_contract_wants(self, engineer, enter, now):
        for number in range(42):
            judge(enter(str(number)), now, number > 0, True, True)
        page = text_of(engineer.get(url("hotline")))
        assert "97.6% 未达标 41 / 42 要求 ≥ 100% small-2026.txt 60" in page
        assert "本系统时钟" in page and "与 12345 的考评无关" in page

    def test_the_excel_files_hold_what_is_on_screen(self, engineer, enter, contract, now):
        judge(enter("BJ-1"), now, True, False, None)
        enter("BJ-2")
        weigh(contract, now, (50, 50, 0))
        sheet = sheet_of(engineer.get(f"{url('hotline')}?part=assessed&export=1"))
        row = dict(zip(*sheet, strict=True))
        assert (row["12345 单号"], row["已响应"], row["已解决"], row["满意"]) == ("BJ-1", "是", "否", "")
        rates = sheet_of(engineer.get(f"{url('hotline')}?export=rates"))
        assert [(row[4], row[5], row[6], row[7], row[8], row[11]) for row in rates[1:]] == [
            ("响应率", "12345 考评", 1, 1, "100%", "达标"), ("解决率", "12345 考评", 0, 1, "0%", "未达标"),
            ("满意率", "12345 考评", 0, 0, "", ""), ("答复按时率", "本系统时钟", 0, 0, "", ""),
            ("办结按时率", "本系统时钟", 0, 0, "", ""), ("综合成绩", "按权重（考评办法）", "", "", "50", "未达标"),
        ]  # fmt: skip

    def test_at_a_constant_price(self, engineer, enter, now, django_assert_max_num_queries):
        judge(enter("1"), now)
        with django_assert_max_num_queries(40) as few:
            engineer.get(url("hotline"))
        for code in ("b-2026", "c-2026"):
            judge(enter(code, contract=load_small(now, id=code)), now)
        for number in range(52):
            enter(f"more-{number}")
        with django_assert_max_num_queries(40) as many:
            page = engineer.get(url("hotline")).context["page_obj"]
        assert len(few) == len(many)
        assert (len(page.object_list), page.paginator.count) == (50, 55)

    def test_an_empty_page_says_what_it_is_for(self, stranger, engineer, contract):
        assert "没有 12345 诉求，合同也没有" in text_of(stranger.get(url("hotline")))
        assert "登记后列在这里" in text_of(engineer.get(url("hotline")))

    def test_the_queue_leads_there(self, reader):
        page = reader.get(url("queue")).content.decode()
        assert all(url(name) in page for name in ("hotline", "scripts", "callbacks"))
