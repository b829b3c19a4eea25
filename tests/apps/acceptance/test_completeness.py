"""The arithmetic on plain rows: which items there are, and how each stands."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from kangwei.acceptance.completeness import (
    AcceptanceItem,
    Demand,
    Figures,
    Filed,
    assess,
    items_of,
    state_of,
    totals_of,
)
from kangwei.acceptance.enums import ItemKind, ItemState

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
END = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
DAY = timedelta(days=1)


def clause(section: str, title: str, pk: int = 0, **data):
    return SimpleNamespace(section=section, title=title, pk=pk, cite="a.txt:1", data=data)


def item(kind: ItemKind, *names: str, duties: tuple[int, ...] = ()) -> AcceptanceItem:
    return AcceptanceItem("01-01", "01", "过程文档", names[0], "a.txt:1", kind, frozenset(names), duties)


def weekly(number: int, due_at: datetime) -> Demand:
    return Demand(number, 7, "", f"第{number}周", due_at)


def filed(occurrence: int | None, at: datetime, name: str = "周报") -> Filed:
    return Filed(int(at.timestamp()), occurrence, name, at, 1)


# ---- Which items ----


def test_the_list_keeps_the_contracts_order_group_by_group():
    found = items_of(
        [
            clause("acceptance", "合同", group="管理类"),
            clause("acceptance", "周报", group="过程类"),
            clause("acceptance", "验收报告", group="管理类"),
        ]
    )

    assert [(row.no, row.group, row.name) for row in found] == [
        ("01-01", "管理类", "合同"),
        ("01-02", "管理类", "验收报告"),
        ("02-01", "过程类", "周报"),
    ]


def test_a_contract_without_a_list_owes_its_deliverables():
    found = items_of([clause("deliverable", "周报", group="报告", aliases=["运维周报"])])

    assert [row.name for row in found] == ["周报"]
    assert found[0].names == {"周报", "运维周报"}


def test_an_item_goes_by_its_own_name_its_deliverables_and_all_aliases():
    found = items_of(
        [
            clause("deliverable", "数据库运维管理制度", aliases=["数据库制度"], group="过程类"),
            clause("acceptance", "数据库运管理制度", of="数据库运维管理制度"),
        ]
    )

    assert found[0].names == {"数据库运管理制度", "数据库运维管理制度", "数据库制度"}
    assert found[0].group == "过程类"


def test_an_item_named_by_an_alias_finds_its_deliverable():
    found = items_of(
        [clause("deliverable", "验收总结报告", aliases=["工作总结"]), clause("acceptance", "工作总结", group="资料")]
    )

    assert "验收总结报告" in found[0].names


def test_the_duties_decide_how_often_an_item_is_owed():
    kinds = {
        row.name: row.kind
        for row in items_of(
            [
                clause("duty", "周报编制", pk=7, scheduled=True, produces=["周报"]),
                clause("duty", "故障处理", pk=8, scheduled=False, produces=["故障报告", "周报"]),
                clause("acceptance", "周报"),
                clause("acceptance", "故障报告"),
                clause("acceptance", "合同"),
            ]
        )
    }

    assert kinds == {"周报": ItemKind.SCHEDULED, "故障报告": ItemKind.ON_DEMAND, "合同": ItemKind.ONCE}


# ---- How one item stands ----


def test_a_scheduled_item_counts_what_is_due_by_now():
    demands = [weekly(1, NOW - 3 * DAY), weekly(2, NOW - DAY), weekly(3, NOW + DAY)]

    line = assess(item(ItemKind.SCHEDULED, "周报", duties=(7,)), demands, [filed(1, NOW - 4 * DAY)], END, NOW)

    assert line.figures == Figures(total=3, owed=2, present=1, missing=1, late=0, pending=1)
    assert [row.label for row in line.missing] == ["第2周"]
    assert [row.label for row in line.pending] == ["第3周"]
    assert line.state == ItemState.PARTIAL


def test_late_is_what_was_first_filed_after_it_was_due():
    demands = [weekly(1, NOW - 3 * DAY), weekly(2, NOW - 3 * DAY)]
    rows = [filed(1, NOW - 4 * DAY), filed(2, NOW - 2 * DAY), filed(1, NOW - DAY)]

    line = assess(item(ItemKind.SCHEDULED, "周报", duties=(7,)), demands, rows, END, NOW)

    assert [row.occurrence_id for row in line.late] == [2]
    assert line.figures.present == 3


def test_a_document_filed_for_no_occurrence_is_present_and_covers_none():
    line = assess(
        item(ItemKind.SCHEDULED, "周报", duties=(7,)), [weekly(1, NOW - DAY)], [filed(None, NOW - DAY)], END, NOW
    )

    assert (line.figures.present, line.figures.missing) == (1, 1)


def test_what_no_schedule_asks_for_is_missing_until_it_is_filed():
    contract = item(ItemKind.ONCE, "合同")

    before = assess(contract, [], [], END, NOW)
    after = assess(contract, [], [filed(None, NOW, "合同")], END, NOW)

    assert before.figures == Figures(total=1, owed=1, present=0, missing=1, late=0, pending=0)
    assert before.missing[0].due_at == END
    assert (after.figures.missing, after.state) == (0, ItemState.COMPLETE)


def test_a_document_owed_once_is_late_after_the_terms_last_day():
    line = assess(item(ItemKind.ONCE, "合同"), [], [filed(None, END + DAY, "合同")], END, END + 2 * DAY)

    assert line.figures.late == 1


def test_on_demand_owes_nothing_and_shows_what_is_there():
    line = assess(item(ItemKind.ON_DEMAND, "故障报告"), [], [filed(9, NOW, "故障报告")], END, NOW)

    assert line.figures == Figures(total=0, owed=0, present=1, missing=0, late=0, pending=0)
    assert line.state == ItemState.ON_DEMAND


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        (Figures(total=4, owed=2, present=0, missing=2, late=0, pending=2), ItemState.MISSING),
        (Figures(total=4, owed=2, present=1, missing=1, late=0, pending=2), ItemState.PARTIAL),
        (Figures(total=4, owed=2, present=2, missing=0, late=1, pending=2), ItemState.COMPLETE),
        (Figures(total=4, owed=0, present=0, missing=0, late=0, pending=4), ItemState.UPCOMING),
        (Figures(total=1, owed=0, present=1, missing=0, late=0, pending=0), ItemState.COMPLETE),
        (Figures(total=0, owed=0, present=0, missing=0, late=0, pending=0), ItemState.UPCOMING),
    ],
)
def test_the_state_follows_from_the_figures(figures, state):
    assert state_of(ItemKind.SCHEDULED, figures) == state


def test_totals_add_up_and_leave_on_demand_out_of_what_is_awaited():
    complete = Figures(total=2, owed=2, present=3, missing=0, late=1, pending=0)
    on_demand = Figures(total=0, owed=0, present=4, missing=0, late=0, pending=0)

    totals = totals_of([(ItemKind.SCHEDULED, complete), (ItemKind.ON_DEMAND, on_demand)])

    assert (totals.lines, totals.awaited, totals.complete, totals.present) == (2, 1, 1, 7)
