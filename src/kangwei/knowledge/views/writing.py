"""Writing articles: new ones, drafts, revisions; similar ones while a title is typed; files; plain steps."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from kangwei.base.errors import ActionError
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, carried_out, key_in, refusals_shown
from kangwei.knowledge import actions, queries
from kangwei.knowledge.enums import ArticleState
from kangwei.knowledge.forms.judging import StepForm
from kangwei.knowledge.forms.writing import ArticleForm, FilesForm
from kangwei.knowledge.lifecycles import STEPS, Step
from kangwei.knowledge.models import TEXT_FIELDS, Article
from kangwei.knowledge.views.finding import article_or_404, by

MOST_ALIKE = 5
LEAST_TYPED = 2


@requires("knowledge.write")
def new(request: PersonRequest) -> HttpResponse:
    """Write down something new; saved as a draft, or submitted at once."""
    owners = queries.owners(request.user)
    if not owners:
        return render(request, "knowledge/no_owner.html", {"title": "写知识"})
    known = queries.categories(queries.articles(request.user))
    form = ArticleForm(request.POST or None, owners=owners, categories=known)
    made: list[Article] = []

    def act() -> None:
        owner = form.cleaned_data.get("owner") or owners[0]
        given = form.text | by(request)
        made.append(actions.draft_article(owner=owner, **given))

    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        return _saved(request, made[0])
    context = {"title": "写知识", "form": form, "article": None, "alike": []}
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


@requires("knowledge.write")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Go on with a draft; a change of what is published is the draft of the next version."""
    article = article_or_404(request, pk)
    draft = queries.draft_of(article)
    if refusal := _why_not_edit(request, article):
        messages.error(request, refusal)
        return redirect("knowledge:detail", pk=pk)
    base = draft or queries.in_force(article)
    known = queries.categories(queries.articles(request.user).filter(owner=article.owner))
    initial = {name: getattr(base, name) for name in TEXT_FIELDS}
    initial["seen"] = newest = base.saved_at.isoformat() if base else ""
    form = ArticleForm(request.POST or None, categories=known, initial=initial)
    saved: list[Article] = []
    if request.method == "POST" and form.is_valid() and carried_out(
        form, lambda: saved.append(actions.save_draft(
            article=article, values=form.text, seen=form.cleaned_data["seen"], **by(request)
        )),
    ):  # fmt: skip
        return _saved(request, saved[0])
    context = {
        "title": f"{'修改' if not article.version else '修订'} · {article.number}", "form": form, "article": article,
        "draft": draft, "newest": newest, "alike": [],
        "files": queries.files_of(article, draft.number) if draft else [],
    }  # fmt: skip
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


@requires("knowledge.write")
def alike(request: PersonRequest) -> HttpResponse:
    """What is known already about what is being typed."""
    text, but = request.GET.get("title", "").strip(), key_in(request.GET.get("but", ""))
    rows = queries.articles(request.user).exclude(state=ArticleState.RETIRED).exclude(pk=but or 0)
    if (owner := key_in(request.GET.get("owner", ""))) is not None:
        rows = rows.filter(owner=owner)
    found = queries.alike(rows, text, MOST_ALIKE) if len(text) >= LEAST_TYPED else []
    return render(request, "knowledge/_alike.html", {"alike": found})


@requires("knowledge.write")
def attach(request: PersonRequest, pk: int) -> HttpResponse:
    """Lay files with a draft."""
    article = article_or_404(request, pk)
    form = FilesForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    act = lambda: actions.attach_files(article=article, files=form.brought, **by(request))  # noqa: E731
    if request.method == "POST" and form.is_valid() and carried_out(form, act):
        messages.success(request, f"附件已随草稿保存：{article.number}")
        return redirect("knowledge:edit", pk=pk)
    context = {
        "title": f"上传附件 · {article.number}", "label": "上传附件", "article": article, "form": form,
        "back": "knowledge:edit",
    }  # fmt: skip
    return render(request, "knowledge/action.html", context, status=422 if form.errors else 200)


@requires("knowledge.write")
@require_POST
def remove_file(request: PersonRequest, pk: int, attachment: int) -> HttpResponse:
    """Leave a file out of the draft."""
    article = article_or_404(request, pk)
    row = get_object_or_404(article.attachments.select_related("article", "document"), pk=attachment)
    with refusals_shown(request):
        actions.remove_file(attachment=row, **by(request))
        messages.success(request, "附件已从草稿移除")
    return redirect("knowledge:edit", pk=pk)


@requires("knowledge.write")
def step(request: PersonRequest, pk: int, step: str) -> HttpResponse:
    """Take a step; one that asks for something is a dialog, or a page where it was refused."""
    article = article_or_404(request, pk)
    found = next((one for one in STEPS if one.id == step), None)
    if found is None:
        raise Http404("没有这一步")
    asks_day = found.id == "confirm"
    form = StepForm(request.POST or None, asks_reason=found.asks_reason, asks_day=asks_day)
    if found.asks_reason or asks_day:
        sent = request.method == "POST" and form.is_valid()
        if not (sent and carried_out(form, lambda: _take(request, article, found, **form.given))):
            context = {
                "title": f"{found.label} · {article.number}", "label": found.label, "article": article, "form": form,
                "back": "knowledge:detail",
            }  # fmt: skip
            return render(request, "knowledge/action.html", context, status=422 if form.errors else 200)
    elif request.method == "POST":
        with refusals_shown(request):
            _take(request, article, found)
    return redirect("knowledge:detail", pk=pk)


def _take(request: PersonRequest, article: Article, step: Step, **given: Any) -> None:
    actions.take_step(article=article, step=step.id, **given, **by(request))
    messages.success(request, f"{step.label}：{article.number}")


def _why_not_edit(request: PersonRequest, article: Article) -> str:
    if article.state == ArticleState.SUBMITTED:
        return f"{article.number} 正在等审核，撤回后可以再改"
    if article.state == ArticleState.RETIRED:
        return f"{article.number} 已停用，恢复后可以再改"
    if article.state != ArticleState.PUBLISHED and not queries.sees_drafts(request.user, article):
        return f"{article.number} 正由别的单位修订"
    return ""


def _saved(request: PersonRequest, article: Article) -> HttpResponse:
    """Submitted where that was asked for; what is missing for it is said, and the draft is kept."""
    if request.POST.get("then") != "submit":
        messages.success(request, f"已保存草稿：{article.number}")
        return redirect("knowledge:detail", pk=article.pk)
    try:
        actions.take_step(article=article, step="submit", **by(request))
    except ActionError as error:
        messages.warning(request, f"草稿已保存，还没有提交。{error}")
        return redirect("knowledge:edit", pk=article.pk)
    messages.success(request, f"已提交审核：{article.number}")
    return redirect("knowledge:detail", pk=article.pk)
