"""Two service levels tie where one ticket could be measured by either. Each tie has a twin that is none."""

import pytest

from tests.core.contracts.example import changed, complaints, load

OLD = """\
  - {clock: response, limit: 10m, when: {period: working}, cite: "small.txt:20"}
  - {clock: response, limit: 30m, when: {period: off}, cite: "small.txt:21"}
"""


def levels(*rows):
    return changed((OLD, "".join(f'  - {{id: l{n}, {row}, cite: "small.txt:2{n}"}}\n' for n, row in enumerate(rows))))


def tie(line, number, title, cited):
    return (
        f"small-2026.yaml:{line}: service_levels.第{number}项：与「{title}」（small.txt:{cited}）"
        "条件同样具体而时限不同，同一工单可同时适用两者；请改条件，或另写一条同时含两者条件的服务级别"
    )


def test_two_limits_for_the_same_tickets_tie():
    text = levels("clock: restore, limit: 4h", "clock: restore, limit: 6h")
    assert complaints(text) == [tie(29, 2, "restore", 20)]


def test_conditions_of_different_kinds_tie_because_a_ticket_can_meet_both():
    text = levels(
        "clock: restore, limit: 4h, when: {caller: 急诊科}",
        "clock: restore, limit: 6h, when: {period: off}",
    )
    assert complaints(text) == [tie(29, 2, "restore（caller=急诊科）", 20)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("clock: restore, limit: 4h", "clock: restore, limit: 6h, when: {period: off}"),
        ("clock: restore, limit: 4h", "clock: resolve, limit: 6h"),
        ("clock: restore, limit: 4h, when: {period: off}", "clock: restore, limit: 6h, when: {period: working}"),
        ("clock: restore, limit: 4h, when: {caller: 急诊科}", "clock: restore, limit: 4h, when: {period: off}"),
    ],
    ids=["more specific", "other clock", "exclusive values", "same limit"],
)
def test_the_twins_that_do_not_tie(one, other):
    assert len(load(levels(one, other)).service_levels) == 2
    assert len(load(levels(other, one)).service_levels) == 2


@pytest.mark.parametrize("other", ["limit: 4h, runs: working", "limit: 4h, counts_from: occurred"])
def test_the_same_number_counted_otherwise_is_another_limit(other):
    assert complaints(levels("clock: restore, limit: 4h", f"clock: restore, {other}")) == [tie(29, 2, "restore", 20)]


def test_a_level_for_both_conditions_settles_a_tie():
    severe = "clock: restore, limit: 4h, when: {caller: 急诊科}"
    night = "clock: restore, limit: 6h, when: {period: off}"
    severe_night = "clock: restore, limit: 5h, when: {caller: 急诊科, period: off}"
    assert len(load(levels(severe, night, severe_night)).service_levels) == 3
    assert len(load(levels(severe_night, night, severe)).service_levels) == 3


@pytest.mark.parametrize(
    "third",
    [
        "clock: resolve, limit: 5h, when: {caller: 急诊科, period: off}",
        "clock: restore, limit: 5h, when: {caller: 急诊科, period: off, place: 远郊}",
        "clock: restore, limit: 5h, when: {caller: 急诊科, kind: incident}",
    ],
    ids=["other clock", "only some of them", "other tickets"],
)
def test_a_level_that_leaves_some_of_those_tickets_open_does_not(third):
    severe = "clock: restore, limit: 4h, when: {caller: 急诊科}"
    night = "clock: restore, limit: 6h, when: {period: off}"
    assert tie(29, 2, "restore（caller=急诊科）", 20) in complaints(levels(severe, night, third))


def test_each_pair_that_ties_is_named():
    text = levels("clock: close, limit: 1d", "clock: close, limit: 2d", "clock: close, limit: 3d")
    assert complaints(text) == [tie(29, 2, "close", 20), tie(30, 3, "close", 20), tie(30, 3, "close", 21)]
