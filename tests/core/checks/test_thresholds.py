"""Thresholds: what they say and which values meet them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangwei.core.checks import KindError, Threshold


@pytest.mark.parametrize(
    ("text", "bad", "good"),
    [
        ("> 90", 90.1, 90),
        (">= 90", 90, 89.9),
        ("< 7", 6, 7),
        ("<= 0", 0, 0.01),
        ("< -0.5", -1, -0.5),
        ("= 0", 0, 1),
        ("!= 200", 503, 200),
        ("= false", False, True),
        ("!= true", False, True),
        ('= "standby"', "standby", "primary"),
        ("!= 'primary'", "standby", "primary"),
    ],
)
def test_a_bad_value_meets_the_threshold_and_a_good_one_does_not(text, bad, good):
    threshold = Threshold.parse(text)
    assert threshold.met_by(bad)
    assert not threshold.met_by(good)


@pytest.mark.parametrize("text", [">90", "  >   90 "])
def test_blanks_do_not_matter(text):
    assert str(Threshold.parse(text)) == "> 90"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("90", "应以 > >= < <= = != 之一开头"),
        ("", "应以 > >= < <= = != 之一开头"),
        ("=> 90", "> 90 应为数、true、false 或带引号的文字"),
        (">", "（空） 应为数"),
        ("> 90%", "90% 应为数"),
        ("> 1e3", "1e3 应为数"),
        ("> nan", "nan 应为数"),
        ("= primary", "primary 应为数、true、false 或带引号的文字"),
        ("> true", "用 > 比较，后面应为数"),
        ('< "7"', "用 < 比较，后面应为数"),
    ],
)
def test_what_is_not_a_threshold_is_refused_with_the_reason(text, message):
    with pytest.raises(ValueError, match=message):
        Threshold.parse(text)


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("> 90", "91", "测得的是文字，阈值要求的是数"),
        ("> 0", True, "测得的是是否，阈值要求的是数"),
        ("= false", 0, "测得的是数，阈值要求的是是否"),
        ('= "1"', 1, "测得的是数，阈值要求的是文字"),
    ],
)
def test_values_of_another_kind_are_not_compared(text, value, message):
    with pytest.raises(KindError, match=message):
        Threshold.parse(text).met_by(value)


thresholds = st.one_of(
    st.builds(
        Threshold,
        st.sampled_from([">", ">=", "<", "<=", "=", "!="]),
        st.integers(-(10**6), 10**6) | st.decimals(-1000, 1000, places=2).map(float),
    ),
    st.builds(Threshold, st.sampled_from(["=", "!="]), st.booleans() | st.sampled_from(["主库", "a b", 'a"b', ""])),
)


@given(thresholds)
def test_what_is_printed_can_be_read_again(threshold):
    assert Threshold.parse(str(threshold)) == threshold
