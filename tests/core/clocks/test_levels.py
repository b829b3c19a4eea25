"""Which service level holds for a ticket."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.calendars import Duration
from kangwei.core.clocks import Level, TiedLevelsError, choose


def level(key, limit, clock="response", **conditions):
    return Level(key, clock, Duration.parse(limit), conditions=conditions)


def facts(**words):
    return {name: {value} if isinstance(value, str) else set(value) for name, value in words.items()}


def test_the_level_with_most_conditions_holds():
    levels = [
        level("all", "30m"),
        level("urgent", "10m", severity="紧急"),
        level("night", "15m", severity="紧急", period="off"),
    ]
    assert choose(levels, facts(severity="紧急", period="working"))["response"].key == "urgent"
    assert choose(levels, facts(severity="紧急", period="off"))["response"].key == "night"
    assert choose(levels, facts(severity="一般"))["response"].key == "all"


def test_each_clock_has_its_own_level():
    levels = [level("r", "30m"), level("a", "2h", clock="arrival", method="onsite")]
    assert set(choose(levels, facts(method="onsite"))) == {"response", "arrival"}
    assert set(choose(levels, facts(method="remote"))) == {"response"}


def test_a_condition_on_what_is_not_known_is_not_met():
    assert choose([level("far", "8h", place="远郊")], facts()) == {}


def test_a_ticket_on_a_subsystem_meets_levels_of_the_system_and_its_category():
    levels = [level("db", "10m", target="数据库"), level("app", "20m", target="门诊系统", period="off")]
    assert choose(levels, facts(target=["发药子系统", "门诊系统", "业务系统"], period="off"))["response"].key == "app"


def test_two_that_disagree_and_are_equally_specific_are_an_error():
    levels = [level("grave", "4h", severity="重大"), level("night", "6h", period="off")]
    with pytest.raises(TiedLevelsError, match="同样具体而时限不同"):
        choose(levels, facts(severity="重大", period="off"))


def test_a_more_specific_one_settles_it_wherever_it_stands():
    both = level("both", "3h", severity="重大", period="off")
    grave, night = level("grave", "4h", severity="重大"), level("night", "6h", period="off")
    for order in permutations([both, grave, night]):
        assert choose(order, facts(severity="重大", period="off"))["response"].key == "both"


def test_two_that_agree_are_no_tie():
    levels = [level("grave", "4h", severity="重大"), level("night", "4h", period="off")]
    assert choose(levels, facts(severity="重大", period="off"))["response"].limit == Duration.parse("4h")


conditions = st.dictionaries(st.sampled_from(["severity", "place", "period"]), st.sampled_from("甲乙"), max_size=3)


@given(st.lists(conditions, max_size=8), conditions)
def test_what_is_chosen_matches_and_nothing_more_specific_does(found, known):
    levels = [Level(str(number), "reply", Duration.parse("2h"), conditions=when) for number, when in enumerate(found)]
    chosen = choose(levels, facts(**known)).get("reply")
    matching = [when for when in found if all(known.get(name) == value for name, value in when.items())]
    assert (chosen is None) == (not matching)
    if chosen:
        assert chosen.conditions in matching
        assert len(chosen.conditions) == max(map(len, matching))
