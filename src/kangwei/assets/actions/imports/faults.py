"""Why a row that can be read is not taken."""

from collections.abc import Mapping

from kangwei.core.ledgers import BadRow, Fault, Kind, Table


class RowError(Exception):
    """The register does not take a row: the field at fault and the reason in Chinese."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class Headings:
    """Under which heading of the ledger a field stands."""

    def __init__(self, table: Table, kind: Kind, mapping: Mapping[str, int]) -> None:
        self._by_field = {name: table.heading(column) for name, column in mapping.items()}
        self._labels = {field.id: field.label for field in kind.fields}

    def refusal(self, number: int, fault: RowError) -> BadRow:
        """The refusal of a row as the check of cells gives it."""
        heading = self._by_field.get(fault.field) or self._labels.get(fault.field, "")
        return BadRow(number, (Fault(heading, fault.field, str(fault)),))
