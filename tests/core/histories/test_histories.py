"""What is made of an incident's rows: its turns, its end, and what is odd but comes in."""

import pytest

from kangwei.core.histories import bundled_mapping
from tests.core.histories.logs import feb, history_of, moves, taken
from tests.factories.event_logs import row, solved_log


def active(number: int, at: str, **cells: str) -> dict[str, str]:
    return row(incident_state="Active", sys_mod_count=str(number), sys_updated_at=f"{at}", **cells)


def odd(rows: list[dict[str, str]]) -> list[str]:
    return [fault.reason for fault in taken(rows).noticed]


def test_an_incident_from_its_opening_to_its_end():
    history = history_of(solved_log())
    assert (history.opened_at, history.opened_by, history.caller) == (feb("3 09:00"), "Opened by  8", "Caller 2403")
    assert moves(history) == [
        ("respond", feb("3 09:20")),
        ("pause", feb("3 10:00")),
        ("resume", feb("3 11:00")),
        ("solve", feb("3 12:00")),
        ("close", feb("8 12:00")),
    ]
    assert (history.state, history.waits_for, history.reopened) == ("closed", "", 0)
    assert (history.responded_at, history.solved_at) == (feb("3 09:20"), feb("3 12:00"))
    assert history.closed_at == feb("8 12:00")
    assert history.title == "Category 55 · Subcategory 170 · Symptom 72"
    assert ("地点", "Location 143") in history.details
    assert odd(solved_log()) == []


def test_the_turns_keep_who_did_them_and_what_changed():
    history = history_of(
        [row(), active(1, "3/2/2016 09:20", assignment_group="Group 70", sys_updated_by="Updated by 5")]
    )
    first, second = history.happenings
    assert (first.turn, first.by, first.at) == ("", "Updated by 21", feb("3 09:05"))
    assert (second.turn, second.by) == ("respond", "Updated by 5")
    assert [tuple(change) for change in second.changes] == [
        ("state", "New", "Active"),
        ("group", "Group 56", "Group 70"),
    ]


def test_an_incident_that_is_open_stays_open_and_may_wait():
    history = history_of([row(), row(incident_state="Awaiting Vendor", sys_updated_at="3/2/2016 10:00")])
    assert (history.state, history.waits_for, history.closed_at) == ("working", "third_party", None)
    assert moves(history) == [("respond", feb("3 10:00")), ("pause", feb("3 10:00"))]


def test_a_reopened_incident_has_its_last_end():
    rows = solved_log(resolved_at="4/2/2016 10:00")
    rows[5:] = [
        active(5, "4/2/2016 09:00", resolved_at="4/2/2016 10:00", reopen_count="1"),
        row(incident_state="Resolved", sys_mod_count="6", sys_updated_at="4/2/2016 10:05",
            resolved_at="4/2/2016 10:00", reopen_count="1"),
    ]  # fmt: skip
    history = history_of(rows)
    assert moves(history)[3:] == [
        ("solve", feb("3 12:00")),
        ("reopen", feb("4 09:00")),
        ("solve", feb("4 10:00")),
    ]
    assert (history.state, history.solved_at, history.reopened) == ("solved", feb("4 10:00"), 1)


def test_a_row_before_the_opening_keeps_its_time_and_counts_from_the_opening():
    rows = [row(), active(1, "3/2/2016 08:30")]
    history = history_of(rows)
    assert [happening.at for happening in history.happenings] == [feb("3 08:30"), feb("3 09:05")]
    assert moves(history) == [("respond", feb("3 09:00"))]
    assert odd(rows) == ["记录早于受理时间，原时间保留，计时从受理算起"]


def test_an_unknown_state_is_noted_and_turns_nothing():
    rows = solved_log()
    rows[3]["incident_state"] = "-100"
    history = history_of(rows)
    assert history.happenings[3].unknown == "-100"
    assert ("resume", feb("3 12:00")) in moves(history)
    assert odd(rows) == ["状态没有对应，按前一状态计"]


def test_closed_without_a_time_of_solving():
    rows = solved_log(resolved_at="?")
    assert history_of(rows).solved_at == feb("3 12:00")
    assert odd(rows) == ["没有解决时间，按状态变化的时间计"]

    del rows[4]
    assert history_of(rows).solved_at is None
    assert history_of(rows).closed_at == feb("8 12:00")
    assert odd(rows) == ["已办结而不知何时解决，计时到办结为止"]


