"""How clauses read in Chinese."""

import pytest
from pydantic import BaseModel

from kangwei.core.contracts import SECTIONS, Contract, clause_data, clause_name, field_label, section_table
from kangwei.core.contracts import clauses as clause_models
from kangwei.core.contracts.wording import ACTIVITIES, COLUMNS, METRICS
from tests.core.contracts.example import changed, load


def table(section: str, contract: Contract) -> list[dict[str, str]]:
    """The rows of a section's table, each cell under its header."""
    printed = section_table(
        section, [clause_data(row, contract) for row in contract.clauses() if row.section == section]
    )
    headers = [column.label for column in printed.columns]
    return [dict(zip(headers, row, strict=True)) for row in printed.rows]


def test_a_service_level_shows_limit_and_conditions():
    level = "{clock: arrival, limit: 2h, counts_from: responded, runs: working, when: {place: 远郊, period: off}"
    contract = load(changed(("{clock: response, limit: 10m, when: {period: working}", level)))
    assert table("service-level", contract)[0] == {
        "时钟": "到场", "时限": "2小时，自响应起，按Mon-Fri 09:00-18:00计", "地域": "远郊", "时段": "非工作时间",
    }  # fmt: skip
    assert clause_name("service-level", {"clock": "arrival", "limit": "2h"}) == "到场时限 2小时"


def test_columns_that_no_clause_fills_are_left_out():
    assert table("system", load()) == [
        {"系统": "门诊系统", "类别": "业务系统", "数量": "1", "模块": "挂号、收费", "用户": "门诊部"}
    ]


def test_an_interface_reads_as_one_phrase():
    platform = "{party: 大数据平台, content: 日报, direction: out, protocol: FTP, schedule: 每周一}"
    contract = load(changed(("category: 业务系统", f"interfaces: [{platform}, {{party: 医保}}]")))
    assert table("system", contract)[0]["接口"] == "大数据平台（送出，日报，FTP，每周一）；医保"


def test_a_duty_names_its_targets_its_extent_and_the_events_it_is_for():
    contract = load(
        changed(
            ("per: database", "per: database\n    people: 2\n    lasts: 1d\n    quantity: 3"),
            ("{on: change, within: 2wd}", "{on: change, within: 2wd}\n    when: {method: onsite}"),
        )
    )
    inspection, record = table("duty", contract)
    assert (inspection["逐一对象"], inspection["每次"]) == ("业务数据库", "3 个，2 人，1天")
    assert record["频次"] == "每次变更后2个工作日内（方式 现场）"


def test_a_deliverable_names_the_duties_behind_it():
    contract = load(changed(("produces: [巡检报告]", "produces: [月度巡检报告]")))
    assert table("deliverable", contract)[0]["产出自"] == "数据库巡检"


def test_a_measure_shows_its_scale_or_what_it_is_held_against():
    assert table("measure", load())[0]["要求"] == "≥ 9分（满分 10）"
    assert table("measure", load(changed(("value: 9, of: 10", "against: 全市中位数"))))[0]["要求"] == "≥ 全市中位数分"


def test_staff_with_the_terms_of_replacement():
    terms = "onsite: true, replacement: {approval: written, notice: true, documents: [简历, 学历证明], only: 离职}"
    row = table("staff", load(changed(("onsite: true", terms))))[0]
    assert row["更换"] == "仅限离职，须经甲方书面同意，须事先告知，附简历、学历证明"
    assert (row["驻场"], row["类型"]) == ("是", "岗位")


def test_a_step_of_acceptance_says_by_whom_and_within_what():
    step = "{name: 组织验收会, by: buyer, within: 7wd, after: term-end,"
    assert table("acceptance-step", load(changed(("{name: 组织验收会,", step)))) == [
        {"步骤": "组织验收会", "由": "甲方", "时限": "合同期满后7个工作日内"}
    ]


def models() -> list[type[BaseModel]]:
    return [model for model in vars(clause_models).values() if getattr(model, "section", None)]


def test_every_section_has_a_name_and_a_table():
    assert {model.section for model in models()} == set(SECTIONS) == set(COLUMNS)


@pytest.mark.parametrize("model", models())
def test_every_field_of_a_clause_has_a_word(model):
    assert [name for name in model.model_fields if field_label(name) == name] == []


def test_every_activity_and_metric_has_a_word():
    assert set(ACTIVITIES) == set(clause_models.Activity.__args__)
    assert set(METRICS) == set(clause_models.Metric.__args__)
