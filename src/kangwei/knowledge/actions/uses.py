"""What articles helped with."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from kangwei.accounts.queries import person_behind
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.knowledge import queries
from kangwei.knowledge.actions.keeping import locked
from kangwei.knowledge.models import Article, Use


@transaction.atomic
def use_article(*, article: Article, subject: tuple[str, str], actor: Actor, now: datetime) -> Use:
    """Write down that the article helped with something; saying it again changes nothing.

    ActionError for an article that is not in force, or that the actor may not see.
    """
    article = locked(article)
    kind, name = subject
    if known := article.uses.filter(subject_kind=kind, subject_name=name).first():
        return known
    person = person_behind(actor)
    if person and not queries.articles(person).filter(pk=article.pk).exists():
        raise ActionError("找不到这条知识")
    if not article.is_in_force:
        raise ActionError(f"{article.number} 现为{article.get_state_display()}，不能采用")
    use = Use.objects.create(article=article, subject_kind=kind, subject_name=name, at=now, by=actor.audit_name)
    _count(article, 1)
    audit.append(
        actor=actor, action="knowledge.use", subject=("article", article.number), data={kind: name}, now=now
    )  # fmt: skip
    return use


@transaction.atomic
def take_back_use(*, article: Article, subject: tuple[str, str], actor: Actor, now: datetime) -> None:
    """Say that the article did not help after all; nothing where nobody said that it did."""
    article = locked(article)
    kind, name = subject
    if not article.uses.filter(subject_kind=kind, subject_name=name).delete()[0]:
        return
    _count(article, -1)
    audit.append(
        actor=actor, action="knowledge.take_back_use", subject=("article", article.number), data={kind: name}, now=now
    )


def _count(article: Article, change: int) -> None:
    Article.objects.filter(pk=article.pk).update(use_count=F("use_count") + change)
