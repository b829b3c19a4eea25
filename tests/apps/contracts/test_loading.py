"""Loading contract files: whole or not at all, twice the same, edited by clause, done work kept."""

from datetime import UTC, date, datetime

import pytest

from kangwei.base import audit
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.contracts import actions
from kangwei.contracts.enums import EvidenceKind, OccurrenceState
from kangwei.contracts.models import Clause, Contract, Occurrence
from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import ContractFileError
from tests.factories.contracts import SOURCE, load_small, small_contract_text

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


def load(text, now, **more):
    return actions.load_contract_file(
        text=text, file="small.yaml", calendar=bundled_calendar(), actor=SYSTEM, now=now, **more
    )


def test_a_year_of_obligations(now):
    contract = load_small(now)
    assert contract.occurrences.count() == 3 * 12 + 4
    first = contract.occurrences.filter(clause__key="duty:db-inspection").order_by("due_at", "id").first()
    assert (first.target, first.label, first.period) == ("业务库甲", "2026年1月", "2026-01")
    assert first.starts_at == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # local midnight
    assert first.due_at == datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)


def test_each_clause_keeps_its_citation(now):
    contract = load_small(now)
    duty = contract.clauses.get(key="duty:db-inspection")
    assert duty.cite == f"{SOURCE}:20-21"
    assert duty.data["cadence_label"] == "每月1次"
    assert duty.data["required_evidence"] == "inspection"


def test_the_same_file_again_changes_nothing(now):
    load_small(now)
    before = list(Occurrence.objects.values_list("pk", "key", "due_at"))
    result = load(small_contract_text(), now, supplier="试验乙方公司")
    assert (result.created, result.changes, result.occurrences_added) == (False, [], 0)
    assert list(Occurrence.objects.values_list("pk", "key", "due_at")) == before
    assert Contract.objects.get().files.count() == 1


def with_duty(**change):
    """The small contract's duties with the database inspection changed."""
    import yaml

    duties = yaml.safe_load(small_contract_text())["duties"]
    duties[0] |= change
    return duties


def test_an_edited_file_shows_what_changed_by_clause(now):
    load_small(now)
    result = load(small_contract_text(duties=with_duty(cadence={"every": "quarter"})), now)
    assert [(change.kind, change.key) for change in result.changes] == [("changed", "duty:db-inspection")]
    assert result.occurrences_added == 3 * 4
    assert result.occurrences_removed == 3 * 12


def test_done_waived_and_evidenced_occurrences_outlive_an_edit(now):
    contract = load_small(now)
    done, waived, withdrawn = contract.occurrences.filter(clause__key="duty:db-inspection")[:3]
    for row in (done, withdrawn):
        evidence = actions.record_evidence(
            contract=contract, occurrence=row, kind=EvidenceKind.INSPECTION, reference=f"run:{row.pk}",
            document_id=make_document(now), actor=SYSTEM, now=now,
        )  # fmt: skip
    actions.withdraw_evidence(evidence=evidence, reason="错档", actor=SYSTEM, now=now)
    actions.waive_occurrence(occurrence=waived, reason="停用", actor=SYSTEM, now=now)
    load(small_contract_text(duties=with_duty(cadence={"every": "quarter"})), now)
    kept = contract.occurrences.filter(clause__key="duty:db-inspection", period__regex=r"^2026-\d\d$")
    assert {row.pk for row in kept} == {done.pk, waived.pk, withdrawn.pk}
    assert kept.get(pk=done.pk).state == OccurrenceState.DONE


def test_a_dropped_clause_stays_and_counts_no_more(now):
    contract = load_small(now)
    load(small_contract_text(duties=with_duty()[:1]), now)
    dropped = contract.clauses.get(key="duty:service-report")
    assert not dropped.active
    assert not dropped.occurrences.exists()


def test_a_faulty_file_is_refused_whole(now):
    contract = load_small(now)
    faulty = small_contract_text(duties=with_duty(cadence={"every": "moon"}), measures=[{"name": "x"}])
    with pytest.raises(ContractFileError) as refused:
        load(faulty, now)
    assert len(refused.value.problems) >= 2
    assert contract.files.count() == 1
    assert contract.occurrences.count() == 40


def test_a_faulty_first_file_leaves_nothing(now):
    with pytest.raises(ContractFileError):
        load(small_contract_text(id="坏 编号"), now)
    assert not Contract.objects.exists() and not Clause.objects.exists()
    assert audit.verify() == (0, None)


def test_a_supplier_that_is_registered_as_a_buyer_is_refused(now, make_party):
    make_party("某中心", "buyer")
    with pytest.raises(ActionError, match="登记为甲方"):
        load(small_contract_text(), now, supplier="某中心")
    assert not Contract.objects.exists()


def test_practice_and_real_contracts_do_not_mix(now):
    load_small(now)
    with pytest.raises(ActionError, match="不能混用"):
        load(small_contract_text(title="改名"), now, practice=True)


class TestConfirmingTheStart:
    def assumed(self, now):
        term = {"start": date(2026, 1, 1), "months": 12, "assumed": True, "cite": f"{SOURCE}:5"}
        return load_small(now, term=term)

    def confirm(self, contract, now, first_day=date(2026, 3, 1)):
        return actions.confirm_start(
            contract=contract, first_day=first_day, calendar=bundled_calendar(), actor=SYSTEM, now=now
        )

    def test_occurrences_follow_the_signed_date(self, now):
        contract = self.assumed(now)
        self.confirm(contract, now)
        assert (contract.last_day, contract.term_assumed) == (date(2027, 2, 28), False)
        periods = contract.occurrences.filter(clause__key="duty:db-inspection").values_list("period", flat=True)
        assert min(periods) == "2026-03" and max(periods) == "2027-02"

    def test_days_of_a_year_without_an_official_calendar_are_estimated_only_where_they_matter(self, now):
        contract = self.assumed(now)
        self.confirm(contract, now)
        estimated = contract.occurrences.filter(estimated=True)
        assert {row.period[:4] for row in estimated} <= {"2027"}

    def test_an_edited_file_that_still_assumes_keeps_the_confirmed_date(self, now):
        contract = self.assumed(now)
        self.confirm(contract, now)
        term = {"start": date(2026, 1, 1), "months": 12, "assumed": True, "cite": f"{SOURCE}:5"}
        load(small_contract_text(term=term, title="新名"), now)
        contract.refresh_from_db()
        assert (contract.title, contract.first_day) == ("新名", date(2026, 3, 1))

    def test_not_once_work_is_recorded(self, now):
        contract = self.assumed(now)
        actions.record_evidence(
            contract=contract, occurrence=contract.occurrences.first(), kind=EvidenceKind.RECORD, reference="x",
            actor=SYSTEM, now=now,
        )  # fmt: skip
        with pytest.raises(ActionError, match="已有佐证"):
            self.confirm(contract, now)


def make_document(now):
    from kangwei.documents import actions as documents
    from kangwei.documents.enums import Origin

    document = documents.archive(
        title="巡检记录单", kind="uploaded", file_name="a.txt", content=f"记录 {now}".encode(), origin=Origin.UPLOADED,
        actor=SYSTEM, now=now,
    )  # fmt: skip
    return document.pk
