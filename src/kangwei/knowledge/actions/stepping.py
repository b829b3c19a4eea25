"""Taking an article through its life: submitted, judged, published, revised, retired."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from kangwei.accounts import actions as accounts
from kangwei.accounts.queries import person_behind
from kangwei.base import audit
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.core.calendars import SHANGHAI
from kangwei.knowledge import queries
from kangwei.knowledge.actions.keeping import index, locked, may_write, note, show, wrote
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.lifecycles import REVIEW, Step, steps_from
from kangwei.knowledge.models import LABELS, TEXT_FIELDS, Article, Version

NEEDED = ("category", "symptoms", "solution")
"""Without these nobody can judge a text."""
LONGEST_REASON = 500
OPEN_STEPS = ("publish", "confirm", "retire", "restore")
"""These concern every reader; the others only whoever works on the text."""


@transaction.atomic
def take_step(
    *, article: Article, step: str, actor: Actor, now: datetime, reason: str = "", review_by: date | None = None,
    seen: datetime | None = None,
) -> Article:  # fmt: skip
    """Take a step of the article's life (lifecycles.py).

    `review_by` is set where a text is published or found still right; `seen` is when the text was submitted that the
    reviewer had before him. Whoever wrote a text is told how it was judged.

    ActionError for a step that the article cannot take as it stands, a missing reason, a text that lacks something or
    was submitted anew meanwhile, a date that is past, a reviewer who wrote the text himself or may not judge it, a
    draft of somebody else's.
    """
    article = locked(article)
    found = _step_of(article, step)
    reason = reason.strip()
    if found.asks_reason and not reason:
        raise ActionError("请写明理由", field="reason")
    if len(reason) > LONGEST_REASON:
        raise ActionError(f"理由最多 {LONGEST_REASON} 个字，写了 {len(reason)} 个", field="reason")
    if review_by and review_by <= now.astimezone(SHANGHAI).date():
        raise ActionError("复审日期要在今天之后", field="review_by")
    _check_who(article, found, actor)
    version = queries.draft_of(article)
    if version and seen and version.submitted_at != seen:
        raise ActionError("这份稿子刚被撤回修改过，下面是新提交的，请重新看过", field="seen")
    if found.id == "revise":
        version = _revise(article, actor, now)
    elif version:
        _work_on(article, version, found, reason, actor, now)
    if found.id in ("publish", "confirm"):
        article.review_by = review_by
    article.state = ArticleState.DRAFT if found.id == "restore" and version else found.target
    article.updated_at = now
    article.save()
    index([article])
    number = version.number if version else article.version
    _write_down(article, found, number, reason, actor, now)
    if version and found.id in ("publish", "send_back"):
        _tell_writers(article, version, found, reason, now)
    return article


def _work_on(article: Article, version: Version, step: Step, reason: str, actor: Actor, now: datetime) -> None:
    """What the step does with the draft."""
    match step.id:
        case "submit":
            _submit(article, version, now)
        case "send_back":
            version.returned_for = reason
            version.save()
        case "publish":
            _publish(article, version, actor, now)
        case "drop":
            _drop(article, version)


def _write_down(article: Article, step: Step, number: int, reason: str, actor: Actor, now: datetime) -> None:
    label = f"发布第 {number} 版" if step.id == "publish" else step.label
    note(article, label, actor, now, text=reason, inner=step.id not in OPEN_STEPS)
    audit.append(
        actor=actor, action="knowledge.step", subject=("article", article.number),
        data={"step": step.label, "version": number, "reason": reason}, now=now,
    )  # fmt: skip


def _step_of(article: Article, step: str) -> Step:
    possible = steps_from(article.state, published=article.version > 0)
    for one in possible:
        if one.id == step:
            return one
    labels = "、".join(one.label for one in possible)
    raise ActionError(f"{article.number} 现为{article.get_state_display()}，可做的是：{labels}")


def _check_who(article: Article, step: Step, actor: Actor) -> None:
    person = person_behind(actor)
    if person is None:
        return
    if not queries.articles(person).filter(pk=article.pk).exists():
        raise ActionError("找不到这条知识")
    if step.permission == REVIEW:
        if refusal := queries.why_not_review(person, article):
            raise ActionError(refusal)
    elif article.state != ArticleState.PUBLISHED:
        may_write(article, actor)


def _submit(article: Article, version: Version, now: datetime) -> None:
    missing = [LABELS[name] for name in NEEDED if not getattr(version, name)]
    if missing:
        raise ActionError(f"还缺：{'、'.join(missing)}。写全了再提交审核")
    before = queries.in_force(article)
    same = before and all(getattr(before, name) == getattr(version, name) for name in TEXT_FIELDS)
    if same and queries.files_of(article, version.number) == queries.files_of(article, article.version):
        raise ActionError("与在用的版本一字不差，没有可审的内容")
    version.submitted_at, version.returned_for = now, ""
    version.save()


def _publish(article: Article, version: Version, actor: Actor, now: datetime) -> None:
    version.published_at, version.published_by = now, actor.audit_name
    version.save()
    show(article, version)
    article.version = version.number
    article.published_at, article.published_by = now, actor.audit_name


def _revise(article: Article, actor: Actor, now: datetime) -> Version:
    text = {name: getattr(article, name) for name in TEXT_FIELDS}
    draft = Version.objects.create(
        article=article, number=article.version + 1, saved_at=now, author=actor.audit_name, **text
    )
    wrote(draft, actor)
    return draft


def _drop(article: Article, version: Version) -> None:
    article.attachments.filter(since=version.number).delete()
    article.attachments.filter(until=version.number).update(until=None)
    version.delete()


def _tell_writers(article: Article, version: Version, step: Step, reason: str, now: datetime) -> None:
    said = f"「{version.title}」已发布" if step.id == "publish" else f"被退回：{reason}"
    accounts.notify(
        people=version.writers.all(), key=f"article:{article.pk}:{step.id}:{version.number}:{now.isoformat()}",
        text=f"{article.number} {said}", link=reverse("knowledge:detail", args=[article.pk]), now=now,
    )  # fmt: skip
