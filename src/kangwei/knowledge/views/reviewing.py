"""Judging texts, one after the other."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out
from kangwei.core.calendars import local_day
from kangwei.knowledge import actions, queries
from kangwei.knowledge.enums import ArticleState, Group
from kangwei.knowledge.forms.judging import PublishForm, SendBackForm
from kangwei.knowledge.models import Article
from kangwei.knowledge.views.finding import article_or_404, by
from kangwei.knowledge.views.reading import parts
from kangwei.knowledge.views.texts import changed_parts

MOST_ALIKE = 3


@requires("knowledge.review")
def first(request: PersonRequest) -> HttpResponse:
    """The text that waits longest for the person."""
    waiting = queries.to_review(request.user, local_day(timezone.now())).first()
    if waiting:
        return redirect("knowledge:review", pk=waiting.pk)
    return redirect(f"{reverse('knowledge:list')}?group={Group.TO_REVIEW}")


@requires("knowledge.review")
def review(request: PersonRequest, pk: int) -> HttpResponse:
    """The text with what it changes; published or sent back, and on to the next."""
    article = article_or_404(request, pk)
    refusal = queries.why_not_review(request.user, article)
    if article.state != ArticleState.SUBMITTED or refusal:
        messages.error(request, refusal or f"{article.number} 现为{article.get_state_display()}，没有在等审核")
        return redirect("knowledge:detail", pk=pk)
    sends_back = request.POST.get("verdict") == "send_back"
    sent = request.POST if request.method == "POST" else None
    draft = queries.draft_of(article)
    seen = draft.submitted_at.isoformat() if draft and draft.submitted_at else ""
    given = {"review_by": article.review_by, "seen": seen}
    publishing = PublishForm(None if sends_back else sent, initial=given)
    returning = SendBackForm(sent if sends_back else None, initial=given)
    form = returning if sends_back else publishing
    if sent and form.is_valid() and carried_out(form, lambda: _judge(request, article, form)):
        return redirect("knowledge:review_first")
    return _page(request, article, publishing, returning)


def _judge(request: PersonRequest, article: Article, form: PublishForm | SendBackForm) -> None:
    seen = form.cleaned_data["seen"]
    if isinstance(form, SendBackForm):
        actions.take_step(article=article, step="send_back", reason=form.whole_reason, seen=seen, **by(request))
    else:
        day = form.cleaned_data["review_by"]
        actions.take_step(article=article, step="publish", review_by=day, seen=seen, **by(request))
    label = "已退回" if isinstance(form, SendBackForm) else "已发布"
    messages.success(request, f"{label}：{article.number} {article.title}")


def _page(request: PersonRequest, article: Article, publishing: PublishForm, returning: SendBackForm) -> HttpResponse:
    draft = queries.draft_of(article)
    assert draft is not None  # noqa: S101 (what is submitted has one)
    before = queries.in_force(article)
    others = queries.published(request.user, article.owner).exclude(pk=article.pk)
    context = {
        "title": draft.title, "article": article, "draft": draft, "before": before, "parts": parts(draft),
        "changes": changed_parts(before, draft) if before else [],
        "stale": publishing.errors.get("seen") or returning.errors.get("seen"),
        "seen": draft.submitted_at.isoformat() if draft.submitted_at else "",
        "files": queries.files_of(article, draft.number), "publishing": publishing, "returning": returning,
        "waiting": queries.to_review(request.user, local_day(timezone.now())).count(),
        "alike": queries.alike(others, f"{draft.title} {draft.keywords}", MOST_ALIKE),
    }  # fmt: skip
    return render(
        request, "knowledge/review.html", context, status=422 if publishing.errors or returning.errors else 200
    )
