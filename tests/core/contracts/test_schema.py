"""What the parts of a contract say about themselves."""

from datetime import date

import pytest

from kangwei.core.contracts import TargetGroup
from tests.core.contracts.example import changed, load

CITE = "small.txt:1"


def test_every_clause_has_a_key_that_survives_edits_of_the_rest():
    assert [clause.key for clause in load().clauses()] == [
        "system:门诊系统",
        "count:数据库",
        "service-level:response（period=working）",
        "service-level:response（period=off）",
        "duty:inspection",
        "duty:change-record",
        "deliverable:巡检报告",
        "staff:数据库工程师",
        "measure:用户满意度",
        "commitment:secrecy",
        "payment:首付款",
        "acceptance:月度巡检报告",
        "acceptance-step:组织验收会",
        "target:业务数据库",
    ]


def test_a_clause_stands_where_its_path_says():
    located = dict(load().located_clauses())
    assert located["acceptance", "documents", 0].title == "月度巡检报告"
    assert located["targets", "database"].title == "业务数据库"
    assert located["service_levels", 1].title == "response（period=off）"


def test_a_level_without_conditions_is_called_by_its_clock():
    contract = load(changed(("limit: 10m, when: {period: working}", "limit: 10m")))
    assert contract.service_levels[0].title == "response"


def test_the_term_is_whole_days_of_shanghai():
    term = load().term.as_term()
    assert (term.first, term.last) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("group", "targets"),
    [
        ({"members": ["甲库", "乙库"]}, ("甲库", "乙库")),
        ({"count": 3}, ("主机-01", "主机-02", "主机-03")),
        ({"count": 1}, ("主机-01",)),
    ],
)
def test_targets_are_the_members_or_numbered_where_only_their_number_is_known(group, targets):
    assert TargetGroup(name="主机", cite=CITE, **group).targets() == targets


def test_numbers_of_targets_sort_as_text():
    targets = TargetGroup(name="主机", count=372, cite=CITE).targets()
    assert (targets[0], targets[-1], len(targets)) == ("主机-001", "主机-372", 372)
    assert list(targets) == sorted(targets)


@pytest.mark.parametrize(
    ("duty", "evidence"),
    [
        ("activity: inspection", "inspection"),
        ("activity: report, produces: [巡检报告]", "document"),
        ("activity: duty", "record"),
        ("activity: inspection, evidence: record", "record"),
        ("activity: duty, evidence: document", "document"),
    ],
)
def test_what_shows_that_a_duty_was_done(duty, evidence):
    text = changed(
        (
            "deliverables:",
            f'  - {{id: more, name: 又一项, {duty}, cadence: {{every: week}}, cite: "small.txt:31"}}\ndeliverables:',
        )
    )
    assert load(text).duties[-1].required_evidence == evidence


def test_a_contract_does_not_change_under_the_hands():
    contract = load()
    with pytest.raises(ValueError, match="frozen"):
        contract.title = "别的"
