"""The list of articles, as a page or as Excel."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, export, key_in, page_of, select
from kangwei.core.calendars import local_day
from kangwei.knowledge import queries
from kangwei.knowledge.enums import Group
from kangwei.knowledge.models import LABELS, TEXT_FIELDS, Article

ORDERS = {"updated": ("-updated_at", "-pk"), "unused": ("use_count", "updated_at", "pk")}
EXPORT_HEADERS = (
    "编号", *LABELS.values(), "状态", "版本", "使用次数", "作者", "发布时间", "发布人", "复审日期", "更新时间", "甲方",
)  # fmt: skip


@requires("knowledge.read")
def article_list(request: PersonRequest) -> HttpResponse:
    """Articles by group, category, owner and text, most used first; the groups count what the text finds."""
    query, today = request.GET, local_day(timezone.now())
    text, category = query.get("q", "").strip(), query.get("category", "")
    group = Group(query["group"]) if query.get("group") in Group.values else Group.IN_FORCE
    owners = list(queries.owners(request.user))
    found = _found(request, text)
    in_group = queries.in_group(found, group, request.user, today)
    rows = in_group.filter(category=category) if category else in_group
    if query.get("sort") in ORDERS:
        rows = rows.order_by(*ORDERS[query["sort"]])
    elif group == Group.DUE:
        rows = rows.order_by("review_by", "pk")
    if query.get("export"):
        return export(request, "知识库.xlsx", EXPORT_HEADERS, rows, _exported)
    context: dict[str, Any] = {
        "title": "知识库", "page_obj": page_of(request, rows), "today": today, "group": group, "q": text,
        "tabs": _tabs(request, group, queries.group_counts(found, request.user, today)),
        "categories": _categories(request, in_group, category), "owners": owners,
        "kept": [(name, query[name]) for name in ("group", "category", "sort") if query.get(name)],
        "sort": query.get("sort", ""),
        "search_hint": "现象、系统、错误代码",
        "filters": [select(request, "owner", "甲方", [(one.pk, one.name) for one in owners])][: len(owners) > 1],
        "export_url": address(request, export="1"),
        "filtered": bool(text or category or key_in(query.get("owner", ""))),
    }  # fmt: skip
    return render(request, "knowledge/list.html", context)


def _found(request: PersonRequest, text: str) -> QuerySet[Article]:
    rows = queries.articles(request.user)
    if (owner := key_in(request.GET.get("owner", ""))) is not None:
        rows = rows.filter(owner=owner)
    return queries.search(rows, text) if text else rows


def _tabs(request: PersonRequest, group: Group, counts: dict[Group, int]) -> list[dict[str, Any]]:
    """The groups that the person works through; empty ones of the reviewer are not shown to others."""
    mine = {Group.MINE: "knowledge.write", Group.TO_REVIEW: "knowledge.review", Group.DUE: "knowledge.review"}
    return [
        {"label": one.label, "url": address(request, group=one.value, category=""), "active": one == group,
         "count": counts[one]}
        for one in Group
        if one == group or one not in mine or request.user.has_perm(mine[one])
    ]  # fmt: skip


def _categories(request: PersonRequest, rows: QuerySet[Article], chosen: str) -> list[tuple[str, int, str, bool]]:
    """The categories of the group: name, count, address that narrows by it or no more, whether it is chosen."""
    return [
        (name, count, address(request, category="" if name == chosen else name), name == chosen)
        for name, count in queries.category_counts(rows)
        if name
    ]


def _exported(row: Article) -> tuple[Any, ...]:
    return (
        row.number, *(getattr(row, name) for name in TEXT_FIELDS), row.get_state_display(), row.version or "",
        row.use_count, row.author, row.published_at, row.published_by, row.review_by, row.updated_at, row.owner.name,
    )  # fmt: skip
