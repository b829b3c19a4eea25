"""Kinds of assets as data, and the reading of the ledgers that clerks keep in Excel.

kind = bundled_kinds()["terminal"]
table = read_table(content, "终端台账.xlsx")
mapping = guess_mapping(table.headers, kind)
checked = check_rows(table, kind, mapping, kind.key)
if checked.bad:
    content = faulty_workbook(table, checked)
"""

from kangwei.core.ledgers.cells import CellValue, JsonValue, as_json, read_cell
from kangwei.core.ledgers.checking import BadRow, Checked, Fault, LedgerRow, MappingError, check_rows
from kangwei.core.ledgers.faults import CellError, TableError
from kangwei.core.ledgers.kinds import (
    COMMON,
    GROUPS,
    Attribute,
    Kind,
    KindError,
    Operation,
    Wording,
    bundled_kinds,
    load_kind,
)
from kangwei.core.ledgers.mapping import guess_mapping, signature
from kangwei.core.ledgers.reading import Table, read_table
from kangwei.core.ledgers.writing import faulty_workbook

__all__ = [
    "COMMON",
    "GROUPS",
    "Attribute",
    "BadRow",
    "CellError",
    "CellValue",
    "Checked",
    "Fault",
    "JsonValue",
    "Kind",
    "KindError",
    "LedgerRow",
    "MappingError",
    "Operation",
    "Table",
    "TableError",
    "Wording",
    "as_json",
    "bundled_kinds",
    "check_rows",
    "faulty_workbook",
    "guess_mapping",
    "load_kind",
    "read_cell",
    "read_table",
    "signature",
]