def test_the_column_of_the_solving_counts_where_the_turns_allow_it():
    # Written up ten minutes after it was solved.
    assert history_of(solved_log(resolved_at="3/2/2016 11:50")).solved_at == feb("3 11:50")
    # Solved while it waited: the wait ends there.
    history = history_of(solved_log(resolved_at="3/2/2016 10:30"))
    assert moves(history)[1:4] == [("pause", feb("3 10:00")), ("resume", feb("3 10:30")), ("solve", feb("3 10:30"))]

    for impossible in ("3/2/2016 08:00", "9/2/2016 12:00"):
        rows = solved_log(resolved_at=impossible)
        assert history_of(rows).solved_at == feb("3 12:00")
        assert odd(rows) == ["解决时间与状态的经过不符，按状态变化的时间计"]


def test_a_log_that_breaks_off_takes_the_end_from_its_columns():
    rows = solved_log()[:2]
    history = history_of(rows)
    assert (history.state, history.solved_at, history.closed_at) == ("closed", feb("3 12:00"), feb("8 12:00"))
    assert odd(rows) == ["有解决或办结时间而最后的状态没有结束，按该时间结束"]
    # Of an incident that was opened again the columns tell the end before.
    rows.append(active(9, "9/2/2016 10:00", resolved_at="3/2/2016 12:00", closed_at="8/2/2016 12:00"))
    assert (history_of(rows).state, history_of(rows).solved_at, history_of(rows).closed_at) == ("working", None, None)


class TestClosedBeforeOpened:
    def test_the_time_of_the_state_stands_in(self):
        rows = solved_log(closed_at="1/2/2016 12:00")
        assert history_of(rows).closed_at == feb("8 12:00")
        assert odd(rows) == ["办结时间与状态的经过不符，按状态变化的时间计"]

    def test_without_any_possible_time_it_stays_out(self):
        rows = [row(incident_state="Closed", sys_updated_at="1/2/2016 12:00", closed_at="1/2/2016 12:00")]
        found = taken(rows)
        assert found.histories == []
        assert [str(fault) for fault in found.refused] == ["第 2 行 INC0000001：办结时间早于受理时间「1/2/2016 12:00」"]


def test_times_after_now_keep_an_incident_out():
    assert taken([active(1, "21/11/2026 09:00")]).refused[0].reason == "有晚于现在的时间"
    assert taken(solved_log(closed_at="1/1/2030 09:00")).refused[0].reason == "有晚于现在的时间"


def test_without_an_opening_an_incident_stays_out():
    assert taken([row(opened_at="?")]).refused[0].reason == "没有受理时间"


def test_of_several_openings_the_first_counts_and_it_is_said():
    rows = [row(), active(1, "3/2/2016 10:00", opened_at="3/2/2016 08:00")]
    assert history_of(rows).opened_at == feb("3 09:00")
    assert odd(rows) == ["受理时间前后不一，以第一个为准"]


def test_severities_have_the_moment_from_which_they_held():
    mapping = bundled_mapping().model_copy(update={"severities": {"1 - Critical": "重大"}})
    history = history_of([row(), active(1, "3/2/2016 10:00", priority="1 - Critical")], mapping)
    assert history.severities == ((feb("3 09:00"), "3 - Moderate"), (feb("3 10:00"), "重大"))


@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        (["New", "Closed"], ["respond", "solve", "close"]),
        (["Active", "New", "Active"], ["respond"]),
        (["Resolved", "Closed", "Resolved"], ["respond", "solve"]),
        (["Resolved", "Closed", "Active"], ["respond", "solve", "close", "reopen"]),
        (["Closed", "Closed"], ["respond", "solve", "close"]),
        (["Awaiting Vendor", "Awaiting User Info", "Resolved"],
         ["respond", "pause", "resume", "pause", "resume", "solve"]),
        (["Active", "Cancelled"], ["respond", "cancel"]),
        (["New", "Cancelled", "Active"], ["cancel", "reopen", "respond"]),
    ],
)  # fmt: skip
def test_turns_follow_from_states(states, kinds):
    rows = [
        row(incident_state=state, sys_mod_count=str(count), sys_updated_at=f"3/2/2016 1{count}:00")
        for count, state in enumerate(states)
    ]
    history = history_of(rows)
    assert [move.kind for move in history.moves] == kinds
    assert (history.closed_at is not None) == (states[-1] in ("Closed", "Cancelled"))


def test_what_is_too_long_is_cut_and_said_and_the_title_stays_whole_in_the_details():
    rows = [row(category="长" * 300, caller_id="人" * 61)]
    history = history_of(rows)
    assert (len(history.title), len(history.caller)) == (200, 60)
    assert history.details[0] == ("标题", f"{'长' * 300} · Subcategory 170 · Symptom 72")
    assert odd(rows) == ["内容过长，只保留开头"] * 2
