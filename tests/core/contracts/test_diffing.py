"""What changed between two states of a contract file."""

from kangwei.core.contracts import Change, diff
from tests.core.contracts.example import changed, load

COMMITMENT = '  - {id: secrecy, name: 不泄露数据, kind: confidentiality, cite: "small.txt:53"}\n'


def changes(*replacements):
    return diff(load(), load(changed(*replacements)))


def test_the_same_file_changes_nothing():
    assert diff(load(), load()) == []


def test_what_binds_nobody_is_no_change():
    assert (
        changes(("buyer: 某数据中心", "buyer:   某数据中心   # 采购人"), ("reason: 投标要求", "reason: 只约束投标"))
        == []
    )


def test_a_clause_more():
    added = COMMITMENT + '  - {id: on-call, name: 电话畅通, kind: staff, cite: "small.txt:54"}\n'
    assert changes((COMMITMENT, added)) == [Change("added", "commitment:on-call", "电话畅通", {})]


def test_a_clause_less():
    assert changes(("commitments:\n" + COMMITMENT, "")) == [Change("removed", "commitment:secrecy", "不泄露数据", {})]


def test_a_clause_changed_says_which_fields_from_what_to_what():
    assert changes(("limit: 30m", "limit: 1h"), ("share: 60", "share: 55.5")) == [
        Change("changed", "service-level:response（period=off）", "response（period=off）", {"limit": ("30m", "1h")}),
        Change("changed", "payment:首付款", "首付款", {"share": ("60", "55.5")}),
    ]


def test_a_cadence_is_compared_whole():
    (change,) = changes(("{every: month}", "{every: month, times: 2}"))
    before, after = change.fields["cadence"]
    assert (change.key, before["times"], after["times"]) == ("duty:inspection", 1, 2)


def test_another_form_of_cadence_is_a_change_of_it():
    (change,) = changes(("{every: month}", "{times: 12, per: term}"))
    before, after = change.fields["cadence"]
    assert (before["every"], after) == ("month", {"times": 12, "per": "term"})


def test_a_new_citation_is_a_change():
    (change,) = changes(("small.txt:30", "small.txt:30-31"))
    assert change.fields == {
        "cite": (
            [{"file": "small.txt", "first": 30, "last": 30}],
            [{"file": "small.txt", "first": 30, "last": 31}],
        )
    }


def test_a_clause_known_by_its_id_may_be_renamed():
    assert changes(("name: 数据库巡检", "name: 数据库月度巡检")) == [
        Change("changed", "duty:inspection", "数据库月度巡检", {"name": ("数据库巡检", "数据库月度巡检")})
    ]


def test_a_clause_known_by_its_name_becomes_another_when_renamed():
    assert [(change.kind, change.key) for change in changes(("name: 首付款", "name: 预付款"))] == [
        ("removed", "payment:首付款"),
        ("added", "payment:预付款"),
    ]


def test_clauses_in_another_order_bind_the_same():
    first = '  - {clock: response, limit: 10m, when: {period: working}, cite: "small.txt:20"}\n'
    second = '  - {clock: response, limit: 30m, when: {period: off}, cite: "small.txt:21"}\n'
    assert changes((first + second, second + first)) == []


def test_the_head_of_the_file_is_one_change():
    assert changes(("title: 数据库运维", "title: 数据库与主机运维"), ("months: 12", "months: 24"), ('"7"', '"8"')) == [
        Change(
            "changed",
            "contract",
            "数据库与主机运维",
            {
                "title": ("数据库运维", "数据库与主机运维"),
                "package": ("7", "8"),
                "term": (_term(12), _term(24)),
            },
        )
    ]


def _term(months):
    cite = [{"file": "small.txt", "first": 12, "last": 12}]
    return {"start": "2026-01-01", "months": months, "assumed": True, "cite": cite}


def test_calendars_key_periods_and_source_belong_to_the_head():
    (change,) = changes(
        ("Mon-Fri 09:00-18:00", "24x7"), ("last: 2026-03-12", "last: 2026-03-13"), ("range: 11-80", "range: 11-81")
    )
    assert (change.kind, change.key, list(change.fields)) == (
        "changed", "contract", ["source", "calendars", "key_periods"],
    )  # fmt: skip


def test_head_first_then_the_old_order_then_what_is_new():
    found = changes(
        ("title: 数据库运维", "title: 运维"),
        ("name: 首付款", "name: 预付款"),
        ("limit: 30m", "limit: 40m"),
    )
    assert [(change.kind, change.key) for change in found] == [
        ("changed", "contract"),
        ("changed", "service-level:response（period=off）"),
        ("removed", "payment:首付款"),
        ("added", "payment:预付款"),
    ]
