"""What differs between two texts."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from kangwei.assets.differences import Change, Part, compare

OLD = "hostname a\n!\ninterface 1\n ip address 10.1.1.1\n!\nend\n"
NEW = "hostname a\n!\ninterface 1\n ip address 10.1.1.2\n shutdown\n!\nend\n"


def joined(parts):
    return "".join(part.text for part in parts)


def test_lines_that_came_and_went_are_counted():
    difference = compare(OLD, NEW)
    assert (difference.added, difference.removed) == (2, 1)
    assert difference.excerpt(10) == (
        [Change("-", 4, " ip address 10.1.1.1"), Change("+", 4, " ip address 10.1.1.2"), Change("+", 5, " shutdown")],
        0,
    )


def test_side_by_side_a_changed_line_stands_beside_what_it_was_and_its_change_is_marked():
    rows = list(compare(OLD, NEW).rows())
    assert [(row.state, row.old_number, row.new_number) for row in rows] == [
        ("same", 1, 1), ("same", 2, 2), ("same", 3, 3), ("changed", 4, 4), ("added", 0, 5), ("same", 5, 6),
        ("same", 6, 7),
    ]  # fmt: skip
    assert rows[3].old == (Part(" ip address 10.1.1."), Part("1", marked=True))
    assert rows[3].new == (Part(" ip address 10.1.1."), Part("2", marked=True))


def test_in_one_column_what_went_stands_before_what_came():
    lines = list(compare("a\nb\nc\nd\n", "a\nx\ny\nd\n").lines())
    assert [(line.state, joined(line.parts)) for line in lines] == [
        ("same", "a"), ("removed", "b"), ("removed", "c"), ("added", "x"), ("added", "y"), ("same", "d"),
    ]  # fmt: skip


def test_lines_with_little_in_common_are_not_marked():
    row = next(row for row in compare("alpha\n", "omega\n").rows() if row.state == "changed")
    assert row.old == (Part("alpha"),)


def test_far_from_a_change_the_same_lines_are_left_out():
    old = [f"line {n}" for n in range(100)]
    new = [*old[:50], "changed", *old[51:]]
    difference = compare("\n".join(old), "\n".join(new))
    rows = list(difference.rows())
    assert [row.state for row in rows] == ["gap", *["same"] * 3, "changed", *["same"] * 3, "gap"]
    assert (rows[0].gap, rows[-1].gap) == (47, 46)
    assert len(list(difference.rows(None))) == 100


def test_the_same_text_has_no_difference():
    difference = compare(OLD, OLD)
    assert (difference.added, difference.removed, difference.unified("a", "b")) == (0, 0, "")


def test_an_excerpt_says_what_it_leaves_out():
    shown, more = compare("a\n", "b\nc\nd\n").excerpt(2)
    assert (len(shown), more) == (2, 2)


def test_the_unified_form_is_what_other_tools_read():
    expected = "\n".join(difflib.unified_diff(OLD.splitlines(), NEW.splitlines(), "甲", "乙", lineterm="")) + "\n"
    assert compare(OLD, NEW).unified("甲", "乙") == expected


texts = st.lists(st.sampled_from(["a", "b", "exit", "!", " ip 1", " ip 2"]), min_size=1, max_size=30).map("\n".join)


@given(texts, texts)
def test_both_texts_can_be_read_from_their_difference(old, new):
    rows = list(compare(old, new).rows(None))
    assert "\n".join(joined(row.old) for row in rows if row.old_number) == old
    assert "\n".join(joined(row.new) for row in rows if row.new_number) == new
    assert [row.old_number for row in rows if row.old_number] == list(range(1, old.count("\n") + 2))
    assert [row.new_number for row in rows if row.new_number] == list(range(1, new.count("\n") + 2))


@given(texts, texts)
def test_one_column_holds_the_same_lines(old, new):
    lines = list(compare(old, new).lines(None))
    assert "\n".join(joined(line.parts) for line in lines if line.state in ("same", "removed")) == old
    assert "\n".join(joined(line.parts) for line in lines if line.state in ("same", "added")) == new


def test_lines_that_are_everywhere_do_not_take_minutes():
    old = "\n".join(["hostname a", *["!"] * 2900, "vlan 1", "!", "end a"])
    new = "\n".join(["hostname b", *["!", "exit"] * 1450, "vlan 1", "!", "end b"])
    found = compare(old, new)
    assert (found.old, found.new) == (tuple(old.split("\n")), tuple(new.split("\n")))
    assert any(row.state == "same" and row.old[0].text == "vlan 1" for row in found.rows())


def test_lines_that_occur_often_are_found_again_where_there_are_few_enough():
    old = "\n".join(f"interface {n}\n shutdown\n!" for n in range(300))
    new = old.replace("interface 150\n", "interface 150\n description x\n")
    assert (compare(old, new).added, compare(old, new).removed) == (1, 0)
