"""The queue of tickets, as a page or as Excel."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kangwei.assets.queries import systems_seen
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, export, key_in, long_page_of
from kangwei.contracts import queries as contracts
from kangwei.contracts.levels import severities_among
from kangwei.servicedesk import queries
from kangwei.servicedesk.enums import Group, TicketKind
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.numbers.periods import day_of
from kangwei.servicedesk.numbers.tallying import narrowed
from kangwei.servicedesk.queries import mailing, rosters
from kangwei.servicedesk.views.narrowing import About, asked_about
from kangwei.servicedesk.views.numbered import Numbered, behind_number, kept, unseen

FILTERS = (
    "contract", "kind", "severity", "system", "from", "to", "q", "channel", "district", "supplier", "team", "assignee",
    "article", "asset",
)  # fmt: skip
EXPORT_HEADERS = (
    "编号", "标题", "类别", "级别", "合同", "系统", "机构", "报告人", "电话", "状态", "等待", "处理人", "班组", "来源",
    "发生时间", "受理时间", "响应时间", "解决时间", "办结时间", "最近时限", "超时时钟", "重开次数",
)  # fmt: skip


@requires("tickets.read")
def queue(request: PersonRequest) -> HttpResponse:
    """Tickets by group, contract, kind, severity, system, day of opening and text; a search looks through all."""
    query = request.GET
    text = query.get("q", "").strip()
    numbered, about = behind_number(request), asked_about(request)
    group = _group(query.get("group", ""), Group.ALL if text or numbered or about else Group.OPEN)
    found, filtered = _filtered(request, numbered), any(query.get(name) for name in FILTERS)
    found = about.narrow(found) if about else found
    rows = queries.in_group(found, group, request.user)
    if query.get("export"):
        return export(request, "工单.xlsx", EXPORT_HEADERS, rows, _exported)
    exported = query.copy()
    exported.pop("page", None)
    exported["export"] = "1"
    context: dict[str, Any] = {
        "title": "工单",
        "now": timezone.now(),
        "page_obj": long_page_of(request, rows, queries.tickets(request.user)),
        # Filtered, every group would have to be read through for its figure.
        "tabs": _tabs(request, group, {} if filtered else queries.group_counts(found, request.user)),
        "kept": _kept(request, group, about),
        "about": about,
        "numbered": numbered,
        "unseen": unseen(request),
        "q": text,
        "search_hint": "编号、标题、报告人、电话、机构",
        "filters": _filters(request, "自" if numbered else "受理自"),
        "export_url": f"?{exported.urlencode()}",
        "filtered": filtered,
        "mails": mailing.waiting_count(request.user) if request.user.has_perm("tickets.write") else 0,
        "mails_counted": mailing.COUNTED,
    }
    return render(request, "servicedesk/queue.html", context)


def _kept(request: PersonRequest, group: Group, about: About | None) -> list[tuple[str, Any]]:
    """What the next search must not lose."""
    found = [("group", group.value)] if request.GET.get("group") else []
    return [*found, *kept(request), *([(about.name, about.key)] if about else [])]


def _group(text: str, otherwise: Group) -> Group:
    return Group(text) if text in Group.values else otherwise


def _filtered(request: PersonRequest, numbered: Numbered | None) -> QuerySet[Ticket]:
    query, rows = request.GET, queries.tickets(request.user)
    if query.get("contract"):
        contract = contracts.contracts(request.user).filter(code=query["contract"]).first()
        rows = rows.filter(contract=contract) if contract else rows.none()
    rows = narrowed(rows, query)
    for name in ("team", "assignee"):
        if (key := key_in(query.get(name, ""))) is not None:
            rows = rows.filter(**{name: key})
    if numbered:
        rows = numbered.rows(rows)
    else:
        rows = queries.opened_between(rows, day_of(query.get("from", "")), day_of(query.get("to", "")))
    text = query.get("q", "").strip()
    return queries.search(rows, text) if text else rows


def _tabs(request: PersonRequest, group: Group, counts: dict[Group, int]) -> list[dict[str, Any]]:
    tabs = []
    for one in Group:
        query = request.GET.copy()
        query.pop("page", None)
        query["group"] = one.value
        count = counts.get(one)
        tabs.append({
            "label": one.label, "url": f"?{query.urlencode()}", "active": one == group,
            "count": None if count is None else min(count, queries.COUNTED), "more": (count or 0) > queries.COUNTED,
        })  # fmt: skip
    return tabs


def _filters(request: PersonRequest, since: str) -> list[dict[str, Any]]:
    mine = contracts.contracts(request.user)
    code = request.GET.get("contract", "")
    systems = systems_seen(request.user)
    if code:
        systems = systems.filter(maintenances__contract=code)
    words = severities_among(mine.filter(code=code) if code else mine)
    found: list[dict[str, Any]] = [
        {"name": "contract", "label": "合同", "kind": "select", "options": [(row.code, row.title) for row in mine]},
        {"name": "kind", "label": "类别", "kind": "select", "options": TicketKind.choices},
        {"name": "severity", "label": "级别", "kind": "select", "options": [(word, word) for word in words]},
        {"name": "system", "label": "系统", "kind": "select", "options": list(systems.values_list("pk", "name"))},
        {"name": "team", "label": "班组", "kind": "select", "options": _teams(request, code)},
        {"name": "assignee", "label": "处理人", "kind": "select", "options": rosters.colleagues(mine, code)},
        {"name": "from", "label": since, "kind": "date"},
        {"name": "to", "label": "至", "kind": "date"},
    ]
    return [item | {"value": request.GET.get(item["name"], "")} for item in found]


def _teams(request: PersonRequest, code: str) -> list[tuple[int, str]]:
    """The teams to choose from, those of one contract where one is chosen."""
    rows = rosters.teams(request.user)
    return list((rows.filter(contract__code=code) if code else rows).values_list("pk", "name"))


def _exported(row: Ticket) -> tuple[Any, ...]:
    return (
        row.number, row.title, row.get_kind_display(), row.severity, row.contract.title, row.system or "",
        row.institution or "", row.caller, row.phone, row.get_state_display(), row.get_paused_for_display(),
        row.assignee or "", row.team or "", row.get_channel_display(), row.occurred_at, row.opened_at, row.responded_at,
        row.solved_at, row.closed_at, row.next_at, row.breached, row.reopened,
    )  # fmt: skip
