"""The page of a ticket: what it shows, who may do what, and every step through it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Method, PauseReason, TicketState
from kangwei.servicedesk.lifecycles import ASKED, LIFECYCLES, steps_from
from kangwei.servicedesk.models import Ticket
from tests.apps.assets.pages import buttons_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.stepping import form

pytestmark = pytest.mark.django_db
ANYTHING = dict.fromkeys(ASKED, "已填写")
MANAGED = {"cancel", "reopen"}


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


def page_of(client, ticket) -> str:
    return text_of(client.get(url("detail", ticket.pk)))


class TestPage:
    def test_each_clock_with_its_limit_conditions_and_clause(self, engineer, open_ticket, contract):
        response = engineer.get(url("detail", open_ticket(severity="紧急", method=Method.ONSITE, place="近郊").pk))
        said = text_of(response)
        assert "响应 剩余 10分钟 用 不足1分钟，0% 10分钟 自受理起 2026-11-20 10:10 工单 事件，级别 紧急 条款" in said
        assert "超时升为重大" in said
        assert f"{reverse('contracts:detail', args=[contract.code])}?tab=service-levels" in response.content.decode()

    def test_how_a_clock_stands(self, engineer, open_ticket, now):
        ticket = open_ticket(now=now - timedelta(minutes=45))
        assert "已超时 15分钟" in page_of(engineer, ticket)
        ticket = actions.take_step(ticket=ticket, step="respond", texts={}, actor=SYSTEM, now=now)
        assert "响应 超时 用 45分钟，100%" in page_of(engineer, ticket)
        quick = open_ticket(now=now - timedelta(minutes=5))
        actions.take_step(ticket=quick, step="respond", texts={}, actor=SYSTEM, now=now)
        actions.pause(ticket=quick, reason=PauseReason.PARTS, text="硬盘", actor=SYSTEM, now=now)
        assert "响应 按时 用 5分钟" in page_of(engineer, quick)
        assert "解决 暂停" in page_of(engineer, quick)
        assert "等待备件" in page_of(engineer, quick)

    def test_a_clock_that_waits_or_is_void_says_so(self, engineer, open_ticket, now):
        ticket = open_ticket(method=Method.ONSITE, place="近郊")
        change = {"values": {"method": Method.REMOTE}, "reason": "远程即可", "actor": SYSTEM, "now": now}
        actions.change_facts(ticket=ticket, **change)
        assert "到场 不再计时" in page_of(engineer, ticket)

    def test_what_happened_latest_first(self, engineer, open_ticket, now):
        ticket = open_ticket(now=now - timedelta(minutes=1))
        actions.add_note(ticket=ticket, text="<b>已联系</b>", public=True, actor=SYSTEM, now=now)
        labels = [entry["text"] for entry in engineer.get(url("detail", ticket.pk)).context["timeline"]]
        assert labels == ["回复", "受理"]
        assert "&lt;b&gt;已联系" in engineer.get(url("detail", ticket.pk)).content.decode()

    def test_the_same_caller_before(self, engineer, open_ticket):
        earlier, ticket = open_ticket(phone="138", title="先前"), open_ticket(phone="138")
        assert engineer.get(url("detail", ticket.pk)).context["history"] == [earlier]

    def test_the_system_is_a_link_for_whoever_may_open_it(self, engineer, open_ticket, system):
        page = engineer.get(url("detail", open_ticket(system=system).pk)).content.decode()
        assert reverse("assets:detail", args=[system.pk]) in page
        system.maintenances.all().delete()
        page = engineer.get(url("detail", Ticket.objects.get().pk)).content.decode()
        assert reverse("assets:detail", args=[system.pk]) not in page

    def test_at_a_constant_price(self, project_manager, open_ticket, system, now, django_assert_num_queries):
        ticket = open_ticket(system=system, phone="138")
        with django_assert_num_queries(16):
            project_manager.get(url("detail", ticket.pk))
        for _ in range(10):
            open_ticket(phone="138", system=system)
            actions.add_note(ticket=ticket, text="x", public=False, actor=SYSTEM, now=now)
        with django_assert_num_queries(16):
            project_manager.get(url("detail", ticket.pk))


class TestButtons:
    def test_everybody_is_offered_what_they_may_do(self, engineer, project_manager, reader, open_ticket):
        address = url("detail", open_ticket().pk)
        assert buttons_of(reader.get(address)) == {"打印"}
        assert buttons_of(engineer.get(address)) == {"响应", "解决", "到场", "接手", "暂停计时", "打印"}
        assert buttons_of(project_manager.get(address)) == {
            "响应", "解决", "到场", "撤销", "接手", "派单", "暂停计时", "更正", "打印",
        }  # fmt: skip

    def test_a_solved_ticket_whose_clocks_have_stopped_is_neither_paused_nor_taken(self, engineer, open_ticket, now):
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="solve", texts=ANYTHING, actor=SYSTEM, now=now)
        assert buttons_of(engineer.get(url("detail", ticket.pk))) == {"办结", "打印"}

    def test_an_ended_ticket_is_only_reopened(self, engineer, project_manager, open_ticket, now):
        ticket = open_ticket()
        actions.take_step(ticket=ticket, step="solve", texts=ANYTHING, actor=SYSTEM, now=now)
        actions.take_step(ticket=ticket, step="close", texts={}, actor=SYSTEM, now=now)
        assert buttons_of(engineer.get(url("detail", ticket.pk))) == {"打印"}
        assert buttons_of(project_manager.get(url("detail", ticket.pk))) == {"重新打开", "打印"}


WORK = {
    "step": ("solve", {"solution": "重启", "solved_how": "remote"}), "pause": ("", {"reason": "user", "text": ""}),
    "note": ("", {"text": "已联系"}), "take": ("", {}),
}  # fmt: skip
MANAGE = {"assign": {"text": ""}, "facts": {"severity": "紧急", "method": "remote", "tier": "first", "reason": "核实"}}


class TestWhoMay:
    @pytest.mark.parametrize("name", WORK)
    def test_working_on_it(self, engineer, reader, stranger, open_ticket, name):
        ticket, (step, form) = open_ticket(), WORK[name]
        address = url(name, ticket.pk, *([step] if step else []))
        assert reader.post(address, form).status_code == 403
        assert stranger.post(address, form).status_code == 404
        assert ticket.events.count() == 1
        assert engineer.post(address, form).url == url("detail", ticket.pk)
        assert ticket.events.count() == 2

    @pytest.mark.parametrize("name", MANAGE)
    def test_managing_it(self, engineer, project_manager, stranger, open_ticket, make_person, supplier, name):
        ticket = open_ticket()
        form = MANAGE[name] | {"assignee": make_person("engineer", party=supplier, username="to").pk}
        assert engineer.post(url(name, ticket.pk), form).status_code == 403
        assert stranger.post(url(name, ticket.pk), form).status_code == 404
        assert ticket.events.count() == 1
        assert project_manager.post(url(name, ticket.pk), form).url == url("detail", ticket.pk)
        assert ticket.events.count() == 2

    def test_cancelling_and_reopening_are_the_managers(self, engineer, project_manager, open_ticket):
        ticket = open_ticket()
        assert engineer.post(url("step", ticket.pk, "cancel"), {"reason": "重复"}).status_code == 403
        assert ticket.events.count() == 1
        assert project_manager.post(url("step", ticket.pk, "cancel"), {"reason": "重复"}).status_code == 302
        ticket.refresh_from_db()
        assert ticket.state == TicketState.CANCELLED

    def test_only_people_of_both_parties_are_given_it(
        self, project_manager, open_ticket, make_person, make_party, supplier
    ):
        ticket = open_ticket()
        stranger = make_person("engineer", party=make_party("别家公司", "supplier"), username="stranger")
        ours = make_person("engineer", party=supplier, username="ours")
        buyers = make_person("clerk", party=ticket.contract.buyer, username="buyers")
        gone = make_person("engineer", party=supplier, username="gone")
        gone.is_active = False
        gone.save()
        form = project_manager.get(url("assign", ticket.pk)).context["form"]
        assert {ours, buyers} <= set(form.fields["assignee"].queryset)
        for person in (stranger, gone):
            assert project_manager.post(url("assign", ticket.pk), {"assignee": person.pk}).status_code == 422
        assert project_manager.post(url("assign", ticket.pk), {"assignee": ours.pk}).status_code == 302
        ticket.refresh_from_db()
        assert ticket.assignee == ours

    def test_only_people_of_both_parties_take_it(self, client_of, engineer, open_ticket):
        ticket = open_ticket()
        assert client_of("engineer", username="platform").post(url("take", ticket.pk)).status_code == 403
        assert engineer.post(url("take", ticket.pk)).status_code == 302
        ticket.refresh_from_db()
        assert ticket.assignee.username == "engineer"

    def test_what_somebody_has_is_not_taken_from_them(self, engineer, open_ticket, make_person, supplier, now):
        ticket = open_ticket()
        other = make_person("engineer", party=supplier, username="other")
        actions.assign(ticket=ticket, assignee=other, text="", actor=SYSTEM, now=now)
        assert "已由「测试人员」接手" in text_of(engineer.post(url("take", ticket.pk), follow=True))
        ticket.refresh_from_db()
        assert ticket.assignee == other


class TestWork:
    @pytest.mark.parametrize("kind", LIFECYCLES)
    def test_every_step_through_the_page(self, project_manager, open_ticket, kind, now):
        """Each step of a life is offered by the page, shows what it asks for, and is taken."""
        left = {step.id for step in LIFECYCLES[kind]}
        for _ in range(30):
            ticket = open_ticket(kind=kind, now=now - timedelta(hours=5))
            for _ in range(12):
                possible = steps_from(kind, TicketState(ticket.state))
                step = next((one for one in possible if one.id in left), possible[0] if possible else None)
                if step is None or (not left and ticket.state == TicketState.CLOSED):
                    break
                self.take(project_manager, ticket, step, now)
                left.discard(step.id)
                ticket.refresh_from_db()
                assert ticket.state == step.target
            if not left:
                break
        assert not left

    def take(self, client, ticket, step, now):
        address = url("step", ticket.pk, step.id)
        assert address in client.get(url("detail", ticket.pk)).content.decode()
        sent = form(step, now)
        assert {"at", *sent} <= set(client.get(address).context["form"].fields)
        assert client.post(address, sent).url == url("detail", ticket.pk)

    def test_what_is_missing_is_said_and_nothing_lost(self, engineer, open_ticket):
        ticket = open_ticket()
        response = engineer.post(url("step", ticket.pk, "solve"), {"solution": "", "at": "2026-11-20T10:00"})
        assert response.status_code == 422 and "solution" in response.context["form"].errors
        ticket.refresh_from_db()
        assert ticket.state == TicketState.NEW

    def test_when_it_was_done_may_be_entered(self, engineer, open_ticket, now):
        ticket = open_ticket(now=now - timedelta(hours=1))
        refused = engineer.post(url("step", ticket.pk, "respond"), {"at": "2026-11-20T10:30"})
        assert refused.status_code == 422 and "时间晚于现在" in text_of(refused)
        assert engineer.post(url("step", ticket.pk, "respond"), {"at": "2026-11-20T09:20"}).status_code == 302
        assert ticket.clocks.get(clock="response").met is True

    def test_a_step_out_of_turn(self, engineer, open_ticket):
        ticket = open_ticket()
        assert engineer.get(url("step", ticket.pk, "close")).url == url("detail", ticket.pk)
        assert engineer.get(url("step", ticket.pk, "nonsense")).status_code == 404
        refused = engineer.post(url("step", ticket.pk, "close"))
        assert refused.status_code == 422 and "可做的是：响应、解决、到场、撤销" in text_of(refused)

    def test_waiting_and_going_on(self, engineer, open_ticket):
        ticket = open_ticket()
        engineer.post(url("pause", ticket.pk), {"reason": "third_party", "text": "云厂商"})
        assert {"恢复计时"} <= buttons_of(engineer.get(url("detail", ticket.pk)))
        assert engineer.post(url("pause", ticket.pk), {"reason": "user"}).status_code == 422
        engineer.post(url("resume", ticket.pk))
        assert "工单没有暂停" in text_of(engineer.post(url("resume", ticket.pk), follow=True))
        ticket.refresh_from_db()
        assert ticket.paused_for == ""

    def test_a_note_needs_its_text(self, engineer, open_ticket):
        ticket = open_ticket()
        assert engineer.post(url("note", ticket.pk), {"text": " "}).status_code == 422
        assert engineer.post(url("note", ticket.pk), {"text": "内部", "public": ""}).status_code == 302
        assert ticket.events.last().public is False


class TestFacts:
    def form(self, **changes):
        return {"system": "", "severity": "", "place": "", "caller_kind": "", "method": "remote", "tier": "first",
                "reason": ""} | changes  # fmt: skip

    def preview(self, client, ticket, **changes):
        found = client.get(url("facts_preview", ticket.pk), self.form(**changes)).context["changes"]
        return [(row.label, row.before, row.after and row.after.terms.limit) for row in found]

    def test_the_preview_says_what_becomes_of_each_clock(self, project_manager, open_ticket):
        ticket = open_ticket()
        assert self.preview(project_manager, ticket) == []
        assert self.preview(project_manager, ticket, severity="紧急") == [("响应", "30分钟", "10分钟")]
        assert self.preview(project_manager, ticket, method="onsite", place="近郊") == [("到场", None, "4小时")]
        assert self.preview(project_manager, ticket, tier="second") == [("恢复", None, "4小时")]
        ticket.refresh_from_db()
        assert (ticket.severity, ticket.escalated_at) == ("", None)

    def test_what_is_previewed_is_what_happens(self, project_manager, open_ticket, now):
        ticket = open_ticket(method=Method.ONSITE, place="近郊", now=now - timedelta(minutes=20))
        actions.take_step(ticket=ticket, step="respond", texts={}, actor=SYSTEM, now=now)
        wanted = self.form(severity="重大", method="remote", tier="second", reason="核实")
        previewed = project_manager.get(url("facts_preview", ticket.pk), wanted).context["changes"]
        assert [(row.label, row.before, row.after and row.after.terms.limit) for row in previewed] == [
            ("到场", "4小时", None), ("恢复", None, "4小时"), ("解决", "2个工作日", "当日"),
        ]  # fmt: skip
        due = {row.label: row.after and row.after.due_at for row in previewed}
        project_manager.post(url("facts", ticket.pk), wanted)
        after = {clock.get_clock_display(): clock.due_at for clock in ticket.clocks.all()}
        assert {label: after[label] for label in due} == due

    def test_without_script_a_button_previews(self, project_manager, open_ticket):
        ticket = open_ticket()
        page = project_manager.post(url("facts", ticket.pk), self.form(severity="紧急", preview="1"))
        assert page.status_code == 200 and "响应 30分钟 → 10分钟" in text_of(page)
        ticket.refresh_from_db()
        assert ticket.severity == ""

    def test_a_correction_needs_its_reason(self, project_manager, open_ticket):
        ticket = open_ticket()
        refused = project_manager.post(url("facts", ticket.pk), self.form(severity="紧急"))
        assert refused.status_code == 422 and "请写明理由" in text_of(refused)
        project_manager.post(url("facts", ticket.pk), self.form(severity="紧急", reason="核实"))
        ticket.refresh_from_db()
        assert ticket.severity == "紧急"

    def test_the_preview_is_for_those_who_may_correct(self, engineer, project_manager, open_ticket):
        address = url("facts_preview", open_ticket().pk)
        assert engineer.get(address, self.form()).status_code == 403
        assert project_manager.get(address, self.form()).status_code == 200

    def test_a_word_that_the_contract_has_no_more_stays_possible(self, project_manager, open_ticket):
        ticket = open_ticket(severity="旧级别")
        form = project_manager.get(url("facts", ticket.pk)).context["form"]
        assert "旧级别" in dict(form.fields["severity"].choices)
