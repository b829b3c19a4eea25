"""The contract files that come with Kangwei, by themselves and against the texts they were taken from."""

import re
from functools import cache
from importlib import resources
from typing import Any

import pytest

from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import Contract, load_contract, unexplained_lines
from tests.conftest import PROCUREMENT

FILES = {
    file.name.removesuffix(".yaml"): file
    for file in sorted((resources.files("kangwei") / "library" / "contracts").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".yaml")
}
every_file = pytest.mark.parametrize("name", FILES)


@cache
def loaded(name: str, source_text: str | None = None) -> Contract:
    text = FILES[name].read_text("utf-8")
    return load_contract(text, file=FILES[name].name, calendar=bundled_calendar(), source_text=source_text).contract


def source_text(name: str) -> str:
    path = PROCUREMENT / loaded(name).source.file
    if not path.exists():
        pytest.skip(f"the procurement text {path.name} is not on this machine")
    return path.read_bytes().decode()


def test_there_are_contract_files():
    assert {"blood-2025-02", "hdc-2026-01", "hdc-2026-13"} <= FILES.keys()


@every_file
def test_a_file_loads_and_bears_the_id_of_its_contract(name):
    assert loaded(name).id == name


@every_file
def test_a_file_fits_its_text_and_every_citation_lies_in_it(name):
    # Loading holds SHA-256, number of lines and citations against the text.
    assert loaded(name, source_text(name)) == loaded(name)


@every_file
def test_every_line_that_looks_binding_is_answered_for(name):
    assert unexplained_lines(loaded(name), source_text(name)) == []


@every_file
def test_every_ignored_line_has_a_reason_and_no_clause(name):
    contract = loaded(name)
    cited = {n for clause in contract.clauses() for cite in clause.cite for n in range(cite.first, cite.last + 1)}
    for ignored in contract.ignored:
        assert not cited & set(range(ignored.lines[0], ignored.lines[1] + 1)), ignored


LONGEST_RUN = 20


def own_words(contract: Contract) -> list[tuple[str, str]]:
    """Clause key and text of every free text; names are facts, unless they are as long as a sentence."""
    found = [("ignored", ignored.reason) for ignored in contract.ignored]
    for clause in contract.clauses():
        for field, value in clause.model_dump(mode="json", exclude={"cite", "users"}).items():
            texts = value if isinstance(value, list) else [value]
            limit = 0 if field in ("note", "scope") else 30
            found += [(clause.key, text) for text in texts if isinstance(text, str) and len(text) > limit]
    return found


@every_file
def test_no_text_copies_a_sentence_of_the_procurement_text(name):
    source = _squeezed(source_text(name))
    runs = {source[at : at + LONGEST_RUN + 1] for at in range(len(source) - LONGEST_RUN)}
    copied = [
        (key, run)
        for key, text in own_words(loaded(name))
        for at in range(len(_squeezed(text)) - LONGEST_RUN)
        if (run := _squeezed(text)[at : at + LONGEST_RUN + 1]) in runs
    ]
    assert copied == []


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


