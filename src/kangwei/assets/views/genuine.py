"""Genuine software (软件正版化): licences against terminals, and the yearly check list."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from kangwei.assets import queries, registers
from kangwei.assets.genuine import Balance, balances, licensed_as
from kangwei.assets.views.choosing import one_owner
from kangwei.assets.views.finding import known
from kangwei.base.permissions import requires
from kangwei.base.web import PersonRequest, address, excel, page_of
from kangwei.core.calendars import local_day

BALANCE_HEADERS = ("软件", "用于", "拥有许可", "终端安装", "差额", "结论")
CHECK_HEADERS = ("序号", "资产编号", "终端名称", "使用单位", "使用人", "存放地点", "IP地址", "操作系统", "操作系统许可",
                 "办公软件", "办公软件许可", "防病毒软件", "防病毒软件许可", "台账登记为正版", "检查结论", "检查日期",
                 "检查人", "使用人签字")  # fmt: skip


@requires("assets.read")
def genuine_software(request: PersonRequest) -> HttpResponse:
    """Every product of one party: licences owned, terminals that have it, the difference; page or Excel."""
    owner, owner_filter = one_owner(request)
    mine = known(queries.assets(request.user)).filter(owner=owner)
    rows = balances(registers.licences(mine, local_day(timezone.now())), registers.installed(mine))
    if request.GET.get("export"):
        name = owner.name if owner else ""
        return excel(f"软件正版化-{name}.xlsx", {"软件正版化": (BALANCE_HEADERS, map(_exported, rows))})
    text = request.GET.get("q", "").strip().lower()
    shown = [row for row in rows if text in row.product.lower()]
    context: dict[str, Any] = {
        "title": "软件正版化",
        "owner": owner,
        "page_obj": page_of(request, [(row, verdict(row)) for row in shown]),
        "short": [row for row in rows if (row.difference or 0) < 0],
        "terminals": registers.terminals(mine).count(),
        "q": request.GET.get("q", ""),
        "search_hint": "软件名称",
        "filters": owner_filter,
        "export_url": address(request, export="1"),
    }
    return render(request, "assets/genuine.html", context)


@requires("assets.read")
def check_list(request: PersonRequest, pk: int) -> HttpResponse:
    """The yearly check list of a party: a line a terminal, with room for who checked."""
    now = timezone.now()
    owner = get_object_or_404(queries.owners(request.user), pk=pk)
    mine = known(queries.assets(request.user)).filter(owner=owner)
    rows = balances(registers.licences(mine, local_day(now)), registers.installed(mine))
    covered = {row.product: (row.difference is None or row.difference >= 0) for row in rows if row.licences}
    licensed = cache(lambda text: licensed_as(text, covered))
    lines = [
        _line(number, terminal, lambda text: _licence_word(covered, licensed(text)))
        for number, terminal in enumerate(registers.terminals(mine), 1)
    ]
    return excel(f"{local_day(now).year}年度软件正版化检查表-{owner.name}.xlsx", {"检查表": (CHECK_HEADERS, lines)})


def _licence_word(covered: dict[str, bool], product: str) -> str:
    return "无许可" if not product else "有许可" if covered[product] else "许可不足"


def _line(number: int, terminal: Any, word: Callable[[str], str]) -> list[Any]:
    held = terminal.attributes
    texts = [held.get(field, "") for field in registers.SOFTWARE_FIELDS]
    software = [cell for text in texts for cell in (text, word(text) if text else "")]
    licensed = held.get("licensed")
    return [
        number, terminal.number, terminal.name, terminal.institution, terminal.custodian, terminal.place,
        held.get("ip", ""), *software, "" if licensed is None else "是" if licensed else "否", "", "", "", "",
    ]  # fmt: skip


def _exported(row: Balance) -> tuple[Any, ...]:
    owned = "不限" if row.owned is None else row.owned
    return row.product, row.category, owned, row.installed, row.difference, verdict(row)


def verdict(row: Balance) -> str:
    """What the difference means."""
    if not row.licences:
        return "没有许可"
    if row.difference is None:
        return "不按数量"
    return f"缺 {-row.difference}" if row.difference < 0 else "足够"
