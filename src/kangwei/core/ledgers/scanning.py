"""What calamine does not tell of a sheet: how far it reaches, which cells are errors, how many are formulas.

calamine sets out a sheet as a full grid: one cell at the far corner takes half a terabyte, and the process dies. And it
gives an error such as #REF! as an empty cell, so that a value would be lost without a word.
"""

import io
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree

from kangwei.core.ledgers.containers import DAMAGED, PROTECTED, Container
from kangwei.core.ledgers.faults import UNCALCULATED, TableError

FAR_ROWS, FAR_COLUMNS = 210_000, 256
"""A sheet reaching farther is refused before it is set out; within it the limits for what is read hold."""

_ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


@dataclass
class Scan:
    """`errors` are by (row, column) from 0; `rows` and `columns` say how many there are where they are too many."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: int = 0
    rows: int = 0
    columns: int = 0

    def reach(self, row: int, column: int) -> None:
        """A cell with something in it, from 0."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)


def scan_sheet(container: Container, index: int) -> Scan:
    """Scan the sheet of that index. TableError where the file does not hold together or the sheet reaches too far."""
    try:
        scan = _SCANNERS[container.form](container, index)
    except TableError:
        raise
    except (struct.error, LookupError, ValueError, ElementTree.ParseError):
        raise TableError(DAMAGED) from None
    if scan.rows > FAR_ROWS or scan.columns > FAR_COLUMNS:
        raise TableError(f"工作表过大：用到第 {scan.rows} 行、第 {scan.columns} 列，请删去表外的内容后再上传")
    return scan


# xlsx: cells are found in the text, because building a tree of a million cells takes ten times as long as reading them.

_TAG = rb"<(?:\w+:)?"
_FAR = re.compile(
    rb'<c r="('
    rb"(?:[A-Z]{3,}|[J-Z][A-Z]|I[W-Z])\d+"  # farther right than IV
    rb"|[A-Z]+(?:[2-9]\d{5}|\d{7,})"  # farther down than 199999
    rb')"[^>]*(?<!/)>(?!</)'
)
_OTHERWISE = re.compile(rb'<c(?! r="[A-Z])[\s/>]|<\w+:c[\s/>]')
_ROWS_AND_CELLS = re.compile(_TAG + rb"(row|c)(?=[\s>/])([^>]*)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ERROR_CELL = re.compile(_TAG + rb"""c\s([^>]*\st=["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_BARE_FORMULA = re.compile(_TAG + rb"c\s([^>]*)>" + _TAG + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)</(?:\w+:)?c>")
_SHOWN = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)<")


def _scan_xlsx(container: Container, index: int) -> Scan:
    part = container.parts[_xlsx_part(container, index)]
    scan = Scan(formulas=part.count(b"<f>") + part.count(b"<f "))
    if _OTHERWISE.search(part):
        _reach_by_counting(part, scan)
    else:
        for match in _FAR.finditer(part):
            scan.reach(*_place(match.group(1)))
    if b't="e"' in part or b"t='e'" in part:
        for match in _ERROR_CELL.finditer(part):
            shown = _SHOWN.search(match.group(2))
            _note(scan, match.group(1), shown.group(1).decode() if shown else "#VALUE!")
    if scan.formulas:
        for match in _BARE_FORMULA.finditer(part):
            _note(scan, match.group(1), UNCALCULATED)
    return scan


def _note(scan: Scan, attributes: bytes, error: str) -> None:
    if place := _PLACE.search(b" " + attributes):
        scan.errors[_place(place.group(1) + place.group(2))] = error


def _place(reference: bytes) -> tuple[int, int]:
    """B3 → (2, 1)."""
    column = 0
    letters = reference.rstrip(b"0123456789")
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return int(reference[len(letters) :]) - 1, column - 1


def _reach_by_counting(part: bytes, scan: Scan) -> None:
    """How far cells reach that are not written as Excel does; one without a place stands behind the one before it."""
    row, column = -1, -1
    for match in _ROWS_AND_CELLS.finditer(part):
        place = _PLACE.search(match.group(2))
        if match.group(1) == b"row":
            row, column = (int(place.group(2)) - 1 if place else row + 1), -1
        else:
            column = _place(place.group(1) + place.group(2))[1] if place else column + 1
            if not match.group(2).endswith(b"/"):
                scan.reach(row, column)


def _xlsx_part(container: Container, index: int) -> str:
    book = _xml(container, "xl/workbook.xml")
    sheets = [element for element in book.iter() if _local(element.tag) == "sheet"]
    wanted = next(value for name, value in sheets[index].attrib.items() if name.endswith("}id"))
    return _target(container, "xl/_rels/workbook.xml.rels", wanted)


def _target(container: Container, rels: str, wanted: str) -> str:
    """The part that a relation of the workbook leads to."""
    for element in _xml(container, rels):
        if element.get("Id") == wanted:
            target = unquote(element.get("Target", "")).replace("\\", "/")
            return (target[1:] if target.startswith("/") else f"xl/{target}").lower()
    raise KeyError(wanted)


def _xml(container: Container, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(container.parts[name])  # noqa: S314 (open_container refuses entities)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# xlsb: records of a number, a length and so many bytes ([MS-XLSB]).

_ROW, _BUNDLE_SHEET = 0, 156
_CELLS = range(2, 12)
_FORMULAS = range(8, 12)
_ERROR_RECORDS = (3, 11)


def _scan_xlsb(container: Container, index: int) -> Scan:
    sheets = [body for number, body in _binary_records(container.parts["xl/workbook.bin"]) if number == _BUNDLE_SHEET]
    (length,) = struct.unpack_from("<I", sheets[index], 8)
    wanted = sheets[index][12 : 12 + 2 * length].decode("utf-16-le")
    scan, row = Scan(), 0
    for number, body in _binary_records(container.parts[_target(container, "xl/_rels/workbook.bin.rels", wanted)]):
        if number == _ROW:
            (row,) = struct.unpack_from("<I", body)
        elif number in _CELLS:
            (column,) = struct.unpack_from("<I", body)
            scan.reach(row, column)
            scan.formulas += number in _FORMULAS
            if number in _ERROR_RECORDS:
                scan.errors[row, column] = _ERROR_CODES.get(body[8], "#VALUE!")
    return scan


def _binary_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(part):
        number, place = _variable(part, place, 2)
        length, place = _variable(part, place, 4)
        yield number, part[place : place + length]
        place += length


def _variable(part: bytes, place: int, longest: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for count in range(longest):
        byte = part[place]
        number |= (byte & 0x7F) << (7 * count)
        place += 1
        if byte < 0x80:
            break
    return number, place


# xls: records of two bytes number and two bytes length ([MS-XLS]).

_BOUND_SHEET, _BEGIN, _END, _LOCKED, _BOOL_OR_ERROR, _FORMULA = 0x0085, 0x0809, 0x000A, 0x002F, 0x0205, 0x0006


def _scan_xls(container: Container, index: int) -> Scan:
    stream = container.stream
    starts = [
        struct.unpack_from("<I", stream, place)[0] for number, place in _records(stream, 0) if number == _BOUND_SHEET
    ]
    if any(number == _LOCKED for number, _ in _records(stream, 0)):
        raise TableError(PROTECTED)
    scan = Scan()
    for number, place in _records(stream, starts[index]):
        if number == _BOOL_OR_ERROR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", stream, place)
            if is_error:
                scan.errors[row, column] = _ERROR_CODES.get(code, "#VALUE!")
        elif number == _FORMULA:
            row, column, _, kind, _, code, _, mark = struct.unpack_from("<HHHBBBBxxH", stream, place)
            scan.formulas += 1
            if mark == 0xFFFF and kind == 2:
                scan.errors[row, column] = _ERROR_CODES.get(code, "#VALUE!")
    return scan


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int]]:
    """(number, place of the body) of every record of one sheet, and of the charts within it."""
    depth = 0
    while place + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, place)
        yield number, place + 4
        depth += (number == _BEGIN) - (number == _END)
        if depth <= 0:
            return
        place += 4 + length


