"""Writing articles: the first draft, and what is changed on a draft."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import person_behind
from kangwei.base import audit, numbers
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.knowledge import queries
from kangwei.knowledge.actions.keeping import checked, index, locked, may_write, note, require_draft, show, wrote
from kangwei.knowledge.actions.stepping import take_step
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.models import LABELS, TEXT_FIELDS, Article, Version

if TYPE_CHECKING:
    from kangwei.accounts.models import Party


@transaction.atomic
def draft_article(
    *, owner: "Party", title: str, symptoms: str, cause: str, solution: str, category: str, keywords: str, source: str,
    actor: Actor, now: datetime,
) -> Article:  # fmt: skip
    """Write down something new as a draft; its number is the next of the month.

    ActionError for an owner that is no buyer or for which the actor may not write, for a text without a title, and for
    what is too long.
    """
    may_write_for(owner, actor)
    text = checked(
        {"title": title, "symptoms": symptoms, "cause": cause, "solution": solution, "category": category,
         "keywords": keywords, "source": source}
    )  # fmt: skip
    month = f"{now.astimezone(SHANGHAI):%Y%m}"
    number = number_of(month, numbers.next_number(f"article:{month}"))
    article = Article.objects.create(
        owner=owner, number=number, practice=owner.practice, created_at=now, updated_at=now,
        author=actor.audit_name, **text,
    )  # fmt: skip
    version = Version.objects.create(article=article, number=1, saved_at=now, author=actor.audit_name, **text)
    wrote(version, actor)
    index([article])
    note(article, "起草", actor, now, text=article.source and f"来源 {article.source}", inner=True)
    audit.append(
        actor=actor, action="knowledge.draft", subject=("article", article.number),
        data={"title": article.title, "owner": owner.name, "source": article.source}, now=now,
    )  # fmt: skip
    return article


@transaction.atomic
def save_draft(
    *, article: Article, values: dict[str, str], actor: Actor, now: datetime, seen: datetime | None = None
) -> Article:
    """Change the text of a draft; `values` by field, what is not named stays. The same text again changes nothing.

    A change of what is published is the draft of the next version. `seen` is when the text was saved that the writer
    had before him. ActionError where somebody saved another one since, for an article that is submitted or retired, one
    whose draft the actor may not see, and for what `checked` refuses.
    """
    article = locked(article)
    is_published = article.state == ArticleState.PUBLISHED
    version = article.versions.get(number=article.version) if is_published else require_draft(article)
    if not is_published:
        may_write(article, actor)
    if seen and version.saved_at != seen:
        raise ActionError(
            f"这份草稿刚被「{_last_writer(article)}」改过。您写的还在下面，请对照新的草稿后再保存", field="seen"
        )
    text = checked({name: values.get(name, getattr(version, name)) for name in TEXT_FIELDS})
    changed = [name for name in TEXT_FIELDS if getattr(version, name) != text[name]]
    if not changed:
        return article
    if is_published:
        article = take_step(article=article, step="revise", actor=actor, now=now)
        version = require_draft(article)
    for name in changed:
        setattr(version, name, text[name])
    version.saved_at = now
    version.save()
    wrote(version, actor)
    if not article.version:
        show(article, version)
        index([article])
    article.updated_at = now
    article.save()
    labels = "、".join(LABELS[name] for name in changed)
    note(article, "修改", actor, now, text=labels, inner=True)
    audit.append(
        actor=actor, action="knowledge.save", subject=("article", article.number),
        data={"version": version.number, "changed": labels}, now=now,
    )  # fmt: skip
    return article


def may_write_for(owner: "Party", actor: Actor) -> None:
    """ActionError for an owner that is no buyer, or for which the actor may not write."""
    if owner.kind != PartyKind.BUYER:
        raise ActionError(f"「{owner}」不是甲方，没有自己的知识库", field="owner")
    person = person_behind(actor)
    if person and not queries.owners(person).filter(pk=owner.pk).exists():
        raise ActionError(f"您不能为「{owner}」写知识", field="owner")


def number_of(month: str, number: int) -> str:
    """The number that an article bears, `ZS-202611-000001`."""
    return f"ZS-{month}-{number:06d}"


def _last_writer(article: Article) -> str:
    last = article.events.filter(inner=True).first()
    return last.by if last else "别人"
