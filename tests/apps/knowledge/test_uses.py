"""What an article helped with: once each, counted, taken back."""

import pytest

from kangwei.base.errors import ActionError
from kangwei.knowledge import actions, queries

pytestmark = pytest.mark.django_db
TICKET = ("ticket", "GD-202611-000007")


def test_a_use_is_counted_once_a_subject(publish, engineer, now):
    article = publish()
    first = actions.use_article(article=article, subject=TICKET, actor=engineer, now=now)
    again = actions.use_article(article=article, subject=TICKET, actor=engineer, now=now)
    actions.use_article(article=article, subject=("ticket", "GD-202611-000008"), actor=engineer, now=now)
    article.refresh_from_db()
    assert first == again
    assert article.use_count == 2
    assert set(queries.subjects_using(article, "ticket")) == {"GD-202611-000007", "GD-202611-000008"}
    assert not queries.subjects_using(article, "inspection")


def test_one_ticket_names_what_helped_with_it_in_one_query(publish, engineer, now, django_assert_num_queries):
    first, second = publish(title="一"), publish(title="二")
    for article in (first, second):
        actions.use_article(article=article, subject=TICKET, actor=engineer, now=now)
    with django_assert_num_queries(1):
        uses = queries.used_by(TICKET)
        assert [use.article.title for use in uses] == ["二", "一"]
    assert queries.used_by(("ticket", "GD-0")) == []


def test_a_use_can_be_taken_back_and_twice_is_no_harm(publish, engineer, now):
    article = publish()
    actions.use_article(article=article, subject=TICKET, actor=engineer, now=now)
    for _ in range(2):
        actions.take_back_use(article=article, subject=TICKET, actor=engineer, now=now)
    article.refresh_from_db()
    assert (article.use_count, queries.used_by(TICKET)) == (0, [])


def test_what_is_not_in_force_is_not_used(publish, write, step, manager, clerk, now):
    for article in (write(), step(publish(), "retire", by=manager, reason="过时")):
        with pytest.raises(ActionError, match="不能采用"):
            actions.use_article(article=article, subject=TICKET, actor=clerk, now=now)


def test_what_is_under_revision_is_still_used(publish, step, clerk, now):
    article = step(publish(), "revise", by=clerk)
    assert actions.use_article(article=article, subject=TICKET, actor=clerk, now=now).article == article


def test_nobody_uses_what_he_may_not_see(publish, make_person, other_owner, engineer, now):
    article = publish()
    stranger = make_person("engineer", party=other_owner, username="stranger")
    with pytest.raises(ActionError, match="找不到这条知识"):
        actions.use_article(article=article, subject=TICKET, actor=stranger, now=now)
    assert actions.use_article(article=article, subject=TICKET, actor=engineer, now=now)
