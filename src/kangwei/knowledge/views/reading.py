"""One article: what is in force, what is being written, what was; its files."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from kangwei.accounts.enums import PartyKind
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, download, refusals_shown
from kangwei.core.calendars import local_day
from kangwei.documents.queries import content, latest
from kangwei.knowledge import queries
from kangwei.knowledge.enums import UNPUBLISHED, ArticleState
from kangwei.knowledge.lifecycles import Step, steps_from
from kangwei.knowledge.models import LABELS, Article, Text
from kangwei.knowledge.views.finding import article_or_404
from kangwei.knowledge.views.texts import changed_parts

SHOWN = ("symptoms", "cause", "solution")
MOST_USES = 10
ELSEWHERE = ("revise", "publish", "send_back")
"""Steps that are taken on a page of their own."""


@requires("knowledge.read")
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What is in force, with the draft of what may be next for whom it may be shown."""
    article = article_or_404(request, pk)
    sees_drafts = queries.sees_drafts(request.user, article)
    draft = queries.draft_of(article) if sees_drafts else None
    sees_uses = request.user.party.kind != PartyKind.SUPPLIER
    context: dict[str, Any] = {
        "title": article.title, "article": article, "parts": parts(article), "today": local_day(timezone.now()),
        "files": queries.files_of(article, article.shown_version),
        "versions": list(queries.versions(article)) if article.version else [],
        "timeline": [
            {"at": event.at, "actor": event.by, "text": event.label, "detail": event.text}
            for event in queries.events(request.user, article)
        ],
        "uses": article.uses.all()[:MOST_USES] if sees_uses else [], "sees_uses": sees_uses,
        "draft": draft, "steps": _steps(request, article, sees_drafts=sees_drafts),
        "may_edit": _may_edit(request, article, sees_drafts=sees_drafts),
        "may_review": article.state == ArticleState.SUBMITTED and not queries.why_not_review(request.user, article),
    }  # fmt: skip
    if draft and article.version:
        context |= {
            "changes": changed_parts(article, draft),
            "draft_files": queries.files_of(article, draft.number),
        }
    return render(request, "knowledge/detail.html", context)


@requires("knowledge.read")
def version(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """What was published as one version, word for word, and what it changed."""
    article = article_or_404(request, pk)
    found = get_object_or_404(queries.versions(article), number=number)
    before = queries.versions(article).filter(number=number - 1).first()
    context = {
        "title": found.title, "article": article, "version": found, "parts": parts(found),
        "files": queries.files_of(article, number), "before": before,
        "changes": changed_parts(before, found) if before else [],
    }  # fmt: skip
    return render(request, "knowledge/version.html", context)


@requires("knowledge.read")
def file(request: PersonRequest, pk: int, attachment: int) -> HttpResponse:
    """A file to save, of a version that the person may read; a picture on the page is the same answer."""
    article = article_or_404(request, pk)
    row = get_object_or_404(article.attachments.select_related("document"), pk=attachment)
    if row.since > article.shown_version and not queries.sees_drafts(request.user, article):
        raise Http404("找不到这个文件")
    found = latest(row.document)
    with refusals_shown(request):
        return download(content(found), file_name=found.file_name, content_type=found.content_type)
    return redirect("knowledge:detail", pk=pk)


def parts(text: Text) -> list[tuple[str, str]]:
    """The long parts of a text that say anything, with their names."""
    return [(LABELS[name], getattr(text, name)) for name in SHOWN if getattr(text, name)]


def _may_edit(request: PersonRequest, article: Article, *, sees_drafts: bool) -> bool:
    if not request.user.has_perm("knowledge.write"):
        return False
    is_draft = article.state in (ArticleState.DRAFT, ArticleState.RETURNED)
    return article.state == ArticleState.PUBLISHED or (is_draft and sees_drafts)


def _steps(request: PersonRequest, article: Article, *, sees_drafts: bool) -> list[Step]:
    """What the person may do with the article on its page."""
    reviews = not queries.why_not_review(request.user, article)
    draft = queries.draft_of(article)
    wrote = draft is not None and request.user in draft.writers.all()
    found = []
    for step in steps_from(article.state, published=article.version > 0):
        by_review = step.permission == "knowledge.review"
        allowed = reviews if by_review else request.user.has_perm(step.permission)
        if step.id in ELSEWHERE or (step.id == "withdraw" and not wrote):
            continue
        if allowed and (by_review or sees_drafts or article.state not in UNPUBLISHED):
            found.append(step)
    return found
