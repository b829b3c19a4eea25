"""Differences of two texts, in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from kangwei.knowledge import differences as module
from kangwei.knowledge.differences import differences


def test_one_character_that_came_is_marked_alone():
    assert differences("监听没有启动。", "监听服务没有启动。") == [
        ("监听", "same"), ("服务", "added"), ("没有启动。", "same"),
    ]  # fmt: skip


def test_latin_words_and_numbers_are_not_torn_apart():
    assert differences("端口 1521", "端口 1522") == [("端口 ", "same"), ("1521", "removed"), ("1522", "added")]


def test_a_line_that_went_is_marked_whole():
    assert differences("一\n二\n三", "一\n三") == [("一\n", "same"), ("二\n", "removed"), ("三", "same")]


def test_passages_too_long_to_compare_are_marked_whole(monkeypatch):
    monkeypatch.setattr(module, "MOST_COMPARED", 3)
    assert differences("甲乙", "甲丙") == [("甲乙", "removed"), ("甲丙", "added")]


@given(st.text("甲乙a \n", max_size=30), st.text("甲乙a \n", max_size=30))
def test_both_texts_can_be_read_out_of_the_pieces(old, new):
    pieces = differences(old, new)
    assert "".join(text for text, state in pieces if state != "added") == old
    assert "".join(text for text, state in pieces if state != "removed") == new
