"""What other systems do by the API: open tickets, read them, work on them, tell of alerts."""

import json
from datetime import timedelta
from typing import ClassVar

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kangwei.accounts.actions import create_api_key, revoke_api_key, set_active
from kangwei.base.models import AuditEntry
from kangwei.documents.queries import latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.enums import Channel, FileRole, PauseReason, TicketKind
from kangwei.servicedesk.models import ApiCall, Ticket
from tests.apps.servicedesk.conftest import SYSTEM
from tests.apps.servicedesk.test_hotline import managing
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
CALL = {"contract": "small-2026", "title": "门诊系统打不开"}
ALERT = {
    "contract": "small-2026", "source": "zabbix", "key": "db-1/disk", "title": "磁盘将满", "state": "firing",
    "text": "/data 92%",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _frozen(now):
    with time_machine.travel(now, tick=False):
        yield


class Caller:
    """Another system with a key: `post("tickets", {...}, key="1")`."""

    def __init__(self, person, now):
        self.person = person
        self.api_key, self.secret = create_api_key(person=person, name="监控平台", actor=person, now=now)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"}, enforce_csrf_checks=True)

    def post(self, path, body, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        content = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", content, content_type="application/json", headers=headers)

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)


@pytest.fixture
def caller(supplier, make_person, now):
    """The interface account of the contract's supplier."""
    return Caller(make_person("engineer", party=supplier), now)


@pytest.fixture
def other(contract, make_party, make_person, now):
    """That of a supplier that does not hold the contract."""
    return Caller(make_person("engineer", party=make_party("别家公司", "supplier"), username="other"), now)


class TestKeys:
    def test_a_key_opens_and_a_wrong_or_revoked_one_does_not(self, caller, now):
        assert caller.get("tickets").status_code == 200
        wrong = Client(headers={"Authorization": "Bearer kw_wrong"}).get("/api/v1/tickets")
        assert (wrong.status_code, wrong.json()) == (401, {"field": "", "reason": "密钥无效或已作废"})
        revoke_api_key(key=caller.api_key, actor=SYSTEM, now=now)
        assert caller.get("tickets").status_code == 401

    def test_without_any_key_it_says_where_to_put_it(self, contract):
        refused = Client().get("/api/v1/tickets")
        assert refused.status_code == 401 and "Authorization: Bearer" in refused.json()["reason"]

    def test_a_key_ends_with_the_persons_sign_in(self, caller, now):
        set_active(person=caller.person, active=False, actor=SYSTEM, now=now)
        assert caller.get("tickets").status_code == 401
        set_active(person=caller.person, active=True, actor=SYSTEM, now=now)
        assert caller.get("tickets").status_code == 200

    def test_who_only_reads_opens_nothing(self, contract, make_person, make_party, now):
        reader = Caller(make_person("supervisor", party=make_party("监理公司", "supervisor")), now)
        assert reader.get("tickets").status_code == 200
        refused = reader.post("tickets", CALL, "1")
        assert (refused.status_code, refused.json()["reason"]) == (403, "密钥所属人员没有此项权限")
        assert not Ticket.objects.exists()

    def test_a_body_that_is_too_large_is_not_read(self, caller):
        large = caller.post("tickets", CALL | {"description": "长" * 100_000}, "1")
        assert (large.status_code, large.json()["reason"]) == (413, "内容超过 256 KB")
        assert caller.post("tickets", CALL | {"description": "长" * 20_000}, "1").status_code == 201


class TestOpening:
    def test_a_call_opens_a_ticket_with_its_clocks(self, caller, system, make_institution):
        make_institution()
        opened = caller.post("tickets", CALL | {
            "system": "门诊系统", "institution": "延庆区医院", "caller": "张医生", "phone": "138 0000 0001",
            "severity": "紧急", "occurred_at": "2026-11-20T09:30:00+08:00", "external": "HIS-7",
        }, "call-1")  # fmt: skip
        assert opened.status_code == 201
        ticket = Ticket.objects.get()
        assert opened.json()["number"] == ticket.number == "GD-202611-000001"
        assert (ticket.channel, ticket.place, ticket.phone, ticket.external) == ("api", "远郊", "13800000001", "HIS-7")
        assert {clock.clock: clock.limit for clock in ticket.clocks.all()} == {"response": "10m", "resolve": "2wd"}

    def test_the_same_call_again_opens_nothing(self, caller):
        first = caller.post("tickets", CALL, "call-1")
        again = caller.post("tickets", json.dumps(CALL, indent=2), "call-1")
        assert (again.status_code, again.json(), again["Idempotent-Replay"]) == (200, first.json(), "true")
        assert "Idempotent-Replay" not in first
        assert Ticket.objects.count() == 1

    def test_another_body_under_the_same_key_is_a_conflict(self, caller):
        caller.post("tickets", CALL, "call-1")
        other = caller.post("tickets", CALL | {"title": "别的事"}, "call-1")
        assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")
        assert Ticket.objects.count() == 1
        assert caller.post("tickets", CALL | {"title": "别的事"}, "call-2").status_code == 201

    def test_two_systems_may_use_the_same_key(self, caller, other, now):
        load_small(now, id="theirs-2026", supplier="别家公司")
        assert caller.post("tickets", CALL, "1").status_code == 201
        assert other.post("tickets", CALL | {"contract": "theirs-2026"}, "1").status_code == 201

    def test_a_refused_call_leaves_its_key_free(self, caller):
        assert caller.post("tickets", CALL | {"system": "没有的系统"}, "1").status_code == 422
        assert not ApiCall.objects.exists()
        assert caller.post("tickets", CALL, "1").status_code == 201

    def test_a_second_that_comes_while_the_first_is_done_finds_it(self, caller, monkeypatch):
        """As on PostgreSQL: the second asked before the first was there, and is refused by the database."""
        from kangwei.servicedesk.actions import calls

        first = caller.post("tickets", CALL, "1")
        asked, done = [], calls._done
        monkeypatch.setattr(calls, "_done", lambda *given: done(*given) if asked else asked.append(given))
        second = caller.post("tickets", CALL, "1")
        assert (second.status_code, second.json()["number"]) == (200, first.json()["number"])
        assert Ticket.objects.count() == 1
        assert caller.post("tickets", CALL, "2").json()["number"] == "GD-202611-000002"

    def test_a_name_in_their_system_is_taken_once_a_contract(self, caller):
        caller.post("tickets", CALL | {"external": "HIS-7"}, "1")
        again = caller.post("tickets", CALL | {"external": "HIS-7"}, "2")
        assert again.status_code == 422
        assert again.json() == {
            "field": "external", "reason": "「HIS-7」已受理为工单 GD-202611-000001，没有重复受理",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "field", "reason"),
        [
            ({"title": ""}, "title", "至少 1 个字"),
            ({"title": None}, "title", "填写有误"),
            ({"kind": "nonsense"}, "kind", "应为"),
            ({"severity": "天大"}, "severity", "级别应为"),
            ({"institution": "没有的机构"}, "institution", "没有名为"),
            ({"occurred_at": "2026-11-20T09:30:00"}, "occurred_at", "时区"),
            ({"occurred_at": "2026-11-20T10:01:00+08:00"}, "occurred_at", "晚于受理时间"),
            ({"occurred_at": "9999-12-31T23:59:59-12:00"}, "occurred_at", "本世纪"),
            ({"description": "a\u0000b"}, "description", "空字符"),
            ({"descripton": "错字"}, "descripton", "没有这一项"),
            ({"contract": "nobody-2026"}, "contract", "没有编号为「nobody-2026」的合同，或您无权查看"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_in_chinese(self, caller, changes, field, reason):
        refused = caller.post("tickets", CALL | changes, "1")
        assert refused.status_code == 422
        assert refused.json()["field"] == field
        assert reason in refused.json()["reason"]
        assert not Ticket.objects.exists()

    def test_no_json_and_no_key_are_refused(self, caller):
        assert caller.post("tickets", "{", "1").json()["reason"] == "请求体不是有效的 JSON"
        assert caller.post("tickets", "[" * 50_000, "1").status_code == 422
        missing = caller.post("tickets", CALL)
        assert (missing.status_code, missing.json()) == (422, {"field": "Idempotency-Key", "reason": "必填"})

    def test_of_a_contract_of_others_nobody_learns_that_it_is_there(self, other):
        refused = other.post("tickets", CALL, "1")
        unknown = other.post("tickets", CALL | {"contract": "small-2027"}, "1")
        assert (refused.status_code, unknown.status_code) == (422, 422)
        assert refused.json()["reason"].replace("2026", "2027") == unknown.json()["reason"]

    def test_a_call_asks_seven_questions_more_than_the_desk(self, caller, open_ticket):
        """Who calls, with which roles; whether the call came before; the contract; the call itself, in a savepoint."""
        caller.post("tickets", CALL, "1")
        with CaptureQueriesContext(connection) as by_desk:
            open_ticket()
        with CaptureQueriesContext(connection) as by_call:
            caller.post("tickets", CALL, "2")
        assert len(by_call) - len(by_desk) == 7


class TestReading:
    def test_a_ticket_with_its_clocks_and_what_callers_may_read(self, caller, open_ticket, now):
        ticket = open_ticket(severity="紧急")
        actions.add_note(ticket=ticket, text="内部的话", public=False, actor=SYSTEM, now=now)
        actions.add_note(ticket=ticket, text="正在处理", public=True, actor=SYSTEM, now=now)
        with time_machine.travel(now + timedelta(minutes=4), tick=False):
            read = caller.get(f"tickets/{ticket.number}").json()
        clock = read["clocks"][0]
        assert (clock["clock"], clock["limit"], clock["left"], clock["phase"]) == ("response", "10分钟", 360, "running")
        assert (clock["due"], clock["cite"]) == ("2026-11-20T02:10:00Z", "small-2026.txt:52")
        assert clock["clause"] == "service-level:response-urgent"
        assert [event["text"] for event in read["events"]] == ["", "正在处理"]

    def test_a_clock_that_stands_has_no_due_time(self, caller, open_ticket, now):
        ticket = open_ticket()
        actions.pause(ticket=ticket, reason=PauseReason.PARTS, text="", actor=SYSTEM, now=now)
        read = caller.get(f"tickets/{ticket.number}").json()
        assert read["waits_for"] == "parts"
        assert {(clock["phase"], clock["due"], clock["left"]) for clock in read["clocks"]} == {("paused", None, None)}

    def test_tickets_of_others_are_not_there(self, other, caller, open_ticket):
        ticket = open_ticket()
        assert other.get(f"tickets/{ticket.number}").status_code == 404
        assert other.get("tickets").json() == {"tickets": [], "next": None}
        assert caller.get(f"tickets/{ticket.number}").status_code == 200
        assert caller.get("tickets/GD-202611-999999").json()["reason"] == "没有这样的对象，或您无权查看"

    def test_pages_are_gone_through_by_the_cursor(self, caller, open_ticket):
        numbers = [open_ticket(title=f"第 {n} 台").number for n in range(5)]
        found, cursor = [], {}
        while True:
            page = caller.get("tickets", limit=2, **cursor).json()
            found += [row["number"] for row in page["tickets"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == numbers[::-1]

    def test_filters_as_the_queue_has_them(self, caller, open_ticket, system, now):
        mine = open_ticket(severity="紧急", system=system, external="HIS-7")
        done = open_ticket(kind=TicketKind.REQUEST, title="换打印机")
        actions.take_step(ticket=done, step="cancel", texts={"reason": "重复"}, actor=SYSTEM, now=now)

        def found(**query):
            return [row["number"] for row in caller.get("tickets", **query).json()["tickets"]]

        assert found() == [done.number, mine.number]
        for query in (
            {"group": "open"}, {"severity": "紧急"}, {"system": "门诊系统"}, {"external": "HIS-7"}, {"q": "打不开"},
            {"kind": "incident"}, {"contract": "small-2026", "group": "unassigned"},
        ):  # fmt: skip
            assert found(**query) == [mine.number], query
        assert found(**{"from": "2026-11-21"}) == []
        assert found(**{"from": "2026-11-20", "to": "2026-11-20"}) == [done.number, mine.number]
        assert caller.get("tickets", kind="nonsense").status_code == 422
        assert caller.get("tickets", q="a\x00").status_code == 422

    def test_a_list_costs_as_much_with_three_as_with_one(self, caller, open_ticket, django_assert_num_queries):
        for rows in (1, 3):
            while Ticket.objects.count() < rows:
                open_ticket()
            with django_assert_num_queries(3):
                assert len(caller.get("tickets").json()["tickets"]) == rows


class TestWorking:
    def test_a_step_is_taken_once_however_often_it_is_sent(self, caller, open_ticket):
        ticket = open_ticket()
        first = caller.post(f"tickets/{ticket.number}/steps/respond", {}, "s-1")
        again = caller.post(f"tickets/{ticket.number}/steps/respond", {}, "s-1")
        assert (first.status_code, again.status_code) == (200, 200)
        assert (first.json(), again["Idempotent-Replay"]) == (again.json(), "true")
        assert ticket.events.filter(action="respond").count() == 1
        refused = caller.post(f"tickets/{ticket.number}/steps/respond", {}, "s-2")
        assert (refused.status_code, refused.json()["reason"]) == (422, "工单现为处理中，可做的是：解决、到场、撤销")

    def test_a_second_that_waited_for_the_first_finds_it(self, caller, open_ticket, monkeypatch):
        """The step is refused to the second before its key is: it finds the first's all the same."""
        from kangwei.servicedesk.actions import calls

        path = f"tickets/{open_ticket().number}/steps/respond"
        caller.post(path, {}, "s-1")
        asked, done = [], calls._done
        monkeypatch.setattr(calls, "_done", lambda *given: done(*given) if asked else asked.append(given))
        second = caller.post(path, {}, "s-1")
        assert (second.status_code, second["Idempotent-Replay"]) == (200, "true")

    def test_a_step_asks_for_its_texts_and_knows_no_others(self, caller, open_ticket):
        path = f"tickets/{open_ticket().number}/steps/solve"
        assert caller.post(path, {}, "1").json() == {"field": "solution", "reason": "请填写解决办法"}
        unknown = caller.post(path, {"texts": {"solution": "重启", "points": "x"}}, "1")
        assert unknown.json() == {"field": "texts.points", "reason": "解决没有这一项内容"}
        solved = caller.post(path, {"texts": {"solution": "重启"}, "at": "2026-11-20T10:00:00+08:00"}, "1")
        assert (solved.status_code, solved.json()["state"]) == (200, "solved")

    def test_the_same_key_for_another_ticket_is_a_conflict(self, caller, open_ticket):
        one, other = open_ticket(), open_ticket()
        assert caller.post(f"tickets/{one.number}/steps/respond", {}, "1").status_code == 200
        assert caller.post(f"tickets/{other.number}/steps/respond", {}, "1").status_code == 409

    def test_steps_of_managers_are_refused_to_others(self, caller, open_ticket, make_person, now):
        path, body = f"tickets/{open_ticket().number}/steps/cancel", {"texts": {"reason": "重复"}}
        assert caller.post(path, body, "1").status_code == 403
        manager = Caller(make_person("project_manager", party=caller.person.party), now)
        assert manager.post(path, body, "1").json()["state"] == "cancelled"

    def test_the_owners_consent_is_given_by_a_person_and_by_no_key(self, contract, open_ticket, make_person, now):
        ticket = open_ticket(kind=TicketKind.CHANGE)
        buyer = make_person("buyer_manager", party=contract.buyer)
        for step, texts in (("assess", {}), ("submit", {"assessment": "无风险"})):
            actions.take_step(ticket=ticket, step=step, texts=texts, actor=SYSTEM, now=now)
        approval = {"approved_by": "王主任"}
        refused = Caller(buyer, now).post(f"tickets/{ticket.number}/steps/approve", {"texts": approval}, "1")
        assert (refused.status_code, refused.json()["reason"]) == (403, "批准须由本人登录后办理，不能用密钥")
        approved = actions.take_step(ticket=ticket, step="approve", texts=approval, actor=buyer, now=now)
        assert approved.state == "approved"

    def test_no_such_step_and_no_such_ticket(self, caller, other, open_ticket):
        number = open_ticket().number
        assert caller.post(f"tickets/{number}/steps/dance", {}, "1").status_code == 404
        assert other.post(f"tickets/{number}/steps/respond", {}, "1").status_code == 404
        assert other.post(f"tickets/{number}/notes", {"text": "x"}, "1").status_code == 404
        assert caller.post(f"tickets/{number}/notes", {"text": "x"}, "1").status_code == 201

    def test_a_note_is_written_once(self, caller, open_ticket):
        ticket = open_ticket()
        body = {"text": "供应商已派人", "public": True}
        first = caller.post(f"tickets/{ticket.number}/notes", body, "n-1")
        again = caller.post(f"tickets/{ticket.number}/notes", body, "n-1")
        assert (first.status_code, again.status_code) == (201, 200)
        assert [event.text for event in ticket.events.filter(action="note")] == ["供应商已派人"]
        assert AuditEntry.objects.filter(action="servicedesk.note").count() == 1


class TestStepsWithMomentsAndFiles:
    TEXTS: ClassVar = {"backup": "38 GB", "script": "UPDATE t SET a = 1", "rows": "12", "result": "已修正"}
    MOMENTS: ClassVar = {"backed_up_at": "2026-11-20T08:00:00+08:00"}

    @pytest.fixture
    def path(self, open_ticket, now):
        """Where a correction of data, approved on paper, is carried out."""
        ticket = open_ticket(kind=TicketKind.DATA_FIX)
        paper = {FileRole.APPROVAL: ("批件.pdf", b"%PDF-1.7 approval")}
        for step, texts, files in (
            ("submit", {"scope": "12 条"}, {}), ("approve", {"approved_by": "李主任", "approval": "12号"}, paper),
        ):  # fmt: skip
            actions.take_step(ticket=ticket, step=step, texts=texts, files=files, actor=SYSTEM, now=now)
        return f"tickets/{ticket.number}/steps/carry_out"

    def send(self, caller, path, key="1", *, texts=None, moments=None, **files):
        payload = {"texts": texts or self.TEXTS, "moments": self.MOMENTS if moments is None else moments}
        named = {role: SimpleUploadedFile(name, content) for role, (name, content) in files.items()}
        headers = {"Idempotency-Key": key}
        body = {"payload": json.dumps(payload)} | named
        return caller.client.post(f"/api/v1/{path}/with-files", body, headers=headers)

    def test_the_proof_of_a_backup_comes_with_the_step_once(self, caller, path):
        proof = {"backup": ("备份日志.txt", "全备完成".encode())}
        first, again = self.send(caller, path, **proof), self.send(caller, path, **proof)
        assert (first.status_code, first.json()["state"]) == (200, "carried_out")
        assert again["Idempotent-Replay"] == "true"
        ticket = Ticket.objects.get()
        laid = ticket.attachments.get(role=FileRole.BACKUP)
        assert latest(laid.document).file_name == "备份日志.txt"
        assert ticket.events.get(action="carry_out").data["backed_up_at"] == "2026-11-20T08:00:00+08:00"

    def test_another_file_under_the_same_key_is_a_conflict(self, caller, path):
        self.send(caller, path, backup=("a.txt", b"one"))
        assert self.send(caller, path, backup=("a.txt", b"two")).status_code == 409

    @pytest.mark.parametrize(
        ("changes", "field", "reason"),
        [
            ({"backup": ("a.exe", b"MZ")}, "backup", "不接受文件「a.exe」"),
            ({"backup": ("a.txt", b"")}, "backup", "空"),
            ({"backup": ("a.txt", b"x" * 101)}, "backup", "超过"),
            ({}, "backup", "请附上备份证明文件"),
            ({"backup": ("a.txt", b"x"), "file": ("b.txt", b"y")}, "file", ""),
            ({"backup": ("a.txt", b"x"), "moments": {}}, "backed_up_at", "请填写备份时间"),
            ({"backup": ("a.txt", b"x"), "moments": {"backed_up_at": "2026-11-20T08:00:00"}}, "", "时区"),
            ({"backup": ("a.txt", b"x"), "moments": {"watch_until": "2026-11-20T08:00:00+08:00"}},
             "moments.watch_until", "没有这一项"),
            ({"backup": ("a.txt", b"x"), "moments": {"backed_up_at": "2026-11-20T11:00:00+08:00"}}, "backed_up_at",
             "执行之前"),
        ],
    )  # fmt: skip
    def test_what_the_page_refuses_is_refused_and_nothing_is_laid(self, caller, path, settings, changes, field, reason):
        settings.UPLOAD_LIMIT = 100
        files = {name: value for name, value in changes.items() if name != "moments"}
        refused = self.send(caller, path, moments=changes.get("moments"), **files)
        assert refused.status_code == 422
        assert reason in refused.json()["reason"] and field in refused.json()["field"]
        ticket = Ticket.objects.get()
        assert (ticket.state, ticket.attachments.count()) == ("approved", 1)
        assert self.send(caller, path, backup=("a.txt", b"x")).status_code == 200

    def test_moments_alone_go_with_the_plain_call(self, caller, open_ticket, now):
        ticket = open_ticket(kind=TicketKind.RELEASE)
        buyer = managing(ticket.contract.buyer, now)
        window = {"window_from": now, "window_to": now + timedelta(hours=2)}
        for step, texts, moments in (
            ("prepare", {}, {}), ("submit", {"checklist": "清单", "rollback": "回退"}, {}),
            ("approve", {"approved_by": "王主任"}, window),
        ):  # fmt: skip
            actions.take_step(ticket=ticket, step=step, texts=texts, moments=moments, actor=buyer, now=now)
        body = {"texts": {"result": "已发布"}, "moments": {"watch_until": "2026-11-21T09:00:00+08:00"}}
        done = caller.post(f"tickets/{ticket.number}/steps/carry_out", body, "1")
        assert (done.status_code, done.json()["state"]) == (200, "carried_out")

    def test_no_approval_comes_by_key_with_paper_either(self, caller, open_ticket, now):
        ticket = open_ticket(kind=TicketKind.CHANGE)
        for step, texts in (("assess", {}), ("submit", {"assessment": "无风险"})):
            actions.take_step(ticket=ticket, step=step, texts=texts, actor=SYSTEM, now=now)
        path = f"tickets/{ticket.number}/steps/approve"
        paper = ("批件.pdf", b"%PDF-1.7 approval")
        assert self.send(caller, path, texts={"approved_by": "王"}, moments={}, file=paper).status_code == 403
        page = managing(ticket.contract.buyer, now)
        approved = actions.take_step(ticket=ticket, step="approve", texts={"approved_by": "王"}, actor=page, now=now)
        assert approved.state == "approved"

    def test_more_than_its_files_may_hold_is_not_read(self, caller, path, settings):
        settings.UPLOAD_LIMIT = 1000
        assert self.send(caller, path, backup=("a.txt", b"x" * 300_000)).status_code == 413
        assert self.send(caller, path, backup=("a.txt", b"x" * 1000)).status_code == 200


class TestAlerts:
    def test_the_first_opens_and_the_next_is_noted(self, caller):
        first, again = caller.post("alerts", ALERT), caller.post("alerts", ALERT | {"text": "/data 95%"})
        assert (first.status_code, again.status_code) == (201, 200)
        ticket = Ticket.objects.get()
        assert (ticket.channel, ticket.title) == (Channel.ALERT, "磁盘将满")
        assert "zabbix db-1/disk" in ticket.description
        note = ticket.events.get(action="note")
        assert (note.text, note.public) == ("告警再次触发，第 2 次：/data 95%", False)

    def test_over_is_noted_and_a_person_closes_it(self, caller):
        caller.post("alerts", ALERT)
        over = caller.post("alerts", ALERT | {"state": "resolved", "text": ""})
        assert (over.status_code, over.json()["ticket"]["state"]) == (200, "new")
        assert Ticket.objects.get().events.get(action="note").text == "告警已恢复"

    def test_over_without_a_ticket_keeps_nothing(self, caller):
        over = caller.post("alerts", ALERT | {"state": "resolved"})
        assert (over.status_code, over.json()) == (200, {"opened": False, "ticket": None})
        assert not Ticket.objects.exists()

    def test_after_closing_it_opens_another_that_names_the_first(self, caller, now):
        caller.post("alerts", ALERT)
        first = Ticket.objects.get()
        actions.take_step(ticket=first, step="cancel", texts={"reason": "误报"}, actor=SYSTEM, now=now)
        assert caller.post("alerts", ALERT | {"state": "resolved"}).json()["opened"] is False
        second = caller.post("alerts", ALERT)
        assert second.status_code == 201 and second.json()["ticket"]["number"] != first.number
        assert f"此前同一告警的工单：{first.number}" in Ticket.objects.order_by("pk").last().description

    def test_what_was_held_for_solved_is_opened_again(self, caller, now):
        caller.post("alerts", ALERT)
        ticket = Ticket.objects.get()
        actions.take_step(ticket=ticket, step="solve", texts={"solution": "清日志"}, actor=SYSTEM, now=now)
        assert caller.post("alerts", ALERT).json()["ticket"]["state"] == "working"
        ticket.refresh_from_db()
        assert ticket.reopened == 1

    def test_alerts_of_other_keys_sources_and_contracts_are_apart(self, caller, now):
        load_small(now, id="second-2026")
        for changes in ({}, {"key": "db-2/disk"}, {"source": "prometheus"}, {"contract": "second-2026"}):
            assert caller.post("alerts", ALERT | changes).status_code == 201
        assert Ticket.objects.count() == 4

    def test_nobody_tells_of_alerts_on_contracts_of_others(self, other):
        assert other.post("alerts", ALERT).status_code == 422
        assert not Ticket.objects.exists()
