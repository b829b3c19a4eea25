"""Pages of call-backs: the list with its figures, drawing, taking down a call, and what follows from it."""

# ruff: noqa: F401, F811 (fixtures of the test beside this one are used here as well)

import pytest
import time_machine

from kangwei.base import audit
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import CallOutcome, RatedBy
from kangwei.servicedesk.models import CallBack, Rating
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, shanghai, url
from tests.apps.servicedesk.test_callbacks import call, called, closed, draw

pytestmark = pytest.mark.django_db
REACHED = {"outcome": "reached", "solved": "yes", "score": "9", "text": "很快"}


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def drawing(contract):
    """`drawing(count="3")`: what the form sends."""

    def make(**changes):
        return {
            "contract": contract.pk, "first": "2026-11-01", "last": "2026-11-30", "count": "2", "share": "", "seed": "",
        } | changes  # fmt: skip

    return make


def listed(client, query: str = "") -> list[str]:
    return [row.ticket.title for row in client.get(f"{url('callbacks')}{query}").context["page_obj"]]


class TestDrawing:
    def test_managers_draw(self, project_manager, engineer, closed, drawing):
        closed(), closed(), closed()
        assert engineer.post(url("callback_draw"), drawing()).status_code == 403
        response = project_manager.post(url("callback_draw"), drawing(seed="5"))
        assert response.url == f"{url('callbacks')}?contract=small-2026&result=waiting"
        page = text_of(project_manager.get(response.url))
        assert "已抽取 2 张工单待回访，随机种子 5" in page
        assert "3 张中抽取 2 张，种子 5" in page

    def test_without_a_seed_one_is_taken_and_kept(self, project_manager, closed, drawing, contract):
        closed()
        project_manager.post(url("callback_draw"), drawing())
        assert audit.latest("contract", contract.code).data["seed"] >= 0

    def test_nobody_draws_from_contracts_of_others(self, stranger, project_manager, closed, drawing):
        closed()
        refused = stranger.post(url("callback_draw"), drawing())
        assert refused.status_code == 422 and "contract" in refused.context["form"].errors
        assert not CallBack.objects.exists()
        assert project_manager.post(url("callback_draw"), drawing()).status_code == 302

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"count": "", "share": ""}, "count"), ({"share": "5"}, "count"), ({"last": "2026-10-31"}, "last"),
            ({"count": "0"}, "count"), ({"seed": "-1"}, "seed"), ({"first": "x"}, "first"),
            ({"first": "0001-01-01"}, "first"), ({"last": "9999-12-31"}, "last"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field(self, project_manager, closed, drawing, changes, field):
        closed()
        refused = project_manager.post(url("callback_draw"), drawing(**changes))
        assert refused.status_code == 422 and field in refused.context["form"].errors
        assert not CallBack.objects.exists()


class TestCalling:
    def test_those_who_work_on_tickets_take_it_down(self, engineer, reader, called):
        address = url("callback", called.pk)
        assert "拨打 13800000001" in text_of(engineer.get(address))
        assert 'href="tel:13800000001"' in engineer.get(address).content.decode()
        assert reader.post(address, REACHED).status_code == 403
        assert engineer.post(address, REACHED).status_code == 302
        called.refresh_from_db()
        assert (called.solved, Rating.objects.get().score) == (True, 9)

    def test_of_ones_own_contracts(self, stranger, engineer, called):
        address = url("callback", called.pk)
        assert stranger.post(address, REACHED).status_code == 404
        assert engineer.get(address).status_code == 200

    def test_who_has_rated_is_not_asked_again(self, engineer, called, now):
        actions.rate(ticket=called.ticket, score=6, rated_by=RatedBy.LINK, actor=SYSTEM, now=now)
        page = engineer.get(url("callback", called.pk))
        assert "score" not in page.context["form"].fields
        assert "已有评价 6 / 10 分" in text_of(page)
        assert engineer.post(url("callback", called.pk), REACHED).status_code == 302
        assert Rating.objects.get().score == 6

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"solved": ""}, "solved"), ({"score": "11"}, "score"), ({"outcome": ""}, "outcome"),
         ({"outcome": "refused", "score": ""}, "outcome")],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self, engineer, called, changes, field):
        refused = engineer.post(url("callback", called.pk), REACHED | changes)
        assert refused.status_code == 422 and field in refused.context["form"].errors
        assert "很快" in text_of(refused)
        called.refresh_from_db()
        assert called.outcome == ""

    def test_what_is_not_solved_leads_to_reopening_with_the_reason(self, project_manager, called):
        sent = {"outcome": "reached", "solved": "no", "score": "", "text": "又打不开"}
        response = project_manager.post(url("callback", called.pk), sent)
        assert response.url == f"{url('step', called.ticket_id, 'reopen')}?call_back={called.pk}"
        form = project_manager.get(response.url).context["form"]
        assert form["reason"].value() == "回访：问题未解决，又打不开"
        assert response.url in project_manager.get(url("callbacks")).content.decode()

    def test_whoever_may_not_reopen_is_told_who_may(self, engineer, called):
        response = engineer.post(url("callback", called.pk), {"outcome": "reached", "solved": "no", "text": ""})
        page = engineer.get(response.url)
        assert "请转告项目经理重新打开" in text_of(page)
        assert "call_back=" not in engineer.get(url("callbacks")).content.decode()


