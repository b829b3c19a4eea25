"""What every change of an article does. Part of the actions that call it, never called by itself."""

from collections.abc import Iterable
from datetime import datetime

from kangwei.accounts.queries import person_behind
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.models import LABELS, LONGEST, TEXT_FIELDS, Article, ArticleEvent, Version
from kangwei.knowledge.queries import ARTICLE_WORDS, PROBLEM_WORDS, sees_drafts

SEARCHED = ("number", *TEXT_FIELDS)
PROBLEM = ("title", "keywords", "symptoms")


def locked(article: Article) -> Article:
    """The article as it is stored now, held until the transaction ends."""
    return Article.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=article.pk)


def checked(values: dict[str, str]) -> dict[str, str]:
    """The text without blanks around it. ActionError for one without a title, and for what is too long."""
    plain = {name: (values.get(name) or "").strip() for name in TEXT_FIELDS}
    if not plain["title"]:
        raise ActionError("请填写标题", field="title")
    for name, most in LONGEST.items():
        if len(plain[name]) > most:
            raise ActionError(f"{LABELS[name]}最多 {most} 个字，写了 {len(plain[name])} 个", field=name)
    return plain


def show(article: Article, version: Version) -> None:
    """Make this version's text the article's own, by which it is listed."""
    for name in (*TEXT_FIELDS, "author"):
        setattr(article, name, getattr(version, name))


def index(articles: Iterable[Article]) -> None:
    """Let the articles be found by what they say now."""
    rows = list(articles)
    for words, names in ((ARTICLE_WORDS, SEARCHED), (PROBLEM_WORDS, PROBLEM)):
        words.put((row.pk, "\n".join(getattr(row, name) for name in names)) for row in rows)


def wrote(version: Version, actor: Actor) -> None:
    """Remember who wrote, so that somebody else judges the text."""
    if person := person_behind(actor):
        version.writers.add(person)


def may_write(article: Article, actor: Actor) -> None:
    """ActionError where the text that is being written on is not for the actor to see."""
    person = person_behind(actor)
    if person and not sees_drafts(person, article):
        raise ActionError("这条知识正由别的单位修订")


def note(article: Article, label: str, actor: Actor, now: datetime, text: str = "", *, inner: bool = False) -> None:
    """Write down what happened to an article."""
    ArticleEvent.objects.create(article=article, at=now, by=actor.audit_name, label=label, text=text, inner=inner)


def require_draft(article: Article) -> Version:
    """The draft of the article, as far as it may be written on. ActionError otherwise."""
    if article.state not in (ArticleState.DRAFT, ArticleState.RETURNED):
        raise ActionError(f"{article.number} 现为{article.get_state_display()}，不能直接改；已发布的请先修订")
    return article.versions.select_for_update().get(published_at=None)
