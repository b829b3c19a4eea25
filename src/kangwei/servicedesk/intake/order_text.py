"""The text of an order as the 12345 line sends it → what it says, by the fields of the desk's form."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from kangwei.core.calendars import SHANGHAI
from kangwei.servicedesk.enums import Demand

# Of several names of a field the one further left counts: when it was sent to us is worth more than when it was said.
NAMES = {
    "order_number": (
        "12345单号", "12345工单号", "12345工单编号", "派单编号", "派单单号", "派单号", "诉求单号", "诉求编号",
        "工单编号", "工单号", "热线编号", "受理编号", "受理单号", "案件编号", "任务编号", "单号", "编号",
    ),
    "caller": (
        "诉求人姓名", "诉求人", "来电人姓名", "来电人", "反映人姓名", "反映人", "市民姓名", "投诉人", "联系人", "姓名",
    ),
    "phone": (
        "诉求人电话", "来电人电话", "联系电话", "来电号码", "来电电话", "回访电话", "联系方式", "电话号码", "手机号码",
        "手机号", "手机", "电话",
    ),
    "address": (
        "诉求地址", "事发地址", "发生地址", "问题地址", "被反映地址", "详细地址", "联系地址", "具体地址", "地址",
    ),
    "title": ("诉求标题", "工单标题", "标题", "主题"),
    "text": (
        "诉求内容", "反映内容", "来电内容", "诉求描述", "问题描述", "具体诉求", "诉求详情", "主要内容", "工单内容",
        "内容",
    ),
    "received_at": (
        "派单时间", "派发时间", "下派时间", "转办时间", "交办时间", "受理时间", "来电时间", "诉求时间", "反映时间",
    ),
    "demand": ("诉求类型", "诉求类别", "诉求性质", "工单类型", "工单类别", "问题类型", "类型", "类别"),
    "institution": ("被反映单位", "被投诉单位", "被诉单位", "涉及单位", "涉及机构", "被反映机构", "机构名称"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_RANK_OF = {name: rank for names in NAMES.values() for rank, name in enumerate(names)}
# The line sets blanks into short names to make them as wide as long ones.
_ANY = "|".join(r"[ \u3000]*".join(map(re.escape, name)) for name in sorted(_FIELD_OF, key=len, reverse=True))
_NAME = rf"(?:【[ \u3000]*({_ANY})[ \u3000]*】[ \t]*[:：]?|\[[ ]*({_ANY})[ ]*\][ \t]*[:：]?|({_ANY})[ \u3000]*[:：\t])"
_AT_START = re.compile(rf"[ \t\u3000]*(?:\d{{1,2}}[.、)）][ ]*)?{_NAME}")
_WITHIN = re.compile(rf"(?:(?<=[\s\u3000;；,，|])|(?=【)){_NAME}")
_MOMENT = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?[ T]*(\d{1,2})\s*[:时点]\s*(\d{1,2})")
_EDGES = " \t\u3000;；,，|"
LONGEST_TITLE = 40


@dataclass(frozen=True)
class OrderText:
    """What an order says; "" or None for what it does not.

    `recognised` is how many fields its text names, `rest` every line that is none of them.
    """

    order_number: str = ""
    caller: str = ""
    phone: str = ""
    address: str = ""
    title: str = ""
    text: str = ""
    received_at: datetime | None = None
    demand: Demand | None = None
    institution: str = ""
    rest: str = ""
    recognised: int = 0


def read_order(text: str) -> OrderText:
    """Take an order apart by the names that the line writes before its fields.

    What begins no field goes on with the text of the order, or where that has not begun, into `rest`: no line is lost.
    A title that is not there is the first sentence of the text.
    """
    values: dict[str, tuple[int, str]] = {}
    rest: list[str] = []
    for name, value in _pieces(text):
        field, rank = _FIELD_OF.get(name, ""), _RANK_OF.get(name, 0)
        if not field:
            rest.append(value)
            continue
        if field in values and values[field][0] <= rank:
            rest.append(f"{name}：{value}")
            continue
        if field in values:
            rest.append(f"{_name_of(field, values[field][0])}：{values[field][1]}")
        values[field] = (rank, value)
    order = OrderText(rest="\n".join(rest))
    for field, (rank, value) in values.items():
        order = _with(order, field, _name_of(field, rank), value)
    order = replace(order, recognised=sum(1 for field in NAMES if getattr(order, field)))
    return order if order.title or not order.text else replace(order, title=_first_sentence(order.text))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Name and value one after the other; "" as the name of what has none."""
    name, lines = "", list[str]()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = _AT_START.match(line)
        if found is None and (_is_long(name) or not line.strip()):
            lines.append(line)
            continue
        yield from _piece(name, lines)
        name, lines = "", [line]
        if found:
            *whole, (name, value) = _of_line(line, found)
            for one, other in whole:
                yield from _piece(one, [other])
            lines = [value]
    yield from _piece(name, lines)


def _piece(name: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    value = "\n".join(lines).strip(_EDGES + "\n")
    if value:
        yield name, value


def _of_line(line: str, found: "re.Match[str]") -> list[tuple[str, str]]:
    """The fields that stand in one line; in the text of an order a name is a part of the text."""
    marks, at = [found], found.end()
    while not _is_long(_named(marks[-1])) and (more := _WITHIN.search(line, at)):
        marks.append(more)
        at = more.end()
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    return [(_named(mark), line[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]


def _named(mark: "re.Match[str]") -> str:
    return re.sub(r"[ \u3000]", "", next(group for group in mark.groups() if group))


def _is_long(name: str) -> bool:
    return _FIELD_OF.get(name) == "text"


def _name_of(field: str, rank: int) -> str:
    return NAMES[field][rank]


def _with(order: OrderText, field: str, name: str, value: str) -> OrderText:
    """The order with a value; one that cannot be read stays among the rest."""
    kept: Any = value
    if field == "order_number":
        kept = plain_number(value)
    elif field == "phone":
        kept = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
    elif field == "received_at":
        kept = _moment(value)
    elif field == "demand":
        kept = next((demand for demand in Demand if demand.label in value), None)
    if kept:
        return replace(order, **{field: kept})
    return replace(order, rest=f"{order.rest}\n{name}：{value}".strip())


def plain_number(text: str) -> str:
    """An order number as it is kept: without blanks, in half-width capitals, so that it is the same however typed."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def _moment(text: str) -> datetime | None:
    found = _MOMENT.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    year, month, day, hour, minute = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
    except ValueError:
        return None


def _first_sentence(text: str) -> str:
    ends = [match.start() for match in re.finditer(r"[。！？；\n]", text)]
    starts = [0, *(end + 1 for end in ends), len(text) + 1]
    sentences = (text[one : other - 1].strip() for one, other in pairwise(starts))
    return next((sentence for sentence in sentences if sentence), "")[:LONGEST_TITLE]
