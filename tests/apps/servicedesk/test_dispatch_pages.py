"""Dispatch orders on the screen: who sees and does what, a visit from the phone, the list, the files."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import DispatchState, Signer
from kangwei.servicedesk.forms.dispatches import CheckInForm
from kangwei.servicedesk.models import Dispatch, Rating, Signature
from tests.apps.assets.pages import sheet_of, text_of
from tests.apps.servicedesk.conftest import SYSTEM, url
from tests.apps.servicedesk.pictures import STROKE, data_url, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def worker(make_person, supplier):
    return make_person("engineer", party=supplier, username="field")


@pytest.fixture
def phone(worker):
    """The engineer who is sent out, signed in."""
    client = Client()
    client.force_login(worker, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def issue(open_ticket, worker, now):
    def make(ticket=None, **values):
        given = {
            "ticket": ticket or open_ticket(place="远郊", caller="李护士", phone="010-1234"), "engineer": worker,
            "task": "更换交换机", "address": "东街 28 号", "actor": SYSTEM, "now": now,
        }  # fmt: skip
        return actions.issue_dispatch(**(given | values))

    return make


@pytest.fixture
def dispatch(issue):
    return issue()


@pytest.fixture
def finished(dispatch, now):
    actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
    return actions.finish_visit(dispatch=dispatch, work_done="已修复", parts=[], actor=SYSTEM, now=now)


@pytest.fixture
def signed(finished, now):
    for signer in Signer:
        actions.sign_dispatch(
            dispatch=finished, signer=signer, name=signer.label, image=STROKE, actor=SYSTEM, now=now
        )  # fmt: skip
    finished.refresh_from_db()
    return finished


def parts(*rows: dict[str, str], total: int = 3) -> dict[str, str]:
    """Rows for parts as a browser sends them."""
    found = {"parts-TOTAL_FORMS": str(total), "parts-INITIAL_FORMS": "0"}
    for number in range(total):
        row = {"name": "", "quantity": "1", "unit": "", "serial": ""} | (rows[number] if number < len(rows) else {})
        found |= {f"parts-{number}-{name}": value for name, value in row.items()}
    return found


def state_of(dispatch) -> str:
    return Dispatch.objects.get(pk=dispatch.pk).state


class TestTheTicketsPage:
    def test_a_manager_sends_somebody_and_sees_it_there(self, project_manager, open_ticket, worker):
        ticket = open_ticket(description="网络不通")
        form = {"engineer": worker.pk, "address": "东街 28 号", "planned_at": "2026-11-20T14:00", "task": "换交换机"}
        assert project_manager.post(url("dispatch_issue", ticket.pk), form).url == url("detail", ticket.pk)
        said = text_of(project_manager.get(url("detail", ticket.pk)))
        assert "PG-202611-000001 待接单 测试人员 东街 28 号 2026-11-20 14:00 —" in said

    def test_the_form_knows_where_and_what(self, project_manager, open_ticket, make_institution):
        ticket = open_ticket(institution=make_institution("平谷区医院"), description="网络不通")
        form = project_manager.get(url("dispatch_issue", ticket.pk)).context["form"]
        assert (form["address"].value(), form["task"].value()) == ("平谷区医院", "网络不通")

    def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(self, project_manager, dispatch, worker):
        form = {"engineer": worker.pk, "address": "西街", "planned_at": "", "task": "换交换机"}
        response = project_manager.post(url("dispatch_issue", dispatch.ticket.pk), form)
        assert response.status_code == 422
        assert response.context["form"].errors == {"engineer": ["「测试人员」已有未完成的派工单 PG-202611-000001"]}
        assert 'value="西街"' in response.content.decode()

    def test_sending_is_the_managers(self, engineer, project_manager, stranger, open_ticket, worker):
        ticket = open_ticket()
        form = {"engineer": worker.pk, "address": "东街", "planned_at": "", "task": "换"}
        address = url("dispatch_issue", ticket.pk)
        assert engineer.post(address, form).status_code == 403
        assert stranger.post(address, form).status_code == 404
        assert not Dispatch.objects.exists()
        assert project_manager.post(address, form).status_code == 302
        assert Dispatch.objects.count() == 1

    def test_who_may_not_send_anybody_is_not_offered_it(self, engineer, project_manager, open_ticket):
        ticket = open_ticket()
        assert url("dispatch_issue", ticket.pk) not in engineer.get(url("detail", ticket.pk)).content.decode()
        assert url("dispatch_issue", ticket.pk) in project_manager.get(url("detail", ticket.pk)).content.decode()


class TestOnThePhone:
    def test_where_to_go_whom_to_call_and_how_much_time_is_left(self, phone, dispatch):
        response = phone.get(url("dispatch", dispatch.pk))
        assert "东街 28 号 更换交换机 李护士 010-1234 下一步 接单 出发" in text_of(response)
        assert "到场 剩余 8小时" in text_of(response)
        assert 'href="tel:010-1234"' in response.content.decode()

    def test_a_visit_from_the_first_press_to_the_last(self, phone, dispatch, now):
        here = url("dispatch", dispatch.pk)
        assert phone.post(url("dispatch_accept", dispatch.pk)).url == here
        assert phone.post(url("dispatch_depart", dispatch.pk)).url == here
        photo = SimpleUploadedFile("现场.png", png())
        place = {"latitude": "40.456700", "longitude": "115.974500", "accuracy": "25", "at": "", "photo": photo}
        assert phone.post(url("dispatch_check_in", dispatch.pk), place).url == here
        assert "40.456700, 115.974500（精度 25 米） 现场照片" in text_of(phone.get(here))
        form = {"work_done": "已修复"} | parts({"name": "网线", "quantity": "2", "unit": "根"})
        assert phone.post(url("dispatch_finish", dispatch.pk), form).url == here
        for signer in Signer:
            answer = phone.post(
                url("dispatch_sign", dispatch.pk, signer), {"name": "李护士", "image": STROKE, "score": ""}
            )  # fmt: skip
            assert answer.url == here
        assert state_of(dispatch) == DispatchState.SIGNED
        assert "三方已签字，派工单已归档为佐证" in text_of(phone.get(here))

    @pytest.mark.parametrize(
        ("state", "offered"),
        [
            ("issued", {"accept", "depart", "check_in"}), ("accepted", {"depart", "check_in"}),
            ("travelling", {"check_in"}), ("arrived", {"finish"}), ("finished", {"sign", "finish"}),
            ("signed", {"sheet"}), ("cancelled", set()),
        ],
    )  # fmt: skip
    def test_it_offers_what_is_next_and_nothing_else(self, phone, dispatch, state, offered):
        Dispatch.objects.filter(pk=dispatch.pk).update(state=state)
        page = phone.get(url("dispatch", dispatch.pk)).content.decode()
        addresses = {
            name: url(f"dispatch_{name}", dispatch.pk) for name in ("accept", "depart", "check_in", "finish", "sheet")
        }
        addresses["sign"] = url("dispatch_sign", dispatch.pk, "requester")
        assert {name for name, address in addresses.items() if address in page} == offered

    def test_without_a_position_it_goes_on_and_says_so(self, phone, dispatch):
        empty = {"latitude": "", "longitude": "", "accuracy": "", "at": ""}
        assert phone.post(url("dispatch_check_in", dispatch.pk), empty).status_code == 302
        assert "没有取得定位" in text_of(phone.get(url("dispatch", dispatch.pk)))

    def test_entered_afterwards_both_times_are_shown(self, phone, issue, open_ticket, now):
        before = now - timedelta(hours=2)
        dispatch = issue(open_ticket(now=before), now=before)
        assert phone.post(url("dispatch_check_in", dispatch.pk), {"at": "2026-11-20T09:00"}).status_code == 302
        assert "到场 2026-11-20 09:00 2026-11-20 10:00 补录" in text_of(phone.get(url("dispatch", dispatch.pk)))

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"at": "2026-11-20T10:01"}, "到场时间晚于现在"),
            ({"at": "2026-11-20T07:59"}, "到场时间早于派工时间 11-20 08:00"),
            ({"at": "昨天"}, "输入一个有效的日期/时间"),
            ({"latitude": "99", "longitude": "0", "accuracy": "5"}, "定位数据不合理"),
            ({"latitude": "NaN", "longitude": "0", "accuracy": "5"}, "输入一个数"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_in_its_place(self, phone, issue, now, form, said):
        dispatch = issue(now=now - timedelta(hours=2))
        response = phone.post(url("dispatch_check_in", dispatch.pk), form)
        assert response.status_code == 422
        assert said in text_of(response)
        assert state_of(dispatch) == DispatchState.ISSUED

    def test_a_photo_that_is_a_page_is_refused(self, phone, dispatch):
        page = SimpleUploadedFile("现场.png", b"<html><script>alert(1)</script></html>")
        response = phone.post(url("dispatch_check_in", dispatch.pk), {"photo": page})
        assert response.status_code == 422
        assert "不接受文件「现场.png」" in text_of(response)
        assert not dispatch.ticket.attachments.exists()

    def test_pressed_again_after_a_lost_answer_it_says_how_it_stands(self, phone, dispatch):
        phone.post(url("dispatch_accept", dispatch.pk))
        page = phone.post(url("dispatch_accept", dispatch.pk), follow=True)
        assert "派工单已接单，请刷新后再看" in text_of(page)

    def test_parts_go_by_rows_and_a_wrong_row_is_named(self, phone, dispatch, now):
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        wrong = {"work_done": "已修复"} | parts(
            {"name": "网线", "quantity": ""}, {"unit": "根"}, {"name": "螺丝", "quantity": "0"}
        )
        response = phone.post(url("dispatch_finish", dispatch.pk), wrong)
        assert response.status_code == 422
        errors = [set(row) for row in response.context["part_rows"].errors]
        assert errors == [{"quantity"}, {"name"}, {"quantity"}]
        assert "已修复" in response.content.decode()
        assert state_of(dispatch) == DispatchState.ARRIVED
        right = {"work_done": "已修复"} | parts({"name": "网线", "quantity": "2"}, total=5)
        assert phone.post(url("dispatch_finish", dispatch.pk), right).status_code == 302
        assert [str(part) for part in dispatch.parts.all()] == ["网线 × 2"]

    def test_parts_without_their_count_or_too_many_are_refused(self, phone, dispatch, now):
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        for rows in ({}, parts(total=60)):
            assert phone.post(url("dispatch_finish", dispatch.pk), {"work_done": "x"} | rows).status_code == 422
        assert state_of(dispatch) == DispatchState.ARRIVED

    def test_said_anew_the_form_holds_what_was_said(self, phone, dispatch, now):
        actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        phone.post(url("dispatch_finish", dispatch.pk), {"work_done": "已修复"} | parts({"name": "网线"}))
        page = phone.get(url("dispatch", dispatch.pk))
        assert page.context["finish"]["work_done"].value() == "已修复"
        assert page.context["part_rows"][0]["name"].value() == "网线"

    def test_what_somebody_wrote_is_text(self, phone, issue, open_ticket):
        dispatch = issue(open_ticket(title="<b>标题</b>"), task="<script>alert(1)</script>", address="<i>东街</i>")
        page = phone.get(url("dispatch", dispatch.pk)).content.decode()
        assert "<script>alert" not in page and "<b>标题" not in page and "<i>东街" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_at_a_constant_price(self, phone, finished, issue, open_ticket, now, django_assert_num_queries):
        address = url("dispatch", finished.pk)
        with django_assert_num_queries(11):
            phone.get(address)
        for number in range(5):
            actions.add_note(ticket=finished.ticket, text=f"{number}", public=False, actor=SYSTEM, now=now)
            issue(open_ticket())
        with django_assert_num_queries(11):
            phone.get(address)


class TestSigning:
    def test_the_pad_knows_the_names_and_says_what_is_signed(self, phone, finished):
        page = phone.get(url("dispatch_sign", finished.pk, "requester"))
        assert page.context["form"]["name"].value() == "李护士"
        assert phone.get(url("dispatch_sign", finished.pk, "handler")).context["form"]["name"].value() == "测试人员"
        assert phone.get(url("dispatch_sign", finished.pk, "confirmer")).context["form"]["name"].value() == ""
        assert "已修复" in text_of(page)
        assert "<noscript>" in page.content.decode()

    def test_only_the_requester_is_asked_for_a_score_and_only_once(self, phone, finished):
        assert "score" in phone.get(url("dispatch_sign", finished.pk, "requester")).context["form"].fields
        assert "score" not in phone.get(url("dispatch_sign", finished.pk, "handler")).context["form"].fields
        form = {"name": "李护士", "image": STROKE, "score": "9"}
        assert phone.post(url("dispatch_sign", finished.pk, "requester"), form).status_code == 302
        assert Rating.objects.get().score == 9
        page = phone.get(url("dispatch_sign", finished.pk, "requester"), follow=True)
        assert "报修人已签字" in text_of(page)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"image": ""}, "image"), ({"image": data_url(b"<script>")}, "image"), ({"name": ""}, "name"),
            ({"score": "11"}, "score"), ({"score": "x"}, "score"),
        ],
    )  # fmt: skip
    def test_what_is_missing_or_wrong_is_said_at_its_field(self, phone, finished, change, field):
        form = {"name": "李护士", "image": STROKE, "score": ""} | change
        response = phone.post(url("dispatch_sign", finished.pk, "requester"), form)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not Signature.objects.exists()

    def test_nobody_signs_what_is_not_finished_or_in_a_place_that_is_none(self, phone, dispatch):
        page = phone.get(url("dispatch_sign", dispatch.pk, "requester"), follow=True)
        assert "派工单待接单，现在不能签字" in text_of(page)
        assert phone.get(url("dispatch_sign", dispatch.pk, "director")).status_code == 404

    def test_a_scale_too_long_for_keys_is_typed(self, contract, phone, finished, monkeypatch):
        from kangwei.servicedesk import queries

        monkeypatch.setattr(queries, "scale_of", lambda _: queries.Scale(100))
        form = phone.get(url("dispatch_sign", finished.pk, "requester")).context["form"]
        assert form.fields["score"].max_value == 100


POSTS = ("accept", "depart", "check_in", "finish")


class TestWhoMay:
    @pytest.mark.parametrize("name", POSTS)
    def test_carrying_it_on(self, engineer, reader, stranger, phone, dispatch, name, now):
        if name == "finish":
            actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        before, form = state_of(dispatch), {"work_done": "已修复"} | parts()
        address = url(f"dispatch_{name}", dispatch.pk)
        # A colleague, somebody who only reads, another supplier's manager.
        assert [client.post(address, form).status_code for client in (engineer, reader, stranger)] == [403, 403, 404]
        assert state_of(dispatch) == before
        assert phone.post(address, form).status_code == 302
        assert state_of(dispatch) != before

    @pytest.mark.parametrize("name", POSTS)
    def test_a_manager_may_for_an_engineer_without_a_phone(self, project_manager, dispatch, name, now):
        if name == "finish":
            actions.check_in(dispatch=dispatch, actor=SYSTEM, now=now)
        before = state_of(dispatch)
        project_manager.post(url(f"dispatch_{name}", dispatch.pk), {"work_done": "已修复"} | parts())
        assert state_of(dispatch) != before

    def test_taking_signatures(self, engineer, reader, stranger, phone, finished):
        address, form = url("dispatch_sign", finished.pk, "handler"), {"name": "张三", "image": STROKE}
        assert [client.post(address, form).status_code for client in (engineer, reader, stranger)] == [403, 403, 404]
        assert not Signature.objects.exists()
        assert phone.post(address, form).status_code == 302

    def test_cancelling(self, phone, stranger, project_manager, dispatch):
        address, form = url("dispatch_cancel", dispatch.pk), {"reason": "用户改期"}
        assert phone.post(address, form).status_code == 403
        assert stranger.post(address, form).status_code == 404
        assert state_of(dispatch) == DispatchState.ISSUED
        assert project_manager.post(address, {"reason": "长" * 301}).status_code == 422
        assert project_manager.post(address, form).status_code == 302
        assert "已作废：用户改期" in text_of(phone.get(url("dispatch", dispatch.pk)))

    def test_reading_it_and_its_files(self, reader, stranger, signed):
        addresses = [
            url("dispatch", signed.pk), url("dispatch_sheet", signed.pk),
            url("dispatch_signature", signed.pk, "handler"),
        ]  # fmt: skip
        assert [stranger.get(address).status_code for address in addresses] == [404] * 3
        assert [reader.get(address).status_code for address in addresses] == [200] * 3

    def test_who_only_reads_is_offered_nothing_to_press(self, reader, dispatch):
        page = reader.get(url("dispatch", dispatch.pk)).content.decode()
        assert url("dispatch_accept", dispatch.pk) not in page
        assert "这张派工单由测试人员处理" in page


class TestFiles:
    def test_the_sheet_is_a_pdf_to_save(self, phone, signed):
        response = phone.get(url("dispatch_sheet", signed.pk))
        assert response.content.startswith(b"%PDF-")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment")

    def test_a_signature_is_never_more_than_a_picture(self, phone, signed):
        response = phone.get(url("dispatch_signature", signed.pk, "requester"))
        assert response.content == png()
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")

    def test_the_photo(self, phone, dispatch):
        assert phone.get(url("dispatch_photo", dispatch.pk)).status_code == 404
        phone.post(url("dispatch_check_in", dispatch.pk), {"photo": SimpleUploadedFile("现场.png", png())})
        assert phone.get(url("dispatch_photo", dispatch.pk)).content == png()

    def test_what_is_not_there_yet(self, phone, finished):
        assert phone.get(url("dispatch_sheet", finished.pk)).status_code == 404
        assert phone.get(url("dispatch_signature", finished.pk, "requester")).status_code == 404

    def test_a_file_that_was_touched_is_not_given_out(self, phone, signed, settings):
        sha256 = signed.document.versions.get().sha256
        file = settings.ARCHIVE / sha256[:2] / sha256[2:]
        file.chmod(0o600)
        file.write_bytes(b"%PDF-changed")
        assert "归档文件已被改动" in text_of(phone.get(url("dispatch_sheet", signed.pk), follow=True))


class TestTheList:
    def test_by_state_engineer_contract_and_text(self, phone, issue, open_ticket, make_person, supplier, contract, now):
        colleague = make_person("engineer", party=supplier, username="colleague")
        mine, other = issue(address="东街"), issue(open_ticket(title="打印机卡纸"), engineer=colleague, address="西街")
        actions.cancel_dispatch(dispatch=other, reason="改期", actor=SYSTEM, now=now)

        def found(query):
            return {row.pk for row in phone.get(f"{url('dispatch_list')}?{query}").context["page_obj"]}

        assert found("") == {mine.pk, other.pk}
        assert found("state=under_way") == found("state=issued") == found("engineer=me") == {mine.pk}
        assert (
            found("state=cancelled") == found("q=打印机") == found("q=西街") == found(f"q={other.number}") == {other.pk}
        )
        assert found(f"contract={contract.code}") == {mine.pk, other.pk}
        assert found("contract=another") == set()
        assert found("state=nonsense") == {mine.pk, other.pk}

    def test_a_supplier_sees_its_own_alone(self, phone, stranger, dispatch):
        assert list(phone.get(url("dispatch_list")).context["page_obj"]) == [dispatch]
        assert list(stranger.get(url("dispatch_list")).context["page_obj"]) == []

    def test_empty_it_says_how_one_comes_about(self, phone):
        assert "还没有派工单 在工单页面点「派工」" in text_of(phone.get(url("dispatch_list")))

    def test_as_excel(self, phone, issue):
        issue(task="=1+1", address="=HYPERLINK(1)")
        rows = sheet_of(phone.get(f"{url('dispatch_list')}?export=1"))
        assert rows[0][:3] == ["编号", "工单", "标题"]
        assert rows[1][0] == "PG-202611-000001"
        assert "=HYPERLINK(1)" in rows[1]

    @pytest.mark.parametrize("count", [1, 3])
    def test_in_a_constant_number_of_queries(self, phone, issue, open_ticket, django_assert_num_queries, count):
        for _ in range(count):
            issue(open_ticket())
        with django_assert_num_queries(8):
            phone.get(url("dispatch_list"))

    def test_the_queue_leads_there(self, phone):
        assert url("dispatch_list") in phone.get(url("queue")).content.decode()


def test_a_photo_that_is_too_large_or_named_beyond_measure_is_refused_before_it_is_read(settings):
    settings.UPLOAD_LIMIT = 100
    for photo, taken in (
        (SimpleUploadedFile("现场.png", bytes(100)), True), (SimpleUploadedFile("现场.png", bytes(101)), False),
        (SimpleUploadedFile(f"{'现' * 200}.png", bytes(10)), False),
    ):  # fmt: skip
        form = CheckInForm({}, {"photo": photo})
        assert form.is_valid() == taken
        assert ("photo" in form.errors) != taken
