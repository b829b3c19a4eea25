"""What the month's report of a contract's tickets says, taken from the same numbers as the page."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kangwei.contracts import queries as contracts
from kangwei.core.calendars import Duration
from kangwei.core.calendars.cadences.periods import Period as Month
from kangwei.core.calendars.cadences.periods import period_of
from kangwei.core.documents.ticket_report import Breached, Figure, Grid, Left, TicketReport
from kangwei.servicedesk.enums import Clock
from kangwei.servicedesk.models import Ticket, TicketClock
from kangwei.servicedesk.numbers.definitions import NUMBERS, Period, listed
from kangwei.servicedesk.numbers.figures import BACKLOG, CLOCKS, RATED, WAITING, WORK, Column, Table
from kangwei.servicedesk.numbers.tallying import DIMENSIONS, Breakdown, Line, broken_down, looked_at

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract, Occurrence

NAME = "全业务工单月度分析报告"
"""The name by which contracts ask for it, for `contracts.queries.own_name_of`."""
TITLE = "工单月度分析报告"
LISTED = 200
DIMENSIONS_TOLD = ("system", "kind", "district", "channel")
COLUMNS_TOLD = ("received", "solved", "phone", "closed", "handed-over", "open", "breached")


def month_of(day: date) -> Month:
    """The month in which a day lies."""
    return period_of("month", day)


def deliverables_of(contract: "Contract") -> tuple[str, list[str]]:
    """What the contract calls the report ("" where it asks for none), and every name that it could count as."""
    return contracts.own_name_of(contract, NAME), contracts.acceptance_names(contract)


def occurrence_for(contract: "Contract", deliverable: str, month: Month) -> "Occurrence | None":
    """The occurrence of that month of a duty that produces this deliverable; one still open before one that is done."""
    return contracts.occurrences_producing(contract, deliverable, month.key).first()


def report_of(contract: "Contract", month: Month, *, number: str, made_by: str, now: datetime) -> TicketReport:
    """The report with every number frozen as it stands now."""
    rows = Ticket.objects.filter(contract=contract)
    period = looked_at(contracts.all_contracts().filter(pk=contract.pk), month.first, month.last, now)
    found = {name: broken_down(rows, DIMENSIONS[name], period) for name in DIMENSIONS_TOLD}
    total = found["system"].total
    breached, more_breached = _breached(contract, period)
    left, more_left = _left(contract, period)
    return TicketReport(
        number=number, title=TITLE, contract_title=contract.title, buyer=contract.buyer.name,
        supplier=contract.supplier.name if contract.supplier else "", month=month.label,
        summary=_summary(month, total), figures=tuple(_figures(total)), grids=tuple(_grids(found)), breached=breached,
        more_breached=more_breached, left=left, more_left=more_left, made_by=made_by, made_at=now,
        practice=contract.practice,
    )  # fmt: skip


def _summary(month: Month, total: Line) -> str:
    return (
        f"{month.label}受理工单{total['received']}件，其中当场解决{total['first-contact']}件；"
        f"解决{total['solved']}件，其中电话解决{total['phone']}件；办结{total['closed']}件，移交{total['handed-over']}件，"
        f"撤销{total['cancelled']}件，重开{total['reopened']}件。月末未办结{total['open']}件。"
        f"时限在本月届满而没有做到的工单{total['breached']}件。"
    )


def _figures(total: Line) -> Iterable[Figure]:
    for table in (WORK, RATED, BACKLOG, WAITING):
        for column in table.filled([total]):
            if not (table is BACKLOG and column.number == "open"):
                over = "未办结" if table is BACKLOG else column.head
                yield Figure(f"{over}{column.label}", _shown(column, total), column.meaning)


def _grids(found: dict[str, Breakdown]) -> Iterable[Grid]:
    by_number = {column.number: column for column in WORK.columns if not column.unit}
    columns = [by_number[number] for number in COLUMNS_TOLD]
    for name, breakdown in found.items():
        dimension = DIMENSIONS[name]
        lines = [*breakdown.lines, breakdown.total] if breakdown.lines else []
        yield Grid(
            f"按{dimension.label}", (dimension.label, *(column.label for column in columns)),
            tuple((line.label, *(_shown(column, line) for column in columns)) for line in lines),
        )  # fmt: skip
    yield _clock_grid(CLOCKS, found["system"].total)


def _clock_grid(table: Table, total: Line) -> Grid:
    """A row for each clock that was decided in the month."""
    columns = table.filled([total])
    labels = dict.fromkeys(f"{column.label}{f'（{column.unit}）' if column.unit else ''}" for column in columns)
    by_head: dict[str, dict[str, str]] = {}
    for column in columns:
        by_head.setdefault(column.head, {})[column.label] = _shown(column, total, unit=False)
    rows = tuple((head, *(shown.get(label.split("（")[0], "0") for label in labels)) for head, shown in by_head.items())
    return Grid("时限", ("时钟", *labels), rows)


def _shown(column: Column, line: Line, *, unit: bool = True) -> str:
    value = column.value(line)
    if value is None:
        return "—"
    return f"{value:,}{column.unit if unit else ''}"


def _breached(contract: "Contract", period: Period) -> tuple[tuple[Breached, ...], int]:
    """The limits that passed in the month by their tickets, the first ones of them, and how many more."""
    tickets = listed(Ticket.objects.filter(contract=contract), NUMBERS["breached"], period).order_by()
    clocks = TicketClock.objects.filter(ticket__in=tickets.values("pk"), met=False).exclude(phase="void")
    rows = clocks.filter(decided_at__gte=period.begins, decided_at__lt=period.ends).order_by("decided_at", "pk")
    shown = rows.select_related("ticket__system")[:LISTED]
    found = tuple(
        Breached(
            row.ticket.number, row.ticket.title, _name(row.ticket.system), Clock(row.clock).label,
            Duration.parse(row.limit).label, row.decided_at or row.ticket.opened_at,
        )
        for row in shown
    )  # fmt: skip
    return found, max(0, rows.count() - len(found))


def _left(contract: "Contract", period: Period) -> tuple[tuple[Left, ...], int]:
    """The tickets open at the end of the month, the oldest ones of them, and how many more."""
    rows = listed(Ticket.objects.filter(contract=contract), NUMBERS["open"], period).order_by("opened_at", "pk")
    found = tuple(
        Left(row.number, row.title, _name(row.system), row.get_state_display(), row.opened_at)
        for row in rows.select_related("system")[:LISTED]
    )
    return found, max(0, rows.count() - len(found))


def _name(system: Any) -> str:
    return str(system.name) if system else ""
