"""Tables of generated Word documents: label–value head, result grid, signature block.

Rows are written as XML: python-docx has no call for repeated headers, shading and spans, and addressing cells
through it takes time that grows with the square of the rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from xml.sax.saxutils import escape

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from kangwei.core.documents.house import TEXT_WIDTH_MM, add_body, clean

_TWIPS_PER_MM = 1440 / 25.4
_LABEL_FILL = "F2F2F2"
_RULES = {"top": 8, "left": 8, "bottom": 8, "right": 8, "insideH": 4, "insideV": 4}  # eighths of a point
_CELL_MARGINS = {"top": 57, "left": 85, "bottom": 57, "right": 85}  # twips: 1 mm and 1.5 mm
_LONGEST_WHOLE_ROW = 300  # characters; a longer text may fill more than the rest of a page and has to be torn
_LINE = 20  # what a line break counts in characters


class Emphasis(Enum):
    """How a cell stands out (fill, letters), in greys that a black-and-white printer keeps apart."""

    NONE = ("", "")
    BOLD = ("", "000000")
    LIGHT = ("EDEDED", "000000")
    MIDDLE = ("C8C8C8", "000000")
    STRONG = ("262626", "FFFFFF")


@dataclass(frozen=True)
class Column:
    """A column of a grid; the widths of all columns together must be `TEXT_WIDTH_MM`."""

    title: str
    width_mm: float
    centred: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell's text; `label` sets it like a column head, `span` lets it take the place of so many cells."""

    text: str
    emphasis: Emphasis = Emphasis.NONE
    span: int = 1
    label: bool = False


def add_grid(document: WordDocument, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, empty: str) -> None:
    """A ruled table whose header row is repeated on every page; without rows the sentence `empty` instead."""
    if not rows:
        add_body(document, empty)
        return
    head = _row([_cell(Cell(column.title, label=True), [column]) for column in columns], "<w:tblHeader/>")
    _add_table(document, columns, [head, *(_grid_row(row, columns) for row in rows)])


def add_fields(document: WordDocument, rows: Sequence[Sequence[tuple[str, str | Cell]]]) -> None:
    """The head of a record sheet: one or two (label, value) pairs a row, one taking the whole of it."""
    columns = [Column("", 23, True), Column("", 55), Column("", 23, True), Column("", 55)]
    lines: list[list[Cell]] = []
    for pairs in rows:
        span = 1 if len(pairs) == 2 else 3
        lines.append([])
        for label, value in pairs:
            cell = value if isinstance(value, Cell) else Cell(value)
            lines[-1] += [Cell(label, label=True), replace(cell, span=span)]
    _add_table(document, columns, [_grid_row(line, columns) for line in lines])


def add_signatures(document: WordDocument, roles: Sequence[str]) -> None:
    """A box for each of `roles` to sign or seal, with a date line; never split over pages."""
    columns = [Column("", TEXT_WIDTH_MM / len(roles), True) for _ in roles]
    heads = [_cell(Cell(role, label=True), columns[:1], keep=True) for role in roles]
    boxes = [_cell(Cell(""), [column], keep=True) for column in columns]
    # Of four boxes each has room for nine letters.
    before_year = "　　　" if len(roles) < 4 else "　　"
    dates = [_cell(Cell(f"{before_year}年　　月　　日"), [column]) for column in columns]
    room = '<w:trHeight w:val="1100" w:hRule="atLeast"/>'
    _add_table(document, columns, [_row(heads), _row(boxes, room), _row(dates)])


def _add_table(document: WordDocument, columns: Sequence[Column], rows: Iterable[str]) -> None:
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>' for side, width in _RULES.items()
    )
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in _CELL_MARGINS.items())
    grid = "".join(f'<w:gridCol w:w="{_twips(column.width_mm)}"/>' for column in columns)
    table = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{_twips(TEXT_WIDTH_MM)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{rules}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    document.element.body.sectPr.addprevious(parse_xml(table))


def _grid_row(cells: Sequence[Cell], columns: Sequence[Column]) -> str:
    written, start = [], 0
    for cell in cells:
        written.append(_cell(cell, columns[start : start + cell.span]))
        start += cell.span
    longest = max(len(cell.text) + _LINE * cell.text.count("\n") for cell in cells)
    return _row(written, "<w:cantSplit/>" if longest <= _LONGEST_WHOLE_ROW else "")


def _row(cells: Sequence[str], properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: Cell, columns: Sequence[Column], *, keep: bool = False) -> str:
    fill, colour = cell.emphasis.value
    width = _twips(sum(column.width_mm for column in columns))
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    shade = fill or (_LABEL_FILL if cell.label else "")
    shading = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    keeping = "<w:keepNext/>" if keep else ""
    centring = '<w:jc w:val="center"/>' if columns[0].centred and cell.span == 1 else ""
    style = "TableLabel" if cell.label else "TableText"
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shading}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keeping}{centring}</w:pPr>'
        f"{_run(cell.text, colour)}</w:p></w:tc>"
    )


def _run(text: str, colour: str) -> str:
    """The run of a cell; a colour means that it is emphasised and therefore bold."""
    properties = f'<w:rPr><w:b/><w:color w:val="{colour}"/></w:rPr>' if colour else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n"))
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)
