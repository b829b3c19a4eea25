"""Drafts: written down in a minute, changed without losing what somebody else wrote."""

from datetime import timedelta

import pytest

from kangwei.base import audit
from kangwei.base.errors import ActionError
from kangwei.knowledge import actions, queries

pytestmark = pytest.mark.django_db


def test_what_somebody_solved_is_a_draft_with_a_number_of_the_month(write, owner, clerk):
    article = write()
    assert (article.number, article.state, article.version) == ("ZS-202611-000001", "draft", 0)
    assert (article.owner, article.author) == (owner, clerk.audit_name)
    assert article.source == "GD-202611-000001"
    assert audit.latest("article", article.number).data["title"] == article.title


def test_blanks_around_a_text_are_dropped_and_a_title_is_needed(write):
    assert write(title="　打印机卡纸 ").title == "打印机卡纸"
    with pytest.raises(ActionError, match="请填写标题") as refused:
        write(title="  ")
    assert refused.value.field == "title"
    with pytest.raises(ActionError, match="关键词最多 200 个字，写了 201 个"):
        write(keywords="字" * 201)


def test_only_a_buyer_has_a_knowledge_base(write, supplier):
    with pytest.raises(ActionError, match="没有自己的知识库"):
        write(owner=supplier)


def test_a_supplier_writes_for_the_buyer_it_works_for_and_for_no_other(write, engineer, owner, other_owner):
    assert write(actor=engineer).owner == owner
    with pytest.raises(ActionError, match="您不能为「别家医院」写知识"):
        write(actor=engineer, owner=other_owner)


def test_a_draft_is_changed_by_field_and_the_timeline_says_which(write, clerk, now):
    article = write()
    later = now + timedelta(minutes=5)
    saved = actions.save_draft(article=article, values={"cause": "监听停了。"}, actor=clerk, now=later)
    assert (saved.cause, saved.symptoms, saved.updated_at) == ("监听停了。", article.symptoms, later)
    assert queries.events(clerk, article)[0].text == "原因"


def test_the_same_text_again_is_no_change(write, clerk, now):
    article = write()
    actions.save_draft(article=article, values={"cause": article.cause}, actor=clerk, now=now + timedelta(minutes=5))
    assert queries.events(clerk, article).count() == 1


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(write, clerk, manager, now):
    article = write()
    seen = queries.draft_of(article).saved_at
    later = now + timedelta(minutes=1)
    actions.save_draft(article=article, values={"cause": "经理写的"}, actor=manager, now=later, seen=seen)
    with pytest.raises(ActionError, match=r"刚被「测试人员（manager）」改过"):
        actions.save_draft(article=article, values={"cause": "文员写的"}, actor=clerk, now=later, seen=seen)
    assert queries.draft_of(article).cause == "经理写的"


def test_a_draft_of_another_supplier_is_not_written_on(write, engineer, other_supplier, make_person, manager, now):
    article = write(actor=engineer)
    stranger = make_person("engineer", party=other_supplier, username="stranger")
    with pytest.raises(ActionError, match="正由别的单位修订"):
        actions.save_draft(article=article, values={"cause": "别的"}, actor=stranger, now=now)
    actions.save_draft(article=article, values={"cause": "甲方补充"}, actor=manager, now=now)
    assert queries.draft_of(article).cause == "甲方补充"


def test_a_change_of_what_is_published_is_the_draft_of_the_next_version(publish, clerk, now):
    article = publish()
    seen = queries.in_force(article).saved_at
    article = actions.save_draft(article=article, values={"cause": "改过的"}, actor=clerk, now=now, seen=seen)
    assert (article.state, article.version, article.cause) == ("draft", 1, "监听没有启动。")
    assert queries.draft_of(article).cause == "改过的"


def test_the_same_text_again_begins_no_version(publish, clerk, now):
    article = publish()
    assert (
        actions.save_draft(article=article, values={"cause": article.cause}, actor=clerk, now=now).state == "published"
    )


def test_what_waits_to_be_judged_is_not_changed(write, step, clerk, now):
    article = step(write(), "submit", by=clerk)
    with pytest.raises(ActionError, match="现为待审核，不能直接改"):
        actions.save_draft(article=article, values={"cause": "改"}, actor=clerk, now=now)
