"""Files come and go with a draft; what was published keeps its own."""

import pytest

from kangwei.base.errors import ActionError
from kangwei.documents.queries import latest
from kangwei.knowledge import actions, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def lay(clerk, now):
    def make(article, name="步骤.txt", content=b"step 1", by=clerk):
        return actions.attach_files(article=article, files=[(name, content)], actor=by, now=now)[0]

    return make


def test_a_file_lies_with_the_draft_and_is_archived(write, lay):
    attachment = lay(write())
    assert (attachment.since, attachment.until) == (1, None)
    assert latest(attachment.document).file_name == "步骤.txt"


def test_the_same_file_twice_and_a_wrong_kind_are_refused_and_nothing_is_half_done(write, lay, clerk, now):
    article = write()
    lay(article)
    with pytest.raises(ActionError, match="完全相同"):
        lay(article, name="另名.txt")
    with pytest.raises(ActionError, match="不接受文件"):
        actions.attach_files(
            article=article, files=[("好.txt", b"1"), ("坏.exe", b"MZ")], actor=clerk, now=now
        )  # fmt: skip
    assert article.attachments.count() == 1


def test_what_is_published_gets_no_file_unseen(publish, lay, step, clerk):
    article = publish()
    with pytest.raises(ActionError, match="不能直接改"):
        lay(article)
    assert lay(step(article, "revise", by=clerk)).since == 2


def test_a_file_of_a_revision_is_seen_by_others_only_once_it_is_published(publish, lay, step, clerk, manager):
    article = step(publish(), "revise", by=clerk)
    lay(article)
    assert queries.files_of(article, 1) == []
    assert [file.name for file in queries.files_of(article, 2)] == ["步骤.txt"]


def test_a_removed_file_stays_with_the_version_that_was_published_with_it(write, lay, step, clerk, manager, now):
    article = write()
    attachment = lay(article)
    step(article, "submit", by=clerk)
    step(article, "publish", by=manager)
    step(article, "revise", by=clerk)
    actions.remove_file(attachment=attachment, actor=clerk, now=now)
    assert queries.files_of(article, 2) == []
    assert [file.pk for file in queries.files_of(article, 1)] == [attachment.pk]
    step(article, "drop", by=clerk)
    attachment.refresh_from_db()
    assert attachment.until is None


def test_a_file_that_was_laid_by_mistake_leaves_the_draft(write, lay, clerk, now):
    article = write()
    actions.remove_file(attachment=lay(article), actor=clerk, now=now)
    assert not article.attachments.exists()
