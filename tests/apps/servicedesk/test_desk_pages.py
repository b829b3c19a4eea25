"""The desk's form: what it fills in, what it shows beside, what it saves."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kangwei.documents.queries import latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Method, TicketKind
from kangwei.servicedesk.models import Ticket
from tests.apps.assets.pages import text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
PDF = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def call(contract):
    """`call(severity="紧急")`: what the form sends."""

    def make(**changes):
        return {
            "who": "13800000001", "caller": "张医生", "phone": "138 0000 0001", "institution": "",
            "contract": contract.pk, "kind": "incident", "title": "门诊系统打不开", "description": "", "system": "",
            "severity": "", "place": "", "caller_kind": "", "method": "remote", "channel": "phone", "occurred_at": "",
        } | changes  # fmt: skip

    return make


def values_of(response) -> dict[str, str]:
    """What stands in the form."""
    form = response.context["form"]
    return {field.name: field.value() for field in form}


class TestWhoMay:
    @pytest.mark.parametrize("name", ["new", "new_caller", "new_words", "new_aside", "new_institutions"])
    def test_taking_calls_is_for_those_who_work_on_tickets(self, engineer, reader, name):
        assert reader.get(url(name)).status_code == 403
        assert engineer.get(url(name)).status_code == 200

    def test_a_contract_of_others_cannot_be_chosen(self, engineer, stranger, call):
        assert "没有在期的合同" in text_of(stranger.post(url("new"), call()))
        assert not Ticket.objects.exists()
        assert engineer.post(url("new"), call()).status_code == 302
        assert Ticket.objects.count() == 1

    def test_nor_one_of_others_beside_an_own_one(self, stranger, call, now):
        load_small(now, id="theirs-2026", supplier="别家公司")
        refused = stranger.post(url("new"), call())
        assert refused.status_code == 422
        assert "contract" in refused.context["form"].errors


class TestSaving:
    def test_a_saved_ticket_opens_with_its_clocks(self, engineer, call, system):
        given = call(system="门诊系统", severity="紧急", place="远郊", method="onsite", occurred_at="2026-11-20T09:30")
        response = engineer.post(url("new"), given)
        ticket = Ticket.objects.get()
        assert response.url == url("detail", ticket.pk)
        assert (ticket.phone, ticket.system, ticket.severity) == ("13800000001", system, "紧急")
        assert {clock.clock: clock.limit for clock in ticket.clocks.all()} == {
            "response": "10m", "arrival": "8h", "resolve": "2wd",
        }  # fmt: skip
        assert "已受理，编号 GD-202611-000001" in text_of(engineer.get(response.url))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"), ({"system": "没有的系统"}, "system"),
            ({"institution": "没有的机构"}, "institution"),
            ({"severity": "天大"}, "severity"), ({"occurred_at": "2026-11-20T10:01"}, "occurred_at"),
            ({"contract": "0"}, "contract"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self, engineer, call, changes, field):
        response = engineer.post(url("new"), call(description="连不上") | changes)
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert "连不上" in text_of(response)
        assert not Ticket.objects.exists()

    def test_a_cause_without_what_solved_it_is_asked_about_and_kept_in_sight(self, engineer, call):
        response = engineer.post(url("new"), call(cause="停电"))
        assert response.status_code == 422
        assert "填了原因，请写明解决办法" in response.context["form"].errors["solution"][0]
        assert '<details class="kw-desk-solved" open>' in response.content.decode()
        assert not Ticket.objects.exists()

    def test_the_contract_last_used_comes_first_the_next_time(self, engineer, call, now):
        other = load_small(now, id="a-2026", title="另一份合同")
        assert values_of(engineer.get(url("new")))["contract"] == other.pk
        engineer.post(url("new"), call())
        assert values_of(engineer.get(url("new")))["contract"] == call()["contract"]

    def test_an_ended_contract_is_not_offered(self, engineer, contract):
        contract.last_day = contract.last_day.replace(month=11, day=19)
        contract.save()
        assert "没有在期的合同" in text_of(engineer.get(url("new")))
        assert engineer.get(url("new_aside")).status_code == 404


class TestFiles:
    """Files come with the call; they are checked as on the ticket's page, and opened with it or not at all."""

    def files(self, *named):
        return {"file": [SimpleUploadedFile(name, content) for name, content in named]}

    def test_they_lie_with_the_ticket(self, engineer, call):
        saved = engineer.post(url("new"), call(**self.files(("截图.png", PNG), ("方案.pdf", PDF))))
        ticket = Ticket.objects.get()
        assert saved.url == url("detail", ticket.pk)
        laid = ticket.attachments.all()
        assert [latest(row.document).file_name for row in laid] == ["截图.png", "方案.pdf"]
        assert not any(row.public for row in laid)
        assert len({row.document.number for row in laid}) == 2

    def test_also_with_one_that_was_solved_at_once(self, engineer, call):
        engineer.post(url("new"), call(solution="重启", solved_how="phone", **self.files(("截图.png", PNG))))
        ticket = Ticket.objects.get()
        assert ticket.first_contact and ticket.attachments.count() == 1

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [("页面.png", b"<html>", "不接受文件「页面.png」"), ("程序.exe", b"MZ", "不接受文件「程序.exe」"),
         ("又一份.pdf", PDF, "完全相同"), ("大.txt", b"x" * 101, "超过")],
    )  # fmt: skip
    def test_one_that_is_refused_opens_no_ticket(self, engineer, call, settings, name, content, reason):
        settings.UPLOAD_LIMIT = 100
        refused = engineer.post(url("new"), call(**self.files(("方案.pdf", PDF), (name, content))))
        assert refused.status_code == 422
        assert reason in "".join(refused.context["form"].errors["file"])
        assert not Ticket.objects.exists()
        assert f"请重新选择：方案.pdf、{name}" in text_of(refused)
        assert values_of(refused)["title"] == "门诊系统打不开"
        assert engineer.post(url("new"), call(**self.files(("方案.pdf", PDF)))).status_code == 302

    def test_another_field_that_is_wrong_names_what_must_be_chosen_again(self, engineer, call):
        refused = engineer.post(url("new"), call(title="", **self.files(("截图.png", PNG))))
        assert refused.status_code == 422 and "请重新选择：截图.png" in text_of(refused)
        assert "请重新选择" not in text_of(engineer.post(url("new"), call(title="")))

    def test_an_address_fills_in_no_file(self, engineer, call):
        assert engineer.post(f"{url('new')}?file=x", call()).status_code == 302
        assert not Ticket.objects.get().attachments.exists()


