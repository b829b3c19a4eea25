"""The rows of an import in the order of the file, and who plans them."""

from dataclasses import dataclass

from kangwei.assets.actions.imports.assets import AssetPlan, AssetRows, reserved_numbers
from kangwei.assets.actions.imports.faults import Headings
from kangwei.assets.actions.imports.relations import RelationPlan, RelationRows
from kangwei.assets.actions.imports.tables import check, kind_of, table_of
from kangwei.assets.enums import RELATIONS, SYSTEM
from kangwei.assets.models import ImportBatch
from kangwei.core.ledgers import BadRow, Checked, Kind, LedgerRow, Table

# So many rows are planned and stored together: enough for speed, few enough that others get to write between.
CHUNK = 2000
Rows = AssetRows | RelationRows
Plan = AssetPlan | RelationPlan


@dataclass(frozen=True)
class Ledger:
    """A ledger whose cells are read: every row once, good or bad, in the order in which they are taken."""

    table: Table
    kind: Kind
    checked: Checked
    rows: list[LedgerRow | BadRow]

    def planner(self, batch: ImportBatch) -> Rows:
        """What plans its rows against the register as it is now."""
        headings = Headings(self.table, self.kind, self.checked.mapping)
        if batch.kind == RELATIONS:
            return RelationRows(batch, headings)
        return AssetRows(batch, self.kind, headings, reserved_numbers(self.checked.good))


def open_ledger(batch: ImportBatch) -> Ledger:
    """The ledger of an import; ActionError where its file is gone, or the columns do not fit."""
    table = table_of(batch)
    checked = check(batch, table)
    rows: list[LedgerRow | BadRow] = sorted([*checked.good, *checked.bad], key=lambda row: row.number)
    if batch.kind == SYSTEM:
        depths = _depths(checked.good)
        rows.sort(key=lambda row: depths.get(row.number, 0))
    return Ledger(table, kind_of(batch), checked, rows)


def _depths(rows: list[LedgerRow]) -> dict[int, int]:
    """Row → how many rows of the same ledger it hangs under, so that a system comes behind the one it belongs to."""
    named = {row.values["name"]: row for row in reversed(rows)}
    depths: dict[int, int] = {}
    for row in rows:
        above: LedgerRow | None = row
        seen: list[int] = []
        while above and above.number not in depths and above.number not in seen:
            seen.append(above.number)
            above = named.get(above.values.get("system"))
        base = depths[above.number] + 1 if above and above.number in depths else 0
        depths |= {number: base + steps for steps, number in enumerate(reversed(seen))}
    return depths


def parted(rows: list[LedgerRow | BadRow]) -> tuple[list[LedgerRow], list[BadRow]]:
    """The good and the bad ones."""
    good = [row for row in rows if isinstance(row, LedgerRow)]
    return good, [row for row in rows if isinstance(row, BadRow)]
