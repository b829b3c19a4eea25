"""The ledger of an import as a table, and which column of it is which field."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from kangwei.assets import queries, storage
from kangwei.assets.models import ColumnMapping, ImportBatch
from kangwei.base.errors import ActionError
from kangwei.core.ledgers import (
    Checked,
    Kind,
    MappingError,
    Table,
    TableError,
    check_rows,
    guess_mapping,
    read_table,
    signature,
)
from kangwei.core.ledgers.mapping import REASON, ROW_NUMBER

SAMPLES = 3
_LONGEST = 60


@dataclass(frozen=True)
class Suggestion:
    """Which column is which field and by what rows are matched; `remembered` from a ledger with the same headings."""

    mapping: dict[str, int]
    key: tuple[str, ...]
    remembered: bool


def read_ledger(content: bytes, file_name: str, sheet: str) -> Table:
    """The table in a file; ActionError with the reason where there is none."""
    try:
        return read_table(content, file_name, sheet=sheet)
    except TableError as error:
        raise ActionError(str(error), field="file") from None


def table_of(batch: ImportBatch, *, sheet: str = "") -> Table:
    """The ledger that was uploaded, or another sheet of it; ActionError where its file is gone or was changed."""
    path = storage.ledger_path(batch.pk)
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        raise ActionError("上传的文件已不在或已被改动，请重新上传")
    return read_ledger(content, batch.file_name, sheet or batch.sheet)


def kind_of(batch: ImportBatch) -> Kind:
    """What the ledger is of; ActionError where the kind is no longer there."""
    kind = queries.ledger_kinds().get(batch.kind)
    if kind is None:
        raise ActionError(f"没有类别 {batch.kind}，请按现有的类别重新上传")
    return kind


def check(batch: ImportBatch, table: Table) -> Checked:
    """Every row of the table, read by the columns that were chosen; ActionError where none were, or not enough."""
    try:
        return check_rows(table, kind_of(batch), batch.mapping, batch.key)
    except MappingError as error:
        raise ActionError(str(error)) from None


def check_columns(batch: ImportBatch, mapping: Mapping[str, int], key: Sequence[str]) -> None:
    """ActionError where nothing could be read by these columns."""
    try:
        check_rows(_without_rows(batch), kind_of(batch), mapping, key)
    except MappingError as error:
        raise ActionError(str(error)) from None


def outline(table: Table) -> dict[str, Any]:
    """What of a table is kept with its import, as JSON data."""
    return {
        "sheet": table.sheet, "rows": len(table.rows), "warnings": list(table.warnings), "outline": {
            "sheets": list(table.sheets), "headers": list(table.headers),
            "samples": [[_shown(cell) for cell in cells] for _, cells in table.rows[:SAMPLES]],
        },
    }  # fmt: skip


def ledger_columns(batch: ImportBatch) -> list[tuple[str, list[str]]]:
    """Each column of the ledger: what it is called, and what the first rows have in it."""
    table = _without_rows(batch)
    samples = batch.outline["samples"]
    return [(table.heading(place), [row[place] for row in samples]) for place in range(len(table.headers))]


def suggest_columns(batch: ImportBatch) -> Suggestion:
    """The columns as they were the last time a ledger with these headings came in, else as the headings tell."""
    kind, headers = kind_of(batch), batch.outline["headers"]
    places = _own_columns(headers)
    known = ColumnMapping.objects.filter(
        owner=batch.owner, kind=batch.kind, signature=_signature(headers, places)
    ).first()  # fmt: skip
    if known is None:
        return Suggestion(guess_mapping(headers, kind), kind.key, remembered=False)
    fields = {field.id for field in kind.fields}
    mapping = {name: places[column] for name, column in known.mapping.items() if name in fields}
    key = tuple(name for name in known.key if name in fields)
    return Suggestion(mapping, key or kind.key, remembered=True)


def remember(batch: ImportBatch) -> None:
    """Note the columns for the next ledger with these headings."""
    headers = batch.outline["headers"]
    places = _own_columns(headers)
    mapping = {name: places.index(column) for name, column in batch.mapping.items() if column in places}
    ColumnMapping.objects.update_or_create(
        owner=batch.owner, kind=batch.kind, signature=_signature(headers, places),
        defaults={"mapping": mapping, "key": batch.key},
    )  # fmt: skip


def _without_rows(batch: ImportBatch) -> Table:
    found = batch.outline
    return Table(batch.sheet, tuple(found["sheets"]), 1, tuple(found["headers"]), [], ())


def _shown(cell: object) -> str:
    match cell:
        case None:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case date() | datetime():
            return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)[:_LONGEST]


def _own_columns(headers: Sequence[str]) -> list[int]:
    """The columns of the clerk: rows that went back come again with two more, and are the same ledger."""
    return [column for column, heading in enumerate(headers) if heading not in (ROW_NUMBER, REASON)]


def _signature(headers: Sequence[str], places: Sequence[int]) -> str:
    return signature([headers[column] for column in places])