class TestCaller:
    @pytest.fixture
    def earlier(self, open_ticket, make_institution):
        return open_ticket(phone="13800000001", caller="张医生", institution=make_institution(), place="远郊")

    def test_the_only_caller_from_a_number_is_filled_in(self, engineer, earlier):
        values = values_of(engineer.get(url("new_caller"), {"who": "1380000"}))
        assert (values["caller"], values["phone"], values["institution"], values["place"]) == (
            "张医生", "13800000001", "延庆区医院", "远郊",
        )  # fmt: skip

    def test_so_is_one_by_name(self, engineer, earlier):
        assert values_of(engineer.get(url("new_caller"), {"who": "张医生"}))["phone"] == "13800000001"

    def test_several_are_offered_and_one_is_picked(self, engineer, earlier, open_ticket):
        other = open_ticket(phone="13800000001", caller="刘护士")
        response = engineer.get(url("new_caller"), {"who": "13800000001"})
        assert [known.ticket for known in response.context["callers"]] == [other, earlier]
        assert values_of(response)["phone"] == "13800000001"
        picked = engineer.get(url("new_caller"), {"who": "13800000001", "pick": earlier.pk})
        assert values_of(picked)["caller"] == "张医生"

    def test_nobody_learns_of_others_callers(self, stranger, earlier, now):
        load_small(now, id="theirs-2026", supplier="别家公司")
        response = stranger.get(url("new_caller"), {"who": "13800000001", "pick": earlier.pk})
        assert values_of(response)["caller"] == ""
        assert "张医生" not in text_of(response)

    def test_an_institution_brings_its_place(self, engineer, make_institution):
        make_institution()
        values = values_of(engineer.get(url("new_caller"), {"who": "延庆区"}))
        assert (values["institution"], values["place"]) == ("延庆区医院", "远郊")

    def test_a_new_number_or_name_takes_its_place(self, engineer, contract):
        assert values_of(engineer.get(url("new_caller"), {"who": "010 6301"}))["phone"] == "0106301"
        values = values_of(engineer.get(url("new_caller"), {"who": "新来的", "phone": "139"}))
        assert (values["caller"], values["phone"]) == ("新来的", "")

    @pytest.mark.parametrize(("last", "beyond"), [("1389", "139"), ("999", "1000"), ("138", "1390")])
    def test_a_beginning_of_a_number_ends_where_the_next_begins(self, engineer, open_ticket, last, beyond):
        open_ticket(phone=f"{last}5", caller="甲")
        open_ticket(phone=beyond, caller="乙")
        assert values_of(engineer.get(url("new_caller"), {"who": last}))["caller"] == "甲"

    def test_institutions_are_suggested_while_typing(self, engineer, make_institution):
        make_institution()
        assert "延庆区医院" in engineer.get(url("new_institutions"), {"institution": "延庆"}).content.decode()
        assert "延庆区医院" not in engineer.get(url("new_institutions"), {"institution": "昌平"}).content.decode()


