"""Articles from a file: drafts or submitted, none published unseen, none twice."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.queries import parties, person_behind
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.core.ledgers import TableError
from kangwei.knowledge.actions.keeping import index
from kangwei.knowledge.actions.stepping import NEEDED
from kangwei.knowledge.actions.writing import may_write_for, number_of
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.intake import Fault, lines_of
from kangwei.knowledge.models import Article, ArticleEvent, Version

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

BATCH = 500


@dataclass(frozen=True)
class Imported:
    """What came of a file: articles written, lines that the knowledge base has already, lines that were refused."""

    written: list[Article] = field(default_factory=list)
    known: list[tuple[int, Article]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@transaction.atomic
def import_articles(
    *, owner: "Party", content: bytes, file_name: str, submit: bool, actor: Actor, now: datetime
) -> Imported:
    """Write down each line of an Excel or CSV file as a draft, or `submit` it.

    A line whose title the owner has already, and one that is faulty, is left out and said; the others come in. So the
    corrected file can be brought again. ActionError for an owner for which the actor may not write, and for a file that
    is no table of articles.
    """
    may_write_for(owner, actor)
    try:
        lines = lines_of(content, file_name, needed=("title", *NEEDED) if submit else ("title",))
    except TableError as error:
        raise ActionError(str(error), field="file") from None
    # Whoever brings the same file at the same moment waits, and finds its titles here.
    list(parties().filter(pk=owner.pk).select_for_update(no_key=True))
    result = Imported(faults=lines.faults)
    titles = {text["title"] for _, text in lines.good}
    known: dict[str, Article] = {}
    for article in Article.objects.filter(owner=owner).only("number", "title").order_by("-pk").iterator(2000):
        if article.title in titles:
            known[article.title] = article
    fresh: dict[str, tuple[int, dict[str, str]]] = {}
    for number, text in lines.good:
        if text["title"] in known:
            result.known.append((number, known[text["title"]]))
        elif text["title"] in fresh:
            result.faults.append(Fault(number, "标题", f"与第 {fresh[text['title']][0]} 行相同"))
        else:
            fresh[text["title"]] = (number, text)
    result.written.extend(_write(owner, [text for _, text in fresh.values()], submit, file_name, actor, now))
    result.faults.sort(key=lambda fault: fault.number)
    return result


def _write(
    owner: "Party", texts: list[dict[str, str]], submit: bool, file_name: str, actor: Actor, now: datetime
) -> list[Article]:
    if not texts:
        return []
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    state = ArticleState.SUBMITTED if submit else ArticleState.DRAFT
    articles = Article.objects.bulk_create(
        [
            Article(
                owner=owner, number=number_of(month, number), state=state, practice=owner.practice, created_at=now,
                updated_at=now, author=actor.audit_name, **text,
            )
            for number, text in zip(numbers.next_numbers(f"article:{month}", len(texts)), texts, strict=True)
        ],
        BATCH,
    )  # fmt: skip
    submitted = now if submit else None
    versions = Version.objects.bulk_create(
        [
            Version(article=article, number=1, saved_at=now, submitted_at=submitted, author=article.author, **text)
            for article, text in zip(articles, texts, strict=True)
        ],
        BATCH,
    )
    if person := person_behind(actor):
        wrote = Version.writers.through
        wrote.objects.bulk_create([wrote(version=row, person=person) for row in versions], BATCH)
    label = "导入并提交审核" if submit else "导入"
    ArticleEvent.objects.bulk_create(
        [
            ArticleEvent(article=article, at=now, by=actor.audit_name, label=label, text=file_name, inner=True)
            for article in articles
        ],
        BATCH,
    )
    index(articles)
    audit.append_all(
        actor=actor, action="knowledge.import", now=now,
        happened=[
            (("article", article.number), {"title": article.title, "file": file_name, "submitted": submit})
            for article in articles
        ],
    )  # fmt: skip
    return articles
