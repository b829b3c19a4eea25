"""A correction of data: nothing without the owner's written approval and a backup, and its sheet at the end."""

import hashlib
from datetime import timedelta

import pytest

from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry
from kangwei.contracts.queries import standing_evidence
from kangwei.documents.queries import content, latest
from kangwei.servicedesk import actions
from kangwei.servicedesk.actions.sheets import make_after
from kangwei.servicedesk.enums import FileRole, TicketKind, TicketState
from kangwei.servicedesk.models import Attachment
from tests.apps.servicedesk.conftest import CITE, LEVELS, SYSTEM
from tests.core.documents.reading import all_text, read
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
APPROVAL = {FileRole.APPROVAL: ("批件.pdf", b"%PDF-1.7 approval")}
BACKUP = {FileRole.BACKUP: ("备份日志.txt", "全备完成".encode())}
APPROVED = {"approved_by": "李主任", "approval": "京卫信〔2026〕12号"}
DONE = {"backup": "/backup/full-1120.dmp，38 GB", "script": "UPDATE t SET a = 1\nWHERE b = 2;", "rows": "12",
        "result": "已修正"}  # fmt: skip
NAME = "数据库工作确认单"


@pytest.fixture
def ticket(open_ticket):
    return open_ticket(kind=TicketKind.DATA_FIX, title="门诊日报少计一天", caller="王护士", phone="13800001111")


@pytest.fixture
def take(ticket, now):
    """`take("submit", {"scope": "12 条"})`: the step, `now`."""

    def step(step, texts, actor=SYSTEM, **given):
        return actions.take_step(ticket=ticket, step=step, texts=texts, actor=actor, **({"now": now} | given))

    return step


def backed_up(now):
    return {"moments": {"backed_up_at": now - timedelta(hours=1)}, "files": BACKUP}


def test_it_is_approved_only_on_paper(take, ticket, now):
    with pytest.raises(ActionError, match="可做的是：提交审批"):
        take("carry_out", DONE, **backed_up(now))
    take("submit", {"scope": "修正 12 条"})
    for texts, files, field in (
        ({"approved_by": "李主任"}, APPROVAL, "approval"),
        (APPROVED, {}, "file_approval"),
        (APPROVED, BACKUP, "file_approval"),
    ):
        with pytest.raises(ActionError) as refusal:
            take("approve", texts, files=files)
        assert refusal.value.field == field
    assert not Attachment.objects.exists()
    assert take("approve", APPROVED, files=APPROVAL).state == TicketState.APPROVED
    laid = ticket.attachments.get()
    assert (laid.role, latest(laid.document).file_name, laid.public) == (FileRole.APPROVAL, "批件.pdf", False)


def test_even_the_owners_own_approval_needs_its_paper(take, ticket, make_person):
    take("submit", {"scope": "修正 12 条"})
    manager = make_person("buyer_manager", party=ticket.contract.buyer)
    with pytest.raises(ActionError, match="请附上书面批准文件"):
        take("approve", APPROVED, actor=manager)
    assert take("approve", APPROVED, actor=manager, files=APPROVAL).state == TicketState.APPROVED


def test_it_is_carried_out_only_behind_a_backup(take, ticket, now):
    take("submit", {"scope": "修正 12 条"})
    take("approve", APPROVED, files=APPROVAL)
    whole = {"texts": DONE} | backed_up(now)
    for missing, field in (
        ({"files": {}}, "file_backup"),
        ({"moments": {}}, "backed_up_at"),
        ({"texts": DONE | {"backup": " "}}, "backup"),
        ({"texts": DONE | {"rows": ""}}, "rows"),
        ({"moments": {"backed_up_at": now + timedelta(minutes=1)}}, "backed_up_at"),
        ({"files": {FileRole.BACKUP: ("备份.png", b"<html>")}}, "file_backup"),
        ({"files": BACKUP | {FileRole.PHOTO: ("a.png", b"\x89PNG\r\n\x1a\n")}}, "file_photo"),
    ):
        with pytest.raises(ActionError) as refusal:
            take("carry_out", **(whole | missing))
        assert refusal.value.field == field
    ticket.refresh_from_db()
    assert (ticket.state, ticket.attachments.count()) == (TicketState.APPROVED, 1)
    assert take("carry_out", **whole).state == TicketState.CARRIED_OUT


def test_a_backup_made_afterwards_is_none(take, now):
    later = now + timedelta(hours=3)
    take("submit", {"scope": "修正 12 条"})
    take("approve", APPROVED, files=APPROVAL)
    with pytest.raises(ActionError, match="备份应在执行之前完成"):
        take("carry_out", DONE, at=now + timedelta(hours=1), now=later, **backed_up(later))
    assert take("carry_out", DONE, at=later, now=later, **backed_up(later)).state == TicketState.CARRIED_OUT


