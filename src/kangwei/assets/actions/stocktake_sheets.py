"""The 盘点表 of a stock-take: rendered from a frozen context and archived."""

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.assets import queries
from kangwei.assets.enums import DIFFERENCES, CountState
from kangwei.assets.models import StockTake, StockTakeLine
from kangwei.base.audit import Actor
from kangwei.core.documents import kinds, names, stock_take_sheet
from kangwei.documents import actions as documents
from kangwei.documents.enums import Origin

if TYPE_CHECKING:
    from kangwei.documents.models import Document

TITLE = "资产盘点表"


def archive_sheet(stocktake: StockTake, *, actor: Actor, now: datetime) -> "Document":
    """Render and archive the 盘点表 of a stock-take that has ended, inside the caller's transaction."""
    number = documents.next_document_number(now=now)
    sheet = sheet_of(stocktake, number)
    return documents.archive(
        title=f"{TITLE} {stocktake.name}",
        kind="stock-take-sheet",
        file_name=names.safe_file_name(f"{TITLE}-{stocktake.name}-{number}.docx"),
        content=kinds.render_docx(sheet),
        origin=Origin.RENDERED,
        context=json.loads(kinds.to_json(sheet)),
        practice=sheet.practice,
        number=number,
        actor=actor,
        now=now,
    )


def sheet_of(stocktake: StockTake, number: str) -> stock_take_sheet.StockTakeSheet:
    """Everything that the sheet prints; ValueError for a stock-take that still counts."""
    if stocktake.closed_at is None:
        raise ValueError(f"{stocktake} has not ended")
    rows = list(StockTakeLine.objects.filter(stocktake=stocktake).select_related("asset").order_by("asset__number"))
    kind = queries.kinds().get(stocktake.kind)
    counts = Counter(row.state for row in rows)
    return stock_take_sheet.StockTakeSheet(
        number=number,
        title=TITLE,
        name=stocktake.name,
        owner=stocktake.owner.name,
        kind=kind.name if kind else stocktake.kind,
        place=stocktake.place,
        started_at=stocktake.started_at,
        started_by=stocktake.started_by,
        closed_at=stocktake.closed_at,
        closed_by=stocktake.closed_by,
        counters=tuple(sorted({row.by for row in rows if row.by})),
        expected=len(rows) - counts[CountState.EXTRA],
        totals=tuple(
            (str(state.label), counts[state])
            for state in (CountState.FOUND, CountState.MOVED, CountState.MISSING, CountState.EXTRA)
        ),
        differences=tuple(str(state.label) for state in DIFFERENCES),
        lines=tuple(_line(row) for row in rows),
        practice=stocktake.owner.practice or any(row.asset.practice for row in rows),
    )


def _line(row: StockTakeLine) -> stock_take_sheet.StockTakeLine:
    return stock_take_sheet.StockTakeLine(
        number=row.asset.number, name=row.asset.name, serial_number=row.asset.serial_number,
        custodian=row.asset.custodian, place=row.expected_place, result=row.get_state_display(),
        found_place=row.place, note=row.note, counted_by=row.by, counted_at=row.at,
    )  # fmt: skip
