"""Who sees which article, and how it is found."""

from datetime import date

import pytest

from kangwei.knowledge import actions, queries
from kangwei.knowledge.enums import Group

pytestmark = pytest.mark.django_db


def test_two_buyers_never_see_each_others_articles(publish, make_person, owner, other_owner, manager):
    article = publish()
    stranger = make_person("buyer_manager", party=other_owner, username="stranger")
    assert list(queries.articles(manager)) == [article]
    assert list(queries.articles(stranger)) == []
    assert list(queries.published(stranger, owner)) == []


def test_platform_and_supervisors_see_all(publish, make_person, make_party):
    article = publish()
    platform = make_person("buyer_manager", username="platform")
    supervisor = make_person("supervisor", party=make_party("监理", "supervisor"), username="supervisor")
    assert list(queries.articles(platform)) == list(queries.articles(supervisor)) == [article]


def test_a_supplier_sees_what_its_buyer_published_and_what_its_own_people_write(write, publish, engineer, clerk):
    published, own = publish(), write(title="工程师的草稿", actor=engineer)
    hidden = write(title="文员的草稿")
    assert set(queries.articles(engineer)) == {published, own}
    assert set(queries.articles(clerk)) == {published, own, hidden}


def test_a_supplier_without_a_contract_of_the_buyer_sees_nothing(publish, engineer, make_person, make_party):
    publish()
    outside = make_person("engineer", party=make_party("无关公司", "supplier"), username="outside")
    assert not queries.articles(outside).exists()
    assert queries.articles(engineer).exists()


def test_whoever_takes_over_a_contract_reads_on_and_the_one_before_no_more(publish, engineer, owner, make_party):
    publish()
    actions.let_read(contract="hdc-01", owner=owner, supplier=make_party("接手公司", "supplier"))
    assert not queries.articles(engineer).exists()


def test_a_revision_of_one_supplier_is_not_for_another_to_read(publish, step, engineer, other_supplier, make_person):
    article = step(publish(), "revise", by=engineer)
    stranger = make_person("engineer", party=other_supplier, username="stranger")
    assert list(queries.articles(stranger)) == [article]
    assert not queries.sees_drafts(stranger, article)
    assert [event.label for event in queries.events(stranger, article)] == ["发布第 1 版"]
    assert queries.sees_drafts(engineer, article)
    assert queries.events(engineer, article)[0].label == "修订"


def test_what_is_published_of_an_owner_is_neither_draft_nor_retired(publish, write, step, owner, clerk, manager):
    article = publish()
    write(title="草稿")
    step(publish(title="停用的"), "retire", by=manager, reason="过时")
    assert list(queries.published(clerk, owner)) == [article]


def test_groups_are_what_somebody_works_through(publish, write, step, clerk, manager, engineer, project_manager, now):
    today = date(2026, 11, 20)
    draft = write(title="草稿")
    waiting = step(write(title="工程师写的", actor=engineer), "submit", by=engineer)
    publish()
    rows = queries.articles(manager)
    assert queries.group_counts(rows, manager, today) == {
        Group.IN_FORCE: 1, Group.MINE: 0, Group.TO_REVIEW: 1, Group.DUE: 0, Group.RETIRED: 0, Group.ALL: 3,
    }  # fmt: skip
    assert list(queries.in_group(rows, Group.MINE, clerk, today)) == [draft]
    assert list(queries.in_group(rows, Group.TO_REVIEW, manager, today)) == [waiting]
    assert list(queries.in_group(queries.articles(project_manager), Group.TO_REVIEW, project_manager, today)) == [
        waiting
    ]


def test_what_is_to_be_reviewed_by_today_is_due(publish, step, manager):
    article = step(publish(), "confirm", by=manager, review_by=date(2026, 12, 1))
    rows = queries.articles(manager)
    assert list(queries.in_group(rows, Group.DUE, manager, date(2026, 12, 1))) == [article]
    assert not queries.in_group(rows, Group.DUE, manager, date(2026, 11, 30)).exists()


def test_every_word_is_sought_in_the_whole_text_and_titles_come_first(publish, clerk):
    in_text = publish(title="监听服务的检查")
    in_title = publish(title="ORA-12541 怎么办")
    rows = queries.articles(clerk)
    assert list(queries.search(rows, "ORA-12541")) == [in_title, in_text]
    assert list(queries.search(rows, "监听 检查")) == [in_text]
    assert list(queries.search(rows, "zs-202611-000002")) == [in_title]
    assert list(queries.search(rows, "没有这个词")) == []


def test_a_changed_draft_is_found_by_its_new_words_and_a_revision_not_before_it_is_published(
    write, publish, step, clerk, manager, now
):
    draft, article = write(title="旧标题一"), step(publish(title="旧标题二"), "revise", by=clerk)
    rows = queries.articles(clerk)
    for one in (draft, article):
        actions.save_draft(article=one, values={"title": "新说法"}, actor=clerk, now=now)
    assert list(queries.search(rows, "新说法")) == [draft]
    step(article, "submit", by=clerk)
    step(article, "publish", by=manager)
    assert set(queries.search(rows, "新说法")) == {draft, article}


def test_the_nearest_come_first_and_what_has_nothing_to_do_with_it_not_at_all(publish, clerk, owner):
    text = {"symptoms": "见标题", "cause": "", "keywords": "", "solution": "按步骤处理"}
    station = publish(title="医生工作站打不开", **text)
    window = publish(title="挂号窗口打不开", **text)
    publish(title="打印机卡纸", **text)
    rows = queries.published(clerk, owner)
    assert queries.alike(rows, "三楼医生工作站突然打不开了") == [station, window]
    assert queries.alike(rows, "三楼医生工作站突然打不开了", most=1) == [station]
    assert queries.alike(rows, "空调漏水") == queries.alike(rows, "") == queries.alike(rows, "？") == []


def test_of_two_equally_near_the_one_that_helped_more_comes_first(publish, clerk, owner, now):
    first, second = publish(title="医生工作站打不开"), publish(title="医生工作站打不开")
    rows = queries.published(clerk, owner)
    actions.use_article(article=first, subject=("ticket", "GD-1"), actor=clerk, now=now)
    assert [row.pk for row in queries.alike(rows, "医生工作站打不开")] == [first.pk, second.pk]
    actions.take_back_use(article=first, subject=("ticket", "GD-1"), actor=clerk, now=now)
    actions.use_article(article=second, subject=("ticket", "GD-1"), actor=clerk, now=now)
    assert [row.pk for row in queries.alike(rows, "医生工作站打不开")] == [second.pk, first.pk]


def test_the_nearest_cost_the_same_queries_however_many_there_are(publish, clerk, owner, django_assert_num_queries):
    rows = queries.published(clerk, owner)
    publish()
    with django_assert_num_queries(3):
        assert len(queries.alike(rows, "数据库连接失败")) == 1
    for _ in range(4):
        publish()
    with django_assert_num_queries(3):
        assert len(queries.alike(rows, "数据库连接失败")) == 5


def test_a_suppliers_nearest_are_only_what_it_may_see(publish, engineer, make_person, other_owner, owner, make_party):
    article = publish()
    assert queries.alike(queries.articles(engineer), "数据库连接失败") == [article]
    stranger = make_person("engineer", party=other_owner, username="stranger")
    assert queries.alike(queries.articles(stranger), "数据库连接失败") == []
