"""The life of an article: who judges it, what stays in force, what becomes of each version."""

from datetime import date

import pytest

from kangwei.accounts.queries import notices
from kangwei.base.errors import ActionError
from kangwei.knowledge import actions, queries

pytestmark = pytest.mark.django_db


def test_from_draft_by_sending_back_to_published(write, step, clerk, manager, now):
    article = step(write(), "submit", by=clerk)
    article = step(article, "send_back", by=manager, reason="描述不清：在哪台服务器上？")
    assert (article.state, queries.draft_of(article).returned_for) == ("returned", "描述不清：在哪台服务器上？")
    actions.save_draft(article=article, values={"solution": "在 10.1.1.5 上执行。"}, actor=clerk, now=now)
    step(article, "submit", by=clerk)
    article = step(article, "publish", by=manager, review_by=date(2027, 11, 20))
    assert (article.state, article.version, article.published_by) == ("published", 1, manager.audit_name)
    assert (article.solution, article.review_by) == ("在 10.1.1.5 上执行。", date(2027, 11, 20))
    labels = [event.label for event in queries.events(manager, article)]
    assert labels == ["发布第 1 版", "提交审核", "修改", "退回", "提交审核", "起草"]


def test_whoever_wrote_is_told_how_it_was_judged(write, step, clerk, manager):
    article = step(write(), "submit", by=clerk)
    step(article, "send_back", by=manager, reason="有错别字")
    step(article, "submit", by=clerk)
    step(article, "publish", by=manager)
    published, returned = notices(clerk)
    assert "已发布" in published.text
    assert returned.text == "ZS-202611-000001 被退回：有错别字"


def test_nobody_judges_what_he_wrote(write, step, manager, clerk, now):
    article = step(write(actor=manager), "submit", by=manager)
    with pytest.raises(ActionError, match="自己写的知识要由别人审核"):
        step(article, "publish", by=manager)
    step(article, "withdraw", by=manager)


def test_whoever_changed_a_word_of_a_draft_does_not_judge_it_either(
    write, step, manager, clerk, make_person, owner, now
):
    article = write()
    actions.save_draft(article=article, values={"cause": "经理改的"}, actor=manager, now=now)
    step(article, "submit", by=clerk)
    with pytest.raises(ActionError, match="自己写的知识要由别人审核"):
        step(article, "publish", by=manager)
    other = make_person("buyer_manager", party=owner, username="other-manager")
    assert step(article, "publish", by=other).version == 1


def test_whoever_laid_a_file_with_a_draft_does_not_judge_it_either(write, step, manager, clerk, now):
    article = write()
    actions.attach_files(article=article, files=[("步骤.txt", b"1")], actor=manager, now=now)
    step(article, "submit", by=clerk)
    with pytest.raises(ActionError, match="自己写的知识要由别人审核"):
        step(article, "publish", by=manager)


def test_whoever_is_writing_the_next_version_may_still_retire_what_is_wrong(publish, step, manager):
    article = step(publish(), "revise", by=manager)
    assert step(article, "retire", by=manager, reason="会误导坐席").state == "retired"


def test_a_suppliers_manager_judges_its_own_people_only(write, step, engineer, clerk, project_manager, publish):
    own = step(write(actor=engineer), "submit", by=engineer)
    assert step(own, "publish", by=project_manager).version == 1
    with pytest.raises(ActionError, match="只能审核本单位人员写的知识"):
        step(publish(title="甲方写的"), "retire", by=project_manager, reason="过时")


def test_who_may_only_write_does_not_publish(write, step, clerk, engineer):
    article = step(write(), "submit", by=clerk)
    with pytest.raises(ActionError, match="没有审核知识的权限"):
        step(article, "publish", by=clerk)


def test_sending_back_and_retiring_need_a_reason(write, step, clerk, manager, publish):
    article = step(write(), "submit", by=clerk)
    for name, one in (("send_back", article), ("retire", publish(title="另一条"))):
        with pytest.raises(ActionError, match="请写明理由") as refused:
            step(one, name, by=manager, reason=" ")
        assert refused.value.field == "reason"


def test_what_lacks_something_is_not_submitted(write, step, clerk):
    with pytest.raises(ActionError, match="还缺：分类、处理办法"):
        step(write(category="", solution=""), "submit", by=clerk)


def test_a_revision_leaves_the_published_text_in_force_until_it_is_published(publish, step, clerk, manager, now):
    article = step(publish(), "revise", by=clerk)
    actions.save_draft(article=article, values={"solution": "重启监听服务。"}, actor=clerk, now=now)
    article.refresh_from_db()
    assert (article.state, article.version, article.is_in_force, article.is_revised) == ("draft", 1, True, True)
    assert "lsnrctl" in article.solution
    assert queries.draft_of(article).solution == "重启监听服务。"
    step(article, "submit", by=clerk)
    article = step(article, "publish", by=manager)
    assert (article.version, article.solution) == (2, "重启监听服务。")
    assert [(row.number, row.solution) for row in queries.versions(article)] == [
        (2, "重启监听服务。"), (1, "在数据库服务器上执行 lsnrctl start。"),
    ]  # fmt: skip


def test_a_revision_without_a_change_is_not_judged(publish, step, clerk):
    article = step(publish(), "revise", by=clerk)
    with pytest.raises(ActionError, match="一字不差"):
        step(article, "submit", by=clerk)


def test_a_revision_can_be_given_up(publish, step, clerk, now):
    article = step(publish(), "revise", by=clerk)
    actions.save_draft(article=article, values={"title": "写坏了"}, actor=clerk, now=now)
    article = step(article, "drop", by=clerk)
    assert (article.state, article.version, queries.draft_of(article)) == ("published", 1, None)
    assert article.title == "医生工作站打不开，提示数据库连接失败"


def test_a_first_draft_can_be_given_up_and_taken_up_again(write, step, clerk):
    article = step(write(), "discard", by=clerk)
    assert article.state == "retired"
    assert step(article, "reopen", by=clerk).state == "draft"


def test_what_is_retired_is_not_in_force_until_it_is_restored(publish, step, manager, clerk, owner):
    article = step(publish(), "retire", by=manager, reason="系统已下线")
    assert (article.state, article.is_in_force) == ("retired", False)
    assert not queries.published(clerk, owner).exists()
    article = step(article, "restore", by=manager, reason="系统又启用")
    assert (article.state, list(queries.published(clerk, owner))) == ("published", [article])


def test_what_is_retired_under_revision_comes_back_with_its_draft(publish, step, manager, clerk):
    article = step(publish(), "revise", by=clerk)
    step(article, "retire", by=manager, reason="有误，先停用")
    article = step(article, "restore", by=manager, reason="核对无误")
    assert (article.state, article.is_in_force) == ("draft", True)


def test_a_review_sets_the_next_date_and_no_past_one(publish, step, manager):
    article = publish()
    assert step(article, "confirm", by=manager, review_by=date(2027, 6, 1)).review_by == date(2027, 6, 1)
    with pytest.raises(ActionError, match="复审日期要在今天之后") as refused:
        step(article, "confirm", by=manager, review_by=date(2026, 11, 20))
    assert refused.value.field == "review_by"


def test_a_step_that_does_not_fit_says_what_can_be_done(write, step, manager, clerk):
    with pytest.raises(ActionError, match="现为草稿，可做的是：提交审核、放弃草稿"):
        step(write(), "publish", by=manager)
