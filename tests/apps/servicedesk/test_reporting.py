"""Reporting at an entrance without a sign-in: what becomes a ticket, on which contract, and what does not."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, FileRole, TicketKind, Trouble
from kangwei.servicedesk.models import Attachment, Ticket
from kangwei.servicedesk.queries import entering
from kangwei.servicedesk.queries.following import signature_of
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import CITE, SYSTEM
from tests.apps.servicedesk.portal import link, photo, png
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
NURSE = System("报告人 王护士")


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def entrance(contract, make_institution, now):
    return actions.open_entrance(institution=make_institution(), contract=contract, actor=SYSTEM, now=now)


@pytest.fixture
def address(entrance) -> str:
    return reverse("portal:entrance", args=[entrance.key])


@pytest.fixture
def report(entrance, now):
    """`report(token="b")`: what a nurse reports."""

    def make(**values):
        given = {
            "entrance": entrance, "token": "a", "system": None, "text": "门诊系统打不开\n三台都这样",
            "trouble": Trouble.DOWN, "name": "王护士", "phone": "8012", "actor": NURSE, "now": now,
        }  # fmt: skip
        return actions.report(**(given | values))

    return make


def said(**changes):
    """What the form sends."""
    return {
        "token": "a", "text": "打不开", "trouble": "down", "system": "unknown", "name": "王护士", "phone": "80 12",
    } | changes  # fmt: skip


def system_named(name: str):
    from kangwei.assets.models import Asset

    return Asset.objects.get(name=name)


def other_contract(now, system: str = "检验系统", **changes):
    systems = {"systems": [{"name": system, "category": "业务系统", "cite": CITE}]}
    return load_small(now, **({"id": "other-2026", "title": "另一份合同", "scope": systems} | changes))


class TestTicket:
    def test_what_is_said_becomes_a_ticket_of_the_institution(self, report, contract, entrance):
        ticket = report()
        assert (ticket.title, ticket.contract, ticket.institution) == ("门诊系统打不开", contract, entrance.institution)
        assert (ticket.caller, ticket.phone, ticket.channel) == ("王护士", "8012", Channel.PORTAL)
        assert ticket.description == "门诊系统打不开\n三台都这样\n\n影响：完全不能用"
        assert ticket.opened_by == "报告人 王护士" and ticket.place == "远郊"
        assert ticket.clocks.get(clock="response").phase == "running"

    @pytest.mark.parametrize(
        ("trouble", "kind"),
        [(Trouble.DOWN, TicketKind.INCIDENT), (Trouble.FLAWED, TicketKind.INCIDENT),
         (Trouble.QUESTION, TicketKind.REQUEST)],
    )  # fmt: skip
    def test_a_question_is_a_request_anything_else_an_incident(self, report, trouble, kind):
        assert report(trouble=trouble).kind == kind

    def test_a_long_first_line_is_shortened_for_the_title(self, report):
        ticket = report(text="\n" + "长" * 60)
        assert ticket.title == "长" * 49 + "…" and "长" * 60 in ticket.description

    def test_a_place_that_the_contract_does_not_know_is_left_open(self, now, make_institution, contract, report):
        institution = make_institution("城里医院", "东城区", "城区")
        entrance = actions.open_entrance(institution=institution, contract=contract, actor=SYSTEM, now=now)
        assert report(entrance=entrance).place == ""


class TestContract:
    def test_it_goes_to_the_contract_that_maintains_the_system(self, report, now, contract):
        other = other_contract(now)
        assert report(system=system_named("检验系统")).contract == other
        assert report(system=system_named("门诊系统"), token="b").contract == contract
        assert report(token="c").contract == contract

    def test_of_several_the_entrances_own_comes_first_else_the_first_by_code(self, report, now, entrance, contract):
        first = other_contract(now, system="门诊系统", id="a-2026")
        system = system_named("门诊系统")
        assert report(system=system).contract == contract
        own = other_contract(now, id="z-2026")
        entrance = actions.open_entrance(institution=entrance.institution, contract=own, actor=SYSTEM, now=now)
        assert report(entrance=entrance, system=system).contract == first

    def test_one_that_is_not_in_force_or_another_buyers_is_none(self, report, now, contract, entrance):
        ended = other_contract(now)
        system, today = system_named("检验系统"), now.date()
        assert system in entering.systems_offered(entrance, today)
        ended.last_day = today - timedelta(days=1)
        ended.save()
        assert system not in entering.systems_offered(entrance, today)
        assert report(system=system).contract == contract
        other_contract(now, system="血库系统", id="theirs-2026", buyer="别的甲方")
        assert "血库系统" not in {one.name for one in entering.systems_offered(entrance, today)}

    def test_practice_stays_apart(self, now, entrance):
        other_contract(now, practice=True)
        assert [one.name for one in entering.systems_offered(entrance, now.date())] == ["门诊系统"]

    def test_what_the_institution_reported_most_stands_first(self, report, now, entrance):
        other_contract(now, system="A系统")
        today = now.date()
        assert [one.name for one in entering.systems_offered(entrance, today)] == ["A系统", "门诊系统"]
        report(system=system_named("门诊系统"))
        assert [one.name for one in entering.systems_offered(entrance, today)] == ["门诊系统", "A系统"]


class TestTwice:
    def test_the_same_sent_again_opens_nothing(self, report, now):
        first = report(photos=[png()])
        assert report(photos=[png()], now=now + timedelta(minutes=3)) == first
        assert Ticket.objects.count() == 1 and Attachment.objects.count() == 1

    def test_other_words_from_a_page_taken_back_are_another_report(self, report):
        first = report()
        assert report(text="打印机也坏了") != first

    def test_the_same_words_from_a_fresh_page_are_another_report(self, report):
        assert report() != report(token="b")


class TestLimits:
    def test_twenty_within_ten_minutes_and_no_more(self, report, now, entrance, make_institution, contract):
        for n in range(20):
            report(token=str(n))
        with pytest.raises(ActionError, match="10 分钟"):
            report(token="x")
        assert Ticket.objects.count() == 20
        assert report(token="19").title == "门诊系统打不开", "what was sent before is still answered"
        neighbour = actions.open_entrance(
            institution=make_institution("乙医院"), contract=contract, actor=SYSTEM, now=now
        )
        assert report(token="x", entrance=neighbour)
        assert report(token="y", now=now + timedelta(minutes=10))

    def test_a_closed_entrance(self, report, entrance, now):
        assert report()
        actions.close_entrance(entrance=entrance, actor=SYSTEM, now=now)
        with pytest.raises(ActionError, match="停用"):
            report(token="b")

    def test_an_ended_contract(self, report, contract, now):
        later = now.replace(year=2027)
        with pytest.raises(ActionError, match="到期"):
            report(now=later)
        assert report(now=now.replace(month=12, day=31)).contract == contract

    @pytest.mark.parametrize(
        ("photos", "reason"),
        [([b"GIF89a"], "只收 jpg 和 png"), ([b"<html>"], "只收 jpg 和 png"), ([png()] * 4, "最多 3 张"),
         ([png() + b"\0" * 8 * 1024 * 1024], "不超过 8 MB")],
    )  # fmt: skip
    def test_a_file_that_is_not_taken_leaves_nothing_behind(self, report, photos, reason):
        with pytest.raises(ActionError, match=reason) as refused:
            report(photos=photos)
        assert refused.value.field == "photos"
        assert not Ticket.objects.exists() and not Attachment.objects.exists()
        assert report(photos=[png()]).number.endswith("000001")

    def test_photos_lie_with_the_ticket_for_the_caller_too(self, report):
        ticket = report(photos=[png(), b"\xff\xd8\xff\xe0" + b"\0" * 20])
        assert [(one.role, one.public, one.by) for one in ticket.attachments.all()] == [
            (FileRole.PHOTO, True, "报告人 王护士")
        ] * 2
        names = [one.document.versions.get().file_name for one in ticket.attachments.all()]
        assert names == ["照片1.png", "照片2.jpg"]
        assert audit.verify()[1] is None


class TestPage:
    def test_a_report_opens_its_own_page(self, address, contract):
        client = Client()
        page = client.get(address)
        assert page.status_code == 200 and "延庆区医院" in text_of(page)
        assert "门诊系统" in text_of(page) and "不清楚" in text_of(page)
        sent = client.post(address, said(photos=[photo()], token=page.context["form"]["token"].value()))
        ticket = Ticket.objects.get()
        assert sent.url == f"{link(ticket)}?done=report"
        assert ticket.phone == "8012" and ticket.attachments.count() == 1
        assert "已收到您的报修" in text_of(client.get(sent.url))
        assert "sessionid" not in client.cookies

    def test_every_page_has_a_token_of_its_own(self, address):
        tokens = {Client().get(address).context["form"]["token"].value() for _ in range(2)}
        assert len(tokens) == 2

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"text": " "}, "text"), ({"trouble": "x"}, "trouble"), ({"system": "0"}, "system"), ({"name": ""}, "name"),
         ({"phone": ""}, "phone"), ({"token": "a b"}, "token"), ({"text": "a\0b"}, "text")],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self, address, changes, field):
        page = Client().post(address, said(text="呼吸机接口不通", photos=[photo()]) | changes)
        assert page.status_code == 422 and list(page.context["form"].errors) == [field]
        assert "照片请重新选择" in text_of(page)
        assert field == "text" or "呼吸机接口不通" in text_of(page)
        assert not Ticket.objects.exists()

    def test_a_file_that_is_no_photo_is_said_at_its_field(self, address):
        page = Client().post(address, said(photos=[SimpleUploadedFile("a.png", b"<html>", "image/png")]))
        assert page.status_code == 422 and list(page.context["form"].errors) == ["photos"]
        assert Client().post(address, said(photos=[photo("a.jpg")])).status_code == 302

    def test_too_many_and_too_large_photos(self, address):
        many = Client().post(address, said(photos=[photo() for _ in range(4)]))
        large = Client().post(address, said(photos=[SimpleUploadedFile("a.png", png() + bytes(8 << 20))]))
        assert "最多 3 张" in text_of(many) and "不超过 8 MB" in text_of(large)
        assert not Ticket.objects.exists()

    def test_three_photos_of_a_phone_go_through_and_nothing_larger(self, address):
        seven = [SimpleUploadedFile(f"{n}.png", png(n) + bytes(7 << 20)) for n in range(3)]
        assert Client().post(address, said(photos=seven)).status_code == 302
        nine = [SimpleUploadedFile(f"{n}.png", png(n) + bytes(9 << 20)) for n in range(3)]
        assert Client().post(address, said(photos=nine)).status_code == 400

    def test_what_was_reported_is_listed_so_that_nobody_reports_it_again(
        self, address, report, open_ticket, entrance, make_institution, now
    ):
        mine = report()
        open_ticket(institution=make_institution("乙医院"), title="别家的")
        open_ticket(institution=entrance.institution, title="内部的变更", kind=TicketKind.CHANGE)
        open_ticket(institution=entrance.institution, title="投诉某人", kind=TicketKind.COMPLAINT)
        page = Client().get(address)
        assert [row for row, _ in page.context["reported"]] == [mine]
        assert link(mine) in page.content.decode()
        actions.take_step(ticket=mine, step="cancel", texts={"reason": "误报"}, actor=SYSTEM, now=now)
        assert Client().get(address).context["reported"] == []

    def test_what_another_supplier_has_is_named_and_does_not_open(self, address, report, open_ticket, entrance, now):
        mine = report()
        theirs = load_small(now, id="other-2026", supplier="别家公司")
        others = open_ticket(contract=theirs, institution=entrance.institution, title="影像系统慢")
        page = Client().get(address).content.decode()
        assert link(mine) in page
        assert "影像系统慢" in page
        assert signature_of(others) not in page

    def test_an_unknown_key_and_a_closed_entrance_say_what_to_do(self, address, entrance, now):
        unknown = Client().get(reverse("portal:entrance", args=["x" * 43]))
        assert unknown.status_code == 404 and "没有这个报修码" in text_of(unknown)
        assert Client().get(address).status_code == 200
        actions.close_entrance(entrance=entrance, actor=SYSTEM, now=now)
        closed = Client().get(address)
        assert closed.status_code == 404 and "已停用" in text_of(closed) and "墙上新的报修码" in text_of(closed)
        assert Client().post(address, said()).status_code == 404 and not Ticket.objects.exists()

    def test_an_ended_contract_is_said_in_clear_words(self, address, contract, now):
        contract.last_day = now.date() - timedelta(days=1)
        contract.save()
        assert "已于 2026-11-19 到期" in text_of(Client().get(address))
        assert "已于 2026-11-19 到期" in text_of(Client().post(address, said()))
        assert not Ticket.objects.exists()

    def test_more_than_the_limit_is_said_above_the_form(self, address, report):
        for n in range(20):
            report(token=str(n))
        page = Client().post(address, said(token="x"))
        assert page.status_code == 422 and "请过 10 分钟再试" in text_of(page)

    def test_it_is_found_kept_and_passed_on_by_no_machine(self, address):
        for page in (Client().get(address), Client().get(reverse("portal:entrance", args=["x"]))):
            assert page["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in page["Cache-Control"]
            assert page["Referrer-Policy"] == "same-origin"

    def test_a_form_from_elsewhere_is_refused(self, address):
        client = Client(enforce_csrf_checks=True)
        assert client.post(address, said()).status_code == 403
        sent = said(csrfmiddlewaretoken=str(client.get(address).context["csrf_token"]))
        assert client.post(address, sent, headers={"origin": "null"}).status_code == 403
        assert client.post(address, sent, headers={"origin": "http://testserver"}).status_code == 302

    def test_the_page_costs_the_same_for_one_report_and_for_three(self, address, report, django_assert_num_queries):
        report()
        with django_assert_num_queries(4):
            Client().get(address)
        report(token="b"), report(token="c")
        with django_assert_num_queries(4):
            Client().get(address)
