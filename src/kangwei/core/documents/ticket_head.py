"""What every sheet about a ticket begins with."""

from dataclasses import dataclass
from datetime import datetime

from kangwei.core.documents import house
from kangwei.core.documents.tables import Cell


@dataclass(frozen=True)
class TicketHead:
    """The ticket that a sheet is about, and whose contract it stands on. `opened_at` is aware."""

    number: str
    ticket: str
    contract: str
    buyer: str
    supplier: str
    system: str
    institution: str
    caller: str
    phone: str
    opened_at: datetime
    subject: str
    description: str


def head_rows(head: TicketHead) -> list[list[tuple[str, str | Cell]]]:
    """The rows of the header table; what is not known prints as a dash."""
    return [
        [("单据编号", head.number), ("工单编号", head.ticket)],
        [("合同名称", head.contract)],
        [("甲方", head.buyer), ("乙方", head.supplier or "—")],
        [("信息系统", head.system or "—"), ("提出单位", head.institution or "—")],
        [("提出人", " ".join(word for word in (head.caller, head.phone) if word) or "—"),
         ("提出时间", house.time_text(head.opened_at))],
        [("事项", head.subject)],
        [("说明", head.description or "—")],
    ]  # fmt: skip