# Ten binding lines of each package, drawn at random (random.Random(2026).sample over the lines that look binding and
# are not ignored) and read beside the clauses that cite them: what the line binds, the clause says.
SPOT_CHECKS: dict[str, list[tuple[int, str, dict[str, Any]]]] = {
    "blood-2025-02": [
        (347, "service-level:restore-fault", {"clock": "restore", "limit": "12h"}),
        (353, "service-level:response-working", {"limit": "10m", "when": {"period": "working"}}),
        (353, "service-level:response-off", {"limit": "30m", "when": {"period": "off"}}),
        (407, "duty:reimbursement-consulting", {"activity": "support", "cadence": {"on": "request"}}),
        (407, "count:district-offices", {"count": "11"}),
        (428, "count:blood-stations", {"count": "11"}),
        (439, "system:hospital-transfusion", {"count": 235}),
        (439, "count:transfusion-hospitals", {"count": "235"}),
        (458, "system:donor-blood-use", {"count": 172}),
        (538, "duty:system-status-check", {"cadence": {"every": "month"}, "method": "onsite"}),
        (560, "service-level:change-assessment-normal", {"limit": "3wd", "when": {"kind": "change"}}),
        (560, "service-level:change-assessment-urgent", {"limit": "1wd"}),
        (560, "service-level:change-assessment-major", {"limit": "14d"}),
        (580, "duty:system-risk-assessment", {"cadence": {"times": 2, "per": "year"}}),
        (631, "staff:onsite-staff", {"count": 3, "onsite": True, "place": "血液中心指定地点"}),
        (631, "commitment:no-staff-change-without-approval", {"kind": "staff"}),
    ],
    "hdc-2026-01": [
        (69, "term", {"months": 12}),
        (75, "duty:network-fault", {"cadence": {"on": "incident"}, "produces": ["故障分析及解决报告"]}),
        (97, "duty:db-inspection", {"cadence": {"every": "month"}, "produces": ["数据库巡检报告"]}),
        (116, "deliverable:软件正版化工作责任制", {"group": "运维过程文档"}),
        (157, "duty:desk-stats-daily", {"cadence": {"every": "day"}}),
        (161, "count:运维管理软件", {"count": "1", "unit": "套"}),
        (161, "commitment:desk-software", {"kind": "other"}),
        (183, "term", {"months": 12}),
        (189, "duty:desk-stats-monthly", {"cadence": {"every": "month"}, "produces": ["全业务工单月度分析报告"]}),
        (191, "duty:monthly-cloud-meeting", {"cadence": {"every": "month"}, "produces": ["云效率月度例会纪要"]}),
        (324, "acceptance:云效率月度例会纪要", {"group": "运维过程文档"}),
    ],
    "hdc-2026-13": [
        (4278, "service-level:hotline-reply", {"clock": "reply", "limit": "2h"}),
        (4278, "service-level:hotline-close", {"clock": "close", "limit": "24h"}),
        (4278, "measure:hotline-response-rate", {"op": ">=", "value": "100", "unit": "%"}),
        (4278, "measure:hotline-solved-rate", {"op": ">=", "value": "95", "unit": "%"}),
        (4278, "measure:hotline-satisfaction-rate", {"op": ">=", "value": "95", "unit": "%"}),
        (4278, "measure:hotline-score", {"op": ">=", "value": "95", "unit": "分"}),
        (4278, "duty:hotline-knowledge", {"produces": ["接诉即办知识库"]}),
        (4282, "duty:city-inspection", {"cadence": {"every": "week"}}),
        (4282, "duty:district-inspection", {"cadence": {"every": "day", "times": 3}, "per": "unified-districts"}),
        (4330, "duty:city-restore-test", {"quantity": 8, "produces": ["数据库备份还原测试报告"]}),
        (4334, "duty:city-comparison", {"cadence": {"every": "quarter"}, "quantity": 8}),
        (4355, "duty:cloud-usage-review", {"cadence": {"every": "month"}}),
        (4410, "staff:development-support", {"years": 3}),
        (4443, "acceptance:doc-01", {"name": "项目组织及人员安排"}),
        (4455, "acceptance:doc-07", {"name": "故障分析报告"}),
        (4459, "acceptance:doc-09", {"name": "应急演练报告"}),
        (4461, "acceptance:doc-10", {"name": "数据库巡检报告"}),
    ],
}


@pytest.mark.parametrize(
    ("name", "line", "key", "says"),
    [(name, *check) for name, checks in SPOT_CHECKS.items() for check in checks],
    ids=lambda value: str(value) if isinstance(value, str | int) else "",
)
def test_a_clause_says_what_the_line_it_cites_binds(name, line, key, says):
    contract = loaded(name)
    clause = contract.term if key == "term" else {clause.key: clause for clause in contract.clauses()}[key]
    assert any(cite.first <= line <= cite.last for cite in clause.cite)
    data = clause.model_dump(mode="json")
    for field, value in says.items():
        assert _within(value, data[field]), (field, data[field])


def _within(part: Any, whole: Any) -> bool:
    """Whether a value is the whole, or each of its keys is in the whole with that value."""
    if isinstance(part, dict):
        return all(whole.get(key) == value for key, value in part.items())
    return bool(part == whole)
