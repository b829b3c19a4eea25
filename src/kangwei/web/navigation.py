"""The left navigation, in the order of the flow from contract to acceptance."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


class NavItem(NamedTuple):
    """One entry; `permission` is "" where everybody who is logged in may go."""

    label: str
    url_name: str
    permission: str
    icon: str


class NavLink(NamedTuple):
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    active: bool


ITEMS = (
    NavItem("总览", "web:home", "", "home"),
    NavItem("合同", "contracts:list", "contracts.read", "contract"),
    NavItem("履约日历", "contracts:calendar", "contracts.read", "calendar"),
    NavItem("工单", "tickets:queue", "tickets.read", "ticket"),
    NavItem("巡检", "inspections:run_list", "inspections.read", "inspection"),
    NavItem("资产", "assets:overview", "assets.read", "asset"),
    NavItem("知识库", "knowledge:list", "knowledge.read", "knowledge"),
    NavItem("文档", "contracts:document_list", "documents.read", "document"),
    NavItem("验收", "acceptance:list", "acceptance.read", "acceptance"),
    NavItem("设置", "web:settings", "settings.read", "settings"),
)


def links_for(request: HttpRequest) -> list[NavLink]:
    """What this user may open, in order. An item whose URL name does not resolve is hidden."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    open_to_user = [
        (item, url)
        for item in ITEMS
        if (url := _url_of(item)) and (not item.permission or user.has_perm(item.permission))
    ]
    current = _current([url for _, url in open_to_user], request.path)
    return [NavLink(item.label, url, item.icon, url == current) for item, url in open_to_user]


def _url_of(item: NavItem) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""


def _current(urls: list[str], path: str) -> str:
    """The longest URL that `path` lies under: /contracts/calendar/ does not light up /contracts/ as well."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
