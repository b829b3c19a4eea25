"""Evidence: what turns an occurrence done, late, open again."""

from datetime import timedelta

import pytest

from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.contracts import actions, queries
from kangwei.contracts.enums import EvidenceKind, OccurrenceState, Standing
from kangwei.contracts.models import Evidence, Occurrence
from kangwei.contracts.signals import occurrence_done
from tests.factories.contracts import load_small

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def contract(now):
    return load_small(now)


def row_of(contract, period, target="业务库甲"):
    return contract.occurrences.get(clause__key="duty:db-inspection", period=period, target=target)


def upload(contract, row, now, name="巡检单.txt", content=b"result"):
    return actions.upload_evidence(
        contract=contract, occurrence=row, deliverable="", file_name=name, content=content, note="",
        actor=SYSTEM, now=now,
    )  # fmt: skip


def standing(row, now):
    return queries.with_standing(Occurrence.objects.filter(pk=row.pk), now).get().standing


def test_an_archived_document_turns_the_occurrence_done(contract, now):
    row = row_of(contract, "2026-11")
    evidence = upload(contract, row, now)
    row.refresh_from_db()
    assert (row.state, row.done_at) == (OccurrenceState.DONE, now)
    assert evidence.deliverable == "数据库巡检报告"
    assert evidence.document.number.startswith("WD-202611-")


def test_a_mere_record_is_not_enough_where_a_sheet_is_owed(contract, now):
    row = row_of(contract, "2026-11")
    actions.record_evidence(
        contract=contract, occurrence=row, kind=EvidenceKind.RECORD, reference="note:1", actor=SYSTEM, now=now
    )
    row.refresh_from_db()
    assert row.state == OccurrenceState.OPEN


def test_done_after_the_due_time_is_late(contract, now):
    row = row_of(contract, "2026-10")
    assert standing(row, now) == Standing.OVERDUE
    upload(contract, row, now)
    assert standing(row, now) == Standing.LATE


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (lambda row: row.starts_at - timedelta(seconds=1), Standing.UPCOMING),
        (lambda row: row.starts_at, Standing.CURRENT),
        (lambda row: row.due_at, Standing.CURRENT),
        (lambda row: row.due_at + timedelta(seconds=1), Standing.OVERDUE),
    ],
)
def test_an_open_occurrence_stands_by_its_window(contract, moment, expected):
    row = row_of(contract, "2026-11")
    assert standing(row, moment(row)) == expected


def test_work_is_not_recorded_before_its_window(contract, now):
    row = row_of(contract, "2026-12")
    with pytest.raises(ActionError, match="尚未开始"):
        upload(contract, row, now)
    assert not Evidence.objects.exists()


def test_the_same_record_twice_is_one(contract, now):
    row = row_of(contract, "2026-11")
    record = {"contract": contract, "occurrence": row, "kind": EvidenceKind.RECORD, "reference": "run:1"}
    first = actions.record_evidence(**record, actor=SYSTEM, now=now)
    again = actions.record_evidence(**record, actor=SYSTEM, now=now + timedelta(minutes=1))
    assert first == again and Evidence.objects.count() == 1


def test_withdrawing_the_only_evidence_opens_the_occurrence_again(contract, now):
    row = row_of(contract, "2026-11")
    evidence = upload(contract, row, now)
    actions.withdraw_evidence(evidence=evidence, reason="传错文件", actor=SYSTEM, now=now)
    row.refresh_from_db()
    assert (row.state, row.done_at) == (OccurrenceState.OPEN, None)
    assert evidence.document.versions.count() == 1  # the file itself stays


def test_with_other_evidence_left_it_stays_done_since_then(contract, now):
    row = row_of(contract, "2026-11")
    first = upload(contract, row, now)
    later = now + timedelta(hours=1)
    upload(contract, row, later, content="第二份".encode())
    actions.withdraw_evidence(evidence=first, reason="传错文件", actor=SYSTEM, now=later)
    row.refresh_from_db()
    assert (row.state, row.done_at) == (OccurrenceState.DONE, later)