class TestWords:
    def test_the_words_are_those_of_the_contract(self, engineer, contract, now):
        choices = dict(engineer.get(url("new")).context["form"].fields["severity"].choices)
        assert list(choices) == ["", "一般", "紧急", "重大"]
        other = load_small(now, id="other-2026", severities=[{"name": "常态", "cite": "small-2026.txt:50"}])
        answer = engineer.get(url("new_words"), {"contract": other.pk, "severity": "紧急", "place": "远郊"})
        assert list(dict(answer.context["form"].fields["severity"].choices)) == ["", "常态"]
        assert values_of(answer)["severity"] == ""
        assert not answer.context["form"].errors.keys() & {"severity", "place"}

    def test_a_field_for_which_the_contract_has_no_words_is_not_shown(self, engineer, contract):
        page = text_of(engineer.get(url("new")))
        assert "地域" in page and "来电方 " not in page.split("受理工单")[-1].split("标题")[0]


class TestBeside:
    def planned(self, client, **values) -> dict[str, str]:
        found = client.get(url("new_aside"), {"kind": "incident", "method": "remote"} | values).context["planned"]
        return {row.terms.label: row.terms.limit for row in found}

    def test_the_clocks_that_would_start_with_limit_and_clause(self, engineer, contract):
        assert self.planned(engineer) == {"响应": "30分钟", "解决": "2个工作日"}
        assert self.planned(engineer, severity="紧急", method="onsite", place="近郊") == {
            "响应": "10分钟", "到场": "4小时", "解决": "2个工作日",
        }  # fmt: skip
        page = engineer.get(url("new_aside"), {"kind": "incident", "severity": "紧急"})
        assert "52" in text_of(page) and "级别 紧急" in text_of(page)
        assert f"{reverse('contracts:detail', args=[contract.code])}?tab=service-levels" in page.content.decode()

    def test_they_are_the_clocks_that_do_start(self, engineer, call, now):
        given = call(severity="重大", place="近郊", method="onsite")
        planned = engineer.get(url("new_aside"), given).context["planned"]
        engineer.post(url("new"), given)
        started = {clock.get_clock_display(): clock.due_at for clock in Ticket.objects.get().clocks.all()}
        assert {row.terms.label: row.due_at for row in planned} == started

    def test_duplicates_are_open_tickets_of_the_contract_with_like_titles(self, engineer, open_ticket, system, now):
        like = open_ticket(title="门诊系统登录打不开")
        same = open_ticket(title="系统挂号慢", system=system)
        open_ticket(title="打印机不出纸")
        open_ticket(title="挂号慢")
        closed = open_ticket(title="门诊系统打不开")
        actions.take_step(ticket=closed, step="cancel", texts={"reason": "x"}, actor=SYSTEM, now=now)
        open_ticket(title="门诊系统打不开", now=now - timedelta(days=31))
        found = engineer.get(url("new_aside"), {"title": "门诊系统打不开了", "system": "门诊系统"}).context[
            "duplicates"
        ]
        assert [(row.ticket, row.same) for row in found] == [(same, ("同一系统",)), (like, ())]
        assert not engineer.get(url("new_aside"), {"title": "？"}).context["duplicates"]

    def test_what_the_caller_reported_before(self, engineer, open_ticket, make_institution):
        institution = make_institution()
        first = open_ticket(phone="13800000001")
        second = open_ticket(institution=institution)
        open_ticket(phone="13900000000")
        asked = {"phone": "13800000001", "institution": institution.name}
        assert engineer.get(url("new_aside"), asked).context["history"] == [second, first]

    def test_at_a_constant_price(self, engineer, open_ticket, call, django_assert_max_num_queries):
        for _ in range(12):
            open_ticket(phone="13800000001")
        with django_assert_max_num_queries(20):
            engineer.get(url("new_aside"), call())


def test_a_ticket_sketched_by_a_half_filled_form_is_measured_as_far_as_it_goes(contract, now):
    from kangwei.servicedesk.queries.measuring import clocks_for

    sketch = Ticket(contract=contract, kind=TicketKind.REQUEST, method=Method.ONSITE, opened_at=now, occurred_at=now)
    assert [row.terms.clause for row in clocks_for(sketch, now)] == ["service-level:response", "service-level:resolve"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "1900-01-01T00:00", "x"])
def test_a_moment_out_of_all_bounds_is_refused(engineer, call, moment):
    assert "occurred_at" in engineer.post(url("new"), call(occurred_at=moment)).context["form"].errors
    assert engineer.get(url("new_aside"), call(occurred_at=moment)).status_code == 200
    assert not Ticket.objects.exists()