def test_the_script_stands_apart_from_the_timeline(take, ticket, now):
    take("submit", {"scope": "修正 12 条"})
    take("approve", APPROVED, files=APPROVAL)
    take("carry_out", DONE, **backed_up(now))
    event = ticket.events.get(action="carry_out")
    said = ("备份时间：2026-11-20 09:00", f"备份位置与大小：{DONE['backup']}", "影响行数：12", "实施结果：已修正")
    assert event.text == "\n".join(said)
    assert event.data["script"] == DONE["script"] and event.data["backed_up_at"] == "2026-11-20T01:00:00+00:00"
    assert AuditEntry.objects.filter(action="servicedesk.step").last().data["texts"] == event.data


def test_what_went_wrong_goes_back_to_its_beginning(take, ticket, now):
    take("submit", {"scope": "修正 12 条"})
    take("approve", APPROVED, files=APPROVAL)
    take("carry_out", DONE, **backed_up(now))
    assert take("roll_back", {"reason": "行数不符，已由备份恢复"}).state == TicketState.NEW
    with pytest.raises(ActionError, match="可做的是：提交审批"):
        take("carry_out", DONE, **backed_up(now))


@pytest.fixture
def lived(take, now):
    """Take the correction to its end."""

    def live():
        take("submit", {"scope": "修正 12 条"})
        take("approve", APPROVED, files=APPROVAL)
        take("carry_out", DONE, **backed_up(now))
        take("solve", {"check": "抽查 12 条相符"})
        take("close", {})

    return live


def test_the_sheet_says_who_approved_what_was_done_and_behind_which_backup(lived, ticket, now):
    lived()
    laid = ticket.attachments.get(role=FileRole.SHEET)
    version = latest(laid.document)
    assert (laid.document.title, laid.document.kind) == (f"{NAME} {ticket.number}", "database-work-sheet")
    assert version.file_name == f"{NAME}-{ticket.number}-{laid.document.number}.docx"
    context = version.context["context"]
    assert context["proofs"] == [
        {"use": "书面批准", "name": "批件.pdf", "sha256": hashlib.sha256(b"%PDF-1.7 approval").hexdigest()},
        {"use": "备份证明", "name": "备份日志.txt", "sha256": hashlib.sha256("全备完成".encode()).hexdigest()},
    ]
    said = all_text(read(content(version)))
    for text in (ticket.number, "门诊日报少计一天", "王护士 13800001111", "试验甲方中心", "修正 12 条",
                 "抽查 12 条相符", *APPROVED.values(), *DONE.values(), "2026-11-20 09:00:00",
                 laid.document.number):  # fmt: skip
        assert text in said


def test_the_sheet_is_evidence_under_the_contracts_own_name(lived, open_ticket, contract, now):
    named = load_small(
        now, calendars=contract.calendars, service_levels=LEVELS, duties=[],
        severities=[{"name": name, "cite": CITE} for name in ("一般", "紧急", "重大")],
        deliverables=[{"name": NAME, "group": "验收清单", "cite": CITE}], acceptance={},
    )  # fmt: skip
    lived()
    evidence = standing_evidence(named).get()
    assert (evidence.deliverable, evidence.document.kind, evidence.note) == (
        NAME, "database-work-sheet", "工单 GD-202611-000001",
    )  # fmt: skip


def test_a_sheet_is_made_once(lived, ticket, now):
    lived()
    ticket.refresh_from_db()
    laid = ticket.attachments.get(role=FileRole.SHEET)
    assert make_after(ticket, "close", SYSTEM, now + timedelta(days=1)) == laid
    assert ticket.attachments.filter(role=FileRole.SHEET).count() == 1
    assert standing_evidence(ticket.contract).filter(document=laid.document).count() == 1


def test_the_second_round_is_what_the_sheet_records(take, lived, ticket, now):
    take("submit", {"scope": "旧范围"})
    take("approve", APPROVED | {"approval": "旧文号"}, files=APPROVAL)
    take("carry_out", DONE | {"rows": "99"}, **backed_up(now))
    take("roll_back", {"reason": "行数不符"})
    lived()
    context = latest(ticket.attachments.get(role=FileRole.SHEET).document).context["context"]
    assert (context["scope"], context["approval"], context["rows"]) == ("修正 12 条", APPROVED["approval"], "12")


def test_it_is_not_carried_out_before_it_was_approved_though_both_may_be_entered_later(take, now):
    later = now + timedelta(hours=3)
    take("submit", {"scope": "修正 12 条"})
    take("approve", APPROVED, files=APPROVAL, at=now + timedelta(hours=2), now=later)
    work = {"step": "carry_out", "texts": DONE, "now": later} | backed_up(now)
    with pytest.raises(ActionError, match="实施时间早于批准时间 2026-11-20 12:00"):
        take(at=now + timedelta(hours=1), **work)
    assert take(at=now + timedelta(hours=2), **work).state == TicketState.CARRIED_OUT
