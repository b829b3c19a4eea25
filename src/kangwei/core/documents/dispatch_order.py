"""派工单: one visit to a place for a ticket, from the order to the three signatures; a PDF, being signed on a phone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents.canonical import canonical_json, local_time
from kangwei.core.documents.typeset import Block, Body, Box, Fields, Grid, Heading, Note, Signatures, render_sheet

KIND = "dispatch-order/1"
_PART_COLUMNS = (("序号", 14), ("名称", 60), ("数量", 22), ("序列号", 60))


@dataclass(frozen=True)
class PartLine:
    """Something that was fitted or used up; `unit` and `serial` may be empty."""

    name: str
    quantity: int
    unit: str
    serial: str


@dataclass(frozen=True)
class SignatureBlock:
    """Who signed as what, and when; `sha256` is that of the picture."""

    role: str
    name: str
    signed_at: datetime
    sha256: str


@dataclass(frozen=True)
class DispatchOrder:
    """Everything that a 派工单 shows. Times are aware and printed in Asia/Shanghai; None and "" print as a dash.

    `entered_at` is when the arrival was written down, where that was afterwards. `arrival_limit` is the contract's
    limit on the arrival with what came of it, `satisfaction` the score given at signing.
    """

    number: str
    title: str
    ticket_number: str
    ticket_title: str
    ticket_kind: str
    severity: str
    contract_title: str
    buyer: str
    supplier: str
    institution: str
    caller: str
    phone: str
    system: str
    address: str
    task: str
    issued_at: datetime
    issued_by: str
    engineer: str
    planned_at: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime
    entered_at: datetime | None
    position: str
    arrival_limit: str
    work_done: str
    finished_at: datetime
    parts: tuple[PartLine, ...]
    satisfaction: str
    signatures: tuple[SignatureBlock, ...]
    practice: bool


def render(order: DispatchOrder, pictures: Mapping[str, bytes]) -> bytes:
    """The order as PDF, created when the last one signed; `pictures` are the signatures as PNG by their SHA-256.

    Equal orders give equal bytes. KeyError for a picture that is missing, ValueError for a time without zone.
    """
    return render_sheet(
        list(blocks(order)), title=order.title, number=f"编号：{order.number}", practice=order.practice,
        moment=max(signature.signed_at for signature in order.signatures), pictures=pictures,
    )  # fmt: skip


def to_json(order: DispatchOrder) -> str:
    """The order to keep beside its document, as `kinds.to_json` has it; the pictures stand for themselves."""
    return canonical_json({"kind": KIND, "context": order})


def blocks(order: DispatchOrder) -> Iterator[Block]:
    """What stands on the sheet, from top to bottom."""
    yield Fields(_head(order))
    yield Heading("一、工作内容")
    yield Body(order.task)
    yield Heading("二、现场服务")
    yield Fields(_visit(order))
    yield Heading("三、工作情况")
    yield Body(order.work_done)
    yield Heading("四、备件")
    if order.parts:
        yield Grid(_PART_COLUMNS, [_part(number, part) for number, part in enumerate(order.parts, 1)])
    else:
        yield Body("没有使用备件。")
    yield Heading("五、签字")
    yield Signatures([_box(signature) for signature in order.signatures])
    yield Note("注：时间均为北京时间。签字在现场手写于屏幕，图样以摘要值存档。")


def _head(order: DispatchOrder) -> list[list[tuple[str, str]]]:
    kind = " · ".join(text for text in (order.ticket_kind, order.severity) if text)
    return [
        [("派工单编号", order.number), ("工单编号", order.ticket_number)],
        [("合同名称", order.contract_title)],
        [("甲方", order.buyer), ("乙方", order.supplier or "—")],
        [("报修单位", order.institution or "—"), ("系统", order.system or "—")],
        [("报修人", order.caller or "—"), ("联系电话", order.phone or "—")],
        [("事项", order.ticket_title)],
        [("类别与级别", kind), ("满意度", order.satisfaction or "—")],
        [("地点", order.address)],
        [("派工人", order.issued_by), ("派工时间", _time(order.issued_at))],
    ]


def _visit(order: DispatchOrder) -> list[list[tuple[str, str]]]:
    entered = f"（{_time(order.entered_at)} 补录）" if order.entered_at else ""
    return [
        [("工程师", order.engineer), ("约定到场", _time(order.planned_at))],
        [("接单时间", _time(order.accepted_at)), ("出发时间", _time(order.departed_at))],
        [("到场时间", _time(order.arrived_at) + entered), ("完工时间", _time(order.finished_at))],
        [("到场定位", order.position or "未取得")],
        [("到场时限", order.arrival_limit or "合同没有适用的时限")],
    ]


def _part(number: int, part: PartLine) -> list[str]:
    return [str(number), part.name, f"{part.quantity} {part.unit}".rstrip(), part.serial or "—"]


def _box(signature: SignatureBlock) -> Box:
    return Box(signature.role, signature.sha256, signature.name, _time(signature.signed_at))


def _time(moment: datetime | None) -> str:
    return local_time(moment).strftime("%Y-%m-%d %H:%M") if moment else "—"