def test_withdrawing_needs_a_reason(contract, now):
    evidence = upload(contract, row_of(contract, "2026-11"), now)
    with pytest.raises(ActionError, match="理由"):
        actions.withdraw_evidence(evidence=evidence, reason=" ", actor=SYSTEM, now=now)


def test_a_waiver_and_its_undo(contract, now):
    row = row_of(contract, "2026-10")
    actions.waive_occurrence(occurrence=row, reason="该库已下线", actor=SYSTEM, now=now)
    assert standing(row, now) == Standing.WAIVED
    with pytest.raises(ActionError, match="已被免除"):
        upload(contract, row, now)
    actions.reopen_occurrence(occurrence=row, actor=SYSTEM, now=now)
    assert standing(row, now) == Standing.OVERDUE


def test_a_done_occurrence_is_not_waived(contract, now):
    row = row_of(contract, "2026-11")
    upload(contract, row, now)
    with pytest.raises(ActionError, match="只有未完成"):
        actions.waive_occurrence(occurrence=row, reason="x", actor=SYSTEM, now=now)


@pytest.mark.django_db(transaction=True)
def test_the_news_goes_up_once_after_commit(now):
    contract = load_small(now)
    row, heard = row_of(contract, "2026-11"), []

    def hear(sender, occurrence_id, **_):
        heard.append(occurrence_id)

    occurrence_done.connect(hear)
    try:
        upload(contract, row, now)
        upload(contract, row, now, content="第二份".encode())
    finally:
        occurrence_done.disconnect(hear)
    assert heard == [row.pk]


def test_how_a_duty_stands(contract, now):
    upload(contract, row_of(contract, "2026-01"), now)
    actions.waive_occurrence(occurrence=row_of(contract, "2026-02"), reason="x", actor=SYSTEM, now=now)
    clause = contract.clauses.get(key="duty:db-inspection")
    accrual = queries.accruals(contract, now)[clause.pk]
    assert (accrual.total, accrual.owed, accrual.done, accrual.late, accrual.waived, accrual.overdue) == (
        36, 29, 1, 1, 1, 28,
    )  # fmt: skip


def test_a_file_sent_twice_is_recorded_once(contract, now):
    row = row_of(contract, "2026-11")
    first = upload(contract, row, now)
    with pytest.raises(ActionError, match="没有重复登记"):
        upload(contract, row, now)
    assert [evidence.pk for evidence in row.evidence.all()] == [first.pk]
    upload(contract, row_of(contract, "2026-11", "业务库乙"), now)  # the same sheet may serve another database


def test_a_withdrawn_file_may_be_sent_again(contract, now):
    row = row_of(contract, "2026-11")
    actions.withdraw_evidence(evidence=upload(contract, row, now), reason="期次选错", actor=SYSTEM, now=now)
    upload(contract, row, now)
    row.refresh_from_db()
    assert row.state == OccurrenceState.DONE


def test_withdrawing_from_a_waived_occurrence_leaves_it_waived(contract, now):
    row = row_of(contract, "2026-11")
    evidence = actions.record_evidence(
        contract=contract, occurrence=row, kind=EvidenceKind.RECORD, reference="note:1", actor=SYSTEM, now=now
    )
    actions.waive_occurrence(occurrence=row, reason="甲方停用", actor=SYSTEM, now=now)
    actions.withdraw_evidence(evidence=evidence, reason="记错", actor=SYSTEM, now=now)
    row.refresh_from_db()
    assert row.state == OccurrenceState.WAIVED


def test_what_an_edited_contract_dropped_meanwhile_is_refused_in_words(contract, now):
    row = row_of(contract, "2026-11")
    Occurrence.objects.filter(pk=row.pk).delete()
    with pytest.raises(ActionError, match="不再要求"):
        upload(contract, row, now)
