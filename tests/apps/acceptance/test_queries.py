"""Completeness of real contracts: filed documents, names, waivers; the overview counts the same in SQL."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

import kangwei
from kangwei.acceptance import queries
from kangwei.base.audit import System
from kangwei.contracts import actions
from kangwei.core.calendars import bundled_calendar

LIBRARY = Path(kangwei.__file__).parent / "library" / "contracts"
DAY = timedelta(days=1)


def line_of(contract, now, name: str):
    return next(line for line in queries.completeness(contract, now).lines if line.item.name == name)


def test_monthly_inspections_are_owed_for_each_target(contract, now):
    line = line_of(contract, now, "数据库月度巡检单")

    assert (line.figures.total, line.figures.owed, line.figures.missing) == (36, 30, 30)


def test_missing_documents_are_called_by_duty_target_and_period(contract, now):
    found = queries.completeness(contract, now)
    line = found.lines[1]

    assert found.demand_name(line, line.missing[0]) == "数据库月度巡检 业务库甲 2026年1月"


def test_a_document_counts_under_an_alias(contract, now, file_document, occurrence_of):
    january = occurrence_of(contract, "db-inspection", "2026年1月", "业务库甲")
    file_document(contract, "巡检单", january)

    line = line_of(contract, now, "数据库月度巡检单")

    assert (line.figures.present, line.figures.missing, line.figures.late) == (1, 29, 1)


def test_an_occurrence_done_with_another_document_leaves_this_one_missing(contract, now, file_document, occurrence_of):
    first_half = occurrence_of(contract, "training", "2026年上半年")
    file_document(contract, "培训方案", first_half, at=first_half.due_at - DAY)

    first_half.refresh_from_db()
    assert first_half.state == "done"
    assert line_of(contract, now, "培训方案").figures.missing == 0
    assert line_of(contract, now, "培训签到表").figures.missing == 1


def test_a_waived_occurrence_is_not_owed(contract, now, occurrence_of):
    first_half = occurrence_of(contract, "training", "2026年上半年")
    actions.waive_occurrence(occurrence=first_half, reason="甲方同意", actor=System("测试"), now=now)

    figures = line_of(contract, now, "培训方案").figures

    assert (figures.total, figures.owed, figures.missing) == (1, 0, 0)


def test_withdrawn_evidence_shows_nothing(contract, now, file_document):
    evidence = file_document(contract, "项目合同")
    assert line_of(contract, now, "项目合同").state == "complete"

    actions.withdraw_evidence(evidence=evidence, reason="传错文件", actor=System("测试"), now=now)

    assert line_of(contract, now, "项目合同").state == "missing"


def test_a_document_shown_by_two_items_counts_in_both(make_contract, now, file_document):
    twice = {"documents": [
        {"name": "运维手册", "of": "系统运行维护手册", "group": "资料", "cite": "small-2026.txt:45"},
        {"name": "系统运行维护手册", "group": "成果", "cite": "small-2026.txt:46"},
    ]}  # fmt: skip
    contract = make_contract(acceptance=twice)
    file_document(contract, "系统运行维护手册")

    assert queries.completeness(contract, now).totals.present == 2


@pytest.fixture
def scattered(make_contract, now, file_document):
    """Two contracts with documents filed at random (seed 2026): in time, late, twice, under aliases, for none."""
    choice = random.Random(2026)
    contracts = [make_contract(), make_contract(id="second-2026")]
    for contract in contracts:
        rows = list(contract.occurrences.filter(starts_at__lte=now).select_related("clause", "contract"))
        for occurrence in choice.sample(rows, 25):
            names = [*occurrence.clause.data["produces"], "巡检单"] if choice.random() < 0.2 else ["数据库巡检报告"]
            names = names if "数据库巡检报告" in occurrence.clause.data["produces"] else ["培训签到表", "培训方案"]
            for name in choice.sample(names, choice.randint(1, len(names))):
                at = occurrence.due_at + choice.choice([-DAY, DAY])
                file_document(contract, name, occurrence, at=max(at, occurrence.starts_at))
        for occurrence in choice.sample(rows, 5):
            if occurrence.state == "open" and not occurrence.evidence.exists():
                actions.waive_occurrence(occurrence=occurrence, reason="免", actor=System("测试"), now=now)
        file_document(contract, choice.choice(["项目合同", "故障分析报告", "数据库月度巡检单"]))
    return contracts


@pytest.mark.parametrize("days", [-200, 0, 30, 60])
def test_the_overview_counts_what_the_rows_say(scattered, now, days):
    moment = now + days * DAY

    overview = queries.overview(scattered, moment)

    assert overview == {row.pk: queries.completeness(row, moment).totals for row in scattered}


def test_the_overview_costs_three_queries_for_any_number_of_contracts(make_contract, now, django_assert_num_queries):
    contracts = [make_contract(id=f"contract-{number}") for number in range(3)]

    with django_assert_num_queries(3):
        queries.overview(contracts[:1], now)
    with django_assert_num_queries(3):
        queries.overview(contracts, now)


@pytest.mark.parametrize("name", ["blood-2025-02", "hdc-2026-01"])
def test_every_item_of_the_library_contracts_is_found(db, now, name):
    path = LIBRARY / f"{name}.yaml"
    contract = actions.load_contract_file(
        text=path.read_text(encoding="utf-8"),
        file=path.name,
        calendar=bundled_calendar(),
        actor=System("测试"),
        now=now,
    ).contract

    found = queries.completeness(contract, now)

    assert queries.overview([contract], now)[contract.pk] == found.totals
    listed = (
        contract.clauses.filter(section="acceptance").count() or contract.clauses.filter(section="deliverable").count()
    )
    assert found.totals.lines == listed
    assert {line.item.kind.value for line in found.lines} >= {"scheduled", "on_demand"}
