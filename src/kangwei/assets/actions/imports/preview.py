"""What an import would do, without doing it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from kangwei.assets.actions.imports.assets import PlannedAsset
from kangwei.assets.actions.imports.loading import CHUNK, Ledger, Plan, open_ledger, parted
from kangwei.assets.actions.imports.relations import PlannedRelation
from kangwei.assets.models import ImportBatch
from kangwei.core.ledgers import BadRow, Checked, Fault, Kind, faulty_workbook

SHOWN = 10
FAULTS_SHOWN = 50


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows: its number in the file, what would become of it, its values, the fields that change."""

    number: int
    outcome: str
    values: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass
class Preview:
    """How many rows would be new, changed, unchanged and refused; the first of them and the first faults."""

    headings: tuple[str, ...]
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    rows: list[PreviewRow] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)

    @property
    def good(self) -> int:
        """The rows that would be taken."""
        return self.created + self.updated + self.unchanged


def preview_import(*, batch: ImportBatch, now: datetime) -> Preview:
    """What the ledger would do to the register as it is now. ActionError where the columns are not chosen."""
    ledger = open_ledger(batch)
    fields = _columns(ledger)
    preview = Preview(tuple(ledger.kind.field(name).label for name in fields))
    for plan, refused in _plans(batch, ledger, now):
        preview.created += len(plan.created)
        preview.updated += len(plan.updated)
        preview.unchanged += len(plan.unchanged)
        preview.refused += len(refused)
        preview.faults += islice(_faults(refused), FAULTS_SHOWN - len(preview.faults))
        if len(preview.rows) < SHOWN:
            preview.rows += islice(_shown(plan, ledger.kind, fields), SHOWN - len(preview.rows))
    return preview


def preview_refused(*, batch: ImportBatch, now: datetime) -> bytes:
    """The rows that would be refused as a workbook with the reasons, to be corrected before anything is brought in."""
    ledger = open_ledger(batch)
    bad = [row for _, refused in _plans(batch, ledger, now) for row in refused]
    return faulty_workbook(ledger.table, Checked([], bad, ledger.checked.mapping))


def _plans(batch: ImportBatch, ledger: Ledger, now: datetime) -> Iterator[tuple[Plan, list[BadRow]]]:
    """What each chunk of rows comes to, and which of them would be refused, in the order of the file."""
    planner = ledger.planner(batch)
    for start in range(0, len(ledger.rows), CHUNK):
        good, bad = parted(ledger.rows[start : start + CHUNK])
        plan = planner.plan(good, now, lock=False)
        yield plan, sorted([*bad, *plan.refused], key=lambda row: row.number)


def _columns(ledger: Ledger) -> list[str]:
    """The mapped fields in the order of the file."""
    return sorted(ledger.checked.mapping, key=lambda name: ledger.checked.mapping[name])


def _faults(refused: list[BadRow]) -> Iterator[tuple[int, Fault]]:
    return ((row.number, fault) for row in refused for fault in row.faults)


def _shown(plan: Plan, kind: Kind, fields: list[str]) -> Iterator[PreviewRow]:
    rows: list[tuple[str, PlannedAsset | PlannedRelation]] = [("created", row) for row in plan.created]
    rows += [("updated", row) for row in plan.updated]
    rows += [("unchanged", row) for row in plan.unchanged]
    for outcome, planned in sorted(rows, key=lambda item: item[1].row.number):
        values = tuple(kind.field(name).shown(planned.row.values[name]) for name in fields)
        changed = planned.changes if isinstance(planned, PlannedAsset) else {}
        yield PreviewRow(planned.row.number, outcome, values, tuple(kind.field(name).label for name in changed))