# ods: one XML; cells and rows say how often they are repeated. All sheets are set out at once, so all have to be small.


def _scan_ods(container: Container, index: int) -> Scan:
    scan, table, row, column, filled = Scan(), -1, 0, 0, False
    content = io.BytesIO(container.parts["content.xml"])
    events = ElementTree.iterparse(content, ("start", "end"))  # noqa: S314 (open_container refuses entities)
    for event, element in events:
        tag = _local(element.tag)
        if event == "start":
            if tag == "table":
                table, row = table + 1, 0
            elif tag == "table-row":
                column, filled = 0, False
        elif tag in ("table-cell", "covered-table-cell"):
            times = _repeated(element, "number-columns-repeated")
            if _says_something(element):
                filled = True
                scan.reach(row, column + times - 1)
                if table == index:
                    _note_ods(scan, element, row, column)
            column += times
        elif tag == "table-row":
            times = _repeated(element, "number-rows-repeated")
            if filled:
                scan.reach(row + times - 1, 0)
            row += times
            element.clear()
    return scan


def _says_something(cell: ElementTree.Element) -> bool:
    return len(cell) > 0 or any(_local(name).endswith("value") for name in cell.attrib)


def _note_ods(scan: Scan, cell: ElementTree.Element, row: int, column: int) -> None:
    text = "".join(cell.itertext()).strip()
    if any(_local(name) == "formula" for name in cell.attrib):
        scan.formulas += 1
        if text in _ERROR_CODES.values() or text.startswith("Err:"):
            scan.errors[row, column] = text


def _repeated(element: ElementTree.Element, name: str) -> int:
    return next((int(value) for key, value in element.attrib.items() if _local(key) == name), 1)


_SCANNERS: dict[str, Callable[[Container, int], Scan]] = {
    "xlsx": _scan_xlsx,
    "xlsb": _scan_xlsb,
    "xls": _scan_xls,
    "ods": _scan_ods,
}