class TestList:
    @pytest.fixture
    def several(self, closed, draw, now):
        tickets = [closed(title=title) for title in ("甲", "乙", "丙", "丁")]
        draw(count=4, now=shanghai("11-01 00:00"))
        rows = [ticket.call_back for ticket in tickets]
        call(rows[1], now, solved=True, score=8)
        call(rows[2], now, CallOutcome.NOT_REACHED, text="占线")
        call(rows[3], now, CallOutcome.REFUSED)
        return rows

    def test_each_filter_narrows_it(self, engineer, several):
        narrowed = {
            "": "甲乙丙丁", "?result=waiting": "甲丙", "?result=done": "乙丁", "?result=rated": "乙",
            "?month=2026-11": "甲乙丙丁", "?month=2026-10": "", "?contract=small-2026": "甲乙丙丁", "?contract=x": "",
            "?q=丙": "丙", "?result=nonsense&month=nonsense": "甲乙丙丁",
        }  # fmt: skip
        assert {query: set(listed(engineer, query)) for query in narrowed} == {
            query: set(titles) for query, titles in narrowed.items()
        }

    def test_who_was_not_called_comes_first_and_the_progress_is_shown(self, engineer, several):
        page = engineer.get(url("callbacks"))
        assert listed(engineer)[0] == "甲"
        assert "2 / 4" in text_of(page)
        for figure in page.context["figures"]:
            assert len(listed(engineer, figure["url"])) == figure["number"]
        assert "平均 / 10 分 8" in text_of(page)

    def test_for_the_parties_of_the_contract(self, engineer, reader, stranger, several):
        assert len(listed(engineer)) == len(listed(reader)) == 4
        assert listed(stranger) == []
        assert len(sheet_of(stranger.get(f"{url('callbacks')}?export=1"))) == 1

    def test_the_excel_file_holds_what_is_on_screen(self, engineer, several):
        sheet = sheet_of(engineer.get(f"{url('callbacks')}?result=rated&export=1"))
        row = dict(zip(*sheet, strict=True))
        assert (row["标题"], row["结果"], row["问题已解决"], row["得分"], row["满分"]) == ("乙", "已回访", "是", 8, 10)

    def test_at_a_constant_price(self, engineer, closed, draw, django_assert_max_num_queries):
        closed()
        draw()
        with django_assert_max_num_queries(20) as few:
            engineer.get(f"{url('callbacks')}?contract=small-2026")
        closed(), closed()
        draw(count=2)
        with django_assert_max_num_queries(20) as many:
            assert len(listed(engineer, "?contract=small-2026")) == 3
        assert len(few) == len(many)

    def test_an_empty_list_says_what_it_is_for(self, engineer, contract):
        assert "还没有回访" in text_of(engineer.get(url("callbacks")))
