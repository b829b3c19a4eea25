"""The rows of a ledger against the kind: those that can be taken, and the others with every fault in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kangwei.core.ledgers.cells import JsonValue, as_json, read_cell
from kangwei.core.ledgers.faults import CellError
from kangwei.core.ledgers.kinds import Attribute, Kind
from kangwei.core.ledgers.reading import Table


class MappingError(ValueError):
    """A mapping by which nothing can be read; `fields` are the ids of what is missing or wrong."""

    def __init__(self, reason: str, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row that can be taken. `values` has every mapped field, None where the cell is empty."""

    number: int
    values: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: the heading of its column, the field it was read as, the reason in Chinese."""

    heading: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken, with every fault in it in the order of columns."""

    number: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Checked:
    """Every row of the table once, either good or bad, each in row order. `mapping` is the one checked by."""

    good: list[LedgerRow]
    bad: list[BadRow]
    mapping: dict[str, int]


def check_rows(table: Table, kind: Kind, mapping: Mapping[str, int], key: Sequence[str]) -> Checked:
    """Read every row by the mapping (field id → column) and check it; `key` are the fields that tell rows apart.

    A row is bad where a required field or a key field is empty, a cell cannot be read, or its key or a unique field is
    that of an earlier row. Raises MappingError where the mapping lacks a required field or a key field, names an
    unknown field or column, or one column twice.
    """
    _check_mapping(table, kind, mapping, key)
    columns = [
        _Column(table.heading(place), kind.field(name), place, key=name in key)
        for name, place in sorted(mapping.items(), key=lambda item: item[1])
    ]
    rules = [_Once(tuple(key), columns)]
    rules += [_Once((column.field,), columns) for column in columns if column.unique and (column.field,) != tuple(key)]
    order = {column.field: place for place, column in enumerate(columns)}
    good: list[LedgerRow] = []
    bad: list[BadRow] = []
    for number, cells in table.rows:
        values: dict[str, JsonValue] = {}
        faults = [fault for column in columns if (fault := column.read(cells, values))]
        faults += [fault for rule in rules if (fault := rule.broken(number, values))]
        if faults:
            bad.append(BadRow(number, tuple(sorted(faults, key=lambda fault: order[fault.field]))))
        else:
            good.append(LedgerRow(number, values))
    return Checked(good, bad, dict(mapping))


def _check_mapping(table: Table, kind: Kind, mapping: Mapping[str, int], key: Sequence[str]) -> None:
    known = {field.id: field for field in kind.fields}
    if unknown := [name for name in (*mapping, *key) if name not in known]:
        raise MappingError(f"{kind.name}没有这些字段：{'、'.join(unknown)}", unknown)
    if outside := [name for name, column in mapping.items() if not 0 <= column < len(table.headers)]:
        raise MappingError(f"没有这一列：{_labels(known, outside)}", outside)
    if not key:
        raise MappingError("请选择用哪些字段对应已有资产", [])
    columns = Counter(mapping.values())
    if twice := [name for name, column in mapping.items() if columns[column] > 1]:
        raise MappingError(f"一列只能对应一个字段：{_labels(known, twice)}", twice)
    needed = dict.fromkeys((*key, *(field.id for field in kind.fields if field.required)))
    if missing := [name for name in needed if name not in mapping]:
        raise MappingError(f"还没有指定哪一列是：{_labels(known, missing)}", missing)


def _labels(known: Mapping[str, Attribute], names: Sequence[str]) -> str:
    return "、".join(known[name].label for name in names)


class _Column:
    """One column, read as a field. What it read is remembered, because ledgers say the same thing over and over."""

    _MOST = 20_000

    def __init__(self, heading: str, field: Attribute, place: int, *, key: bool) -> None:
        self.field = field.id
        self.label = field.label
        self.heading = heading
        self.unique = field.unique
        self._attribute = field
        self._place = place
        self._missing = "用来对应已有资产，不能为空" if key else "必填，不能为空" if field.required else ""
        self._known: dict[tuple[type, object], JsonValue] = {}

    def read(self, cells: Sequence[object], values: dict[str, JsonValue]) -> Fault | None:
        """Put the value of a row into `values`, or say why there is none."""
        cell = cells[self._place]
        # 1, 1.0 and True are one key without their type.
        written = (type(cell), cell)
        try:
            value = self._known[written]
        except KeyError:
            try:
                value = as_json(read_cell(cell, self._attribute))
            except CellError as error:
                return Fault(self.heading, self.field, str(error))
            if len(self._known) < self._MOST:
                self._known[written] = value
        if value is None and self._missing:
            return Fault(self.heading, self.field, self._missing)
        values[self.field] = value
        return None


class _Once:
    """Fields whose values, taken together, may stand in one row only."""

    def __init__(self, fields: tuple[str, ...], columns: Sequence[_Column]) -> None:
        by_field = {column.field: column for column in columns}
        self._fields = fields
        self._labels = "、".join(by_field[field].label for field in fields)
        self._heading = by_field[fields[0]].heading
        self._seen: dict[tuple[JsonValue, ...], int] = {}

    def broken(self, number: int, values: dict[str, JsonValue]) -> Fault | None:
        """The fault where an earlier row had the same; a row of which one field is missing has nothing to compare."""
        mine = tuple(values.get(field) for field in self._fields)
        if None in mine:
            return None
        first = self._seen.setdefault(mine, number)
        if first == number:
            return None
        return Fault(self._heading, self._fields[0], f"与第 {first} 行的 {self._labels} 相同")
