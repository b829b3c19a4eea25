"""Search by words: what is found, and that it is the same on both ways of asking."""

import re

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangwei.accounts.models import Region
from kangwei.base import fulltext
from kangwei.base.fulltext import TextIndex, words

pytestmark = pytest.mark.django_db
TEXTS = {
    "disk": "门诊系统数据库备份失败，报 ORA-01578",
    "scan": "数据导入后库存备份不一致",
    "call": "王医生 010-85273366 挂号机打不开",
    "phone": "报告人 13812345678",
}


@pytest.fixture
def index():
    made = TextIndex("words_of_regions")
    made.create(connection)
    yield made
    made.drop(connection)


@pytest.fixture
def find(index):
    """`find("备份")`: the names of the texts that are found, in order."""
    rows = {name: Region.objects.create(name=name) for name in TEXTS}
    index.put((rows[name].pk, text) for name, text in TEXTS.items())

    def search(text: str) -> list[str]:
        return sorted(index.search(Region.objects.all(), text).values_list("name", flat=True))

    return search


def test_two_characters_are_a_word_and_more_must_follow_one_another(find):
    assert find("备份") == ["disk", "scan"]
    assert find("数据库备份") == ["disk"]


def test_one_character_is_found_anywhere(find):
    assert find("库") == ["disk", "scan"]
    assert find("致") == ["scan"]


def test_letters_are_found_by_their_beginning_whatever_their_case(find):
    assert find("ora") == ["disk"]
    assert find("ＯＲＡ") == ["disk"]
    assert find("ra") == []


def test_a_number_is_found_by_its_beginning_and_a_long_one_by_its_end(find):
    assert find("138") == find("5678") == find("2345") == ["phone"]
    assert find("85273366") == find("3366") == ["call"]


def test_every_word_must_be_there(find):
    assert find("备份 ora") == ["disk"]
    assert find("备份 138") == []


def test_signs_alone_find_nothing_and_harm_nothing(find):
    for text in ("", "？！", '"', "' OR 1=1 --", "a* OR b", "NEAR(备份", "{}", "\\", ":*", "数据 & 库"):
        assert isinstance(find(text), list)
    assert find("？！") == []


def test_what_is_put_anew_is_found_by_its_new_words_only(index):
    row = Region.objects.create(name="one")
    index.put([(row.pk, "旧的说法")])
    index.put([(row.pk, "新的说法")])
    assert not index.search(Region.objects.all(), "旧的").exists()
    assert index.search(Region.objects.all(), "新的").get() == row


def test_many_hits_are_asked_row_by_row_with_the_same_result(find, monkeypatch):
    looked_up = [find(text) for text in ("备份", "数据库", "138", "系统 备份")]
    monkeypatch.setattr(fulltext, "RARE", 1)
    assert [find(text) for text in ("备份", "数据库", "138", "系统 备份")] == looked_up


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    texts=st.lists(st.text("数据库备份 a1", max_size=12), min_size=1, max_size=4),
    query=st.text("数据库备份", min_size=1, max_size=4),
)
def test_chinese_is_found_where_the_text_holds_it(index, texts, query):
    rows = [Region.objects.create(name=f"{number}-{Region.objects.count()}") for number in range(len(texts))]
    index.put((row.pk, text) for row, text in zip(rows, texts, strict=True))
    found = set(index.search(Region.objects.filter(pk__in=[row.pk for row in rows]), query))
    assert found == {row for row, text in zip(rows, texts, strict=True) if query in text}
    Region.objects.all().delete()


def test_no_word_holds_what_a_query_language_could_read():
    found = list(words("a'b\"c\\d:e*f|g&h!(i) <-> 数'据"))
    assert all(re.fullmatch(r"\w+", word) for word in found)


@pytest.fixture
def nearest(index):
    """`nearest("备份失败")`: the names of the rows nearest to a text, best first."""
    rows = {name: Region.objects.create(name=name) for name in TEXTS}
    index.put((rows[name].pk, text) for name, text in TEXTS.items())

    def find(text: str, rows=Region.objects, most: int = 5) -> list[str]:
        names = dict(Region.objects.values_list("pk", "name"))
        return [names[key] for key, _ in index.nearest(rows.all(), text, most).hits]

    return find


def test_the_row_with_most_of_the_words_is_nearest(nearest):
    assert nearest("数据库备份失败了怎么办") == ["disk", "scan"]
    assert nearest("数据库备份失败了怎么办", most=1) == ["disk"]
    assert nearest("空调漏水") == nearest("") == nearest("？！'\"\\") == []


def test_a_rare_word_weighs_more_than_a_common_one(index, nearest):
    for number in range(5):
        index.put([(Region.objects.create(name=f"usual-{number}").pk, "备份完成")])
    assert nearest("备份 挂号机")[0] == "call"


def test_only_the_rows_asked_for_are_near(nearest):
    assert nearest("数据库备份", Region.objects.filter(name="scan")) == ["scan"]
    assert nearest("数据库备份", Region.objects.none()) == []


def test_the_share_of_a_text_is_what_it_holds_of_the_weight(index, nearest):
    assert nearest("备份") == ["scan", "disk"]
    near = index.nearest(Region.objects.all(), "备份 备份", 5)
    assert {share for _, share in near.hits} == {1.0}
    assert (near.share("每天备份"), near.share("别的")) == (1.0, 0.0)
