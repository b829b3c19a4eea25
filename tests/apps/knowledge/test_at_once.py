"""Several people at the same moment: nothing is doubled, nothing overwritten, nothing counted wrongly."""

from datetime import timedelta

import pytest

from kangwei.knowledge import actions, queries
from kangwei.knowledge.models import Article
from tests.apps.assets.at_once import at_once
from tests.core.ledgers.workbooks import xlsx

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_file_brought_twice_at_once_comes_in_once(owner, clerk, now):
    content = xlsx([["标题", "分类"], ["打印机卡纸", "外设"], ["网络不通", "网络"]])

    def bring(_):
        actions.import_articles(
            owner=owner, content=content, file_name="知识.xlsx", submit=False, actor=clerk, now=now
        )  # fmt: skip

    assert at_once(bring, range(3)) == []
    assert Article.objects.count() == 2


def test_of_two_who_save_the_same_draft_one_is_told(write, clerk, now):
    article = write()
    seen = queries.draft_of(article).saved_at

    def save(number):
        later = now + timedelta(minutes=number)
        actions.save_draft(article=article, values={"cause": f"第 {number} 种"}, actor=clerk, now=later, seen=seen)

    assert len(at_once(save, [1, 2])) == 1
    assert queries.draft_of(article).number == 1


def test_of_two_who_revise_the_same_article_one_is_told(publish, clerk, now):
    article = publish()
    seen = queries.in_force(article).saved_at

    def revise(number):
        later = now + timedelta(minutes=number)
        actions.save_draft(article=article, values={"cause": f"第 {number} 种"}, actor=clerk, now=later, seen=seen)

    assert len(at_once(revise, [1, 2])) == 1
    assert article.versions.count() == 2


def test_of_two_who_judge_the_same_text_one_is_told(write, step, clerk, manager, make_person, owner):
    article = step(write(), "submit", by=clerk)
    other = make_person("buyer_manager", party=owner, username="other-manager")
    judged = at_once(lambda person: step(article, "publish", by=person), [manager, other])
    assert len(judged) == 1
    assert "现为已发布" in judged[0]
    article.refresh_from_db()
    assert article.version == 1


def test_uses_at_once_are_all_counted_and_each_once(publish, clerk, now):
    article = publish()

    def use(number):
        actions.use_article(article=article, subject=("ticket", f"GD-{number // 2}"), actor=clerk, now=now)

    assert at_once(use, range(6)) == []
    article.refresh_from_db()
    assert article.use_count == article.uses.count() == 3
