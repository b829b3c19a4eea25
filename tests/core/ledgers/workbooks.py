"""Workbooks for the tests: xlsx by XlsxWriter, the other forms by hand, byte by byte."""

import io
import struct
import zipfile
from datetime import date

import xlsxwriter

TERMINALS = [
    ["资产编号", "终端名称", "SN", "状态", "使用人", "购置日期"],
    ["PC-000001", "一号终端", "SN0001", "在用", "张三", "2024-03-01"],
    ["PC-000002", "二号终端", "SN0002", "备用", "李四", "2024年3月2日"],
]


def xlsx(*sheets, merge=(), hidden=(), formulas=()):
    """A workbook of these sheets (lists of rows), called 表1, 表2 …; `merge` and `formulas` are for the first."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, rows in enumerate(sheets, 1):
            sheet = book.add_worksheet(f"表{number}")
            for place, row in enumerate(rows):
                for column, cell in enumerate(row):
                    _write(sheet, place, column, cell, day)
            if number in hidden:
                sheet.hide()
        first = book.worksheets()[0]
        for top, left, bottom, right in merge:
            first.merge_range(top, left, bottom, right, sheets[0][top][left])
        for row, column, formula, value in formulas:
            first.write_formula(row, column, formula, None, value)
    return target.getvalue()


def _write(sheet, row, column, cell, day):
    if isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write(row, column, cell)


def changed(content, name, change):
    """A zipped workbook with one part changed; `change` gets and gives bytes."""
    parts = unzipped(content)
    parts[name] = change(parts.get(name, b""))
    return zipped(parts)


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


# ods

_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="表1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def ods(rows="", *, manifest=""):
    """A spreadsheet of one sheet with these `table:table-row` elements."""
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                f"{manifest}</manifest:manifest>"
            ).encode(),
            "content.xml": _ODS.format(rows=rows).encode(),
        }
    )


def ods_row(*texts, repeated=1):
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


# xls: BIFF8 in a compound file

ERRORS = {"#DIV/0!": 0x07, "#REF!": 0x17, "#N/A": 0x2A}


def xls(rows, *, extra=(), locked=False):
    """A workbook of one sheet; texts, numbers and errors (#REF! …). `extra` are further names in the directory."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 0x0600))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if cell in ERRORS:
                sheet += _record(0x0205, place + bytes([ERRORS[cell], 1]))
            elif isinstance(cell, str):
                sheet += _record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            elif cell is not None:
                sheet += _record(0x0203, place + struct.pack("<d", cell))
    sheet += _record(0x000A, b"")
    name = "表1"
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 0x0600))
    start += _record(0x002F, bytes(54)) if locked else b""
    spelled = bytes([len(name), 1]) + name.encode("utf-16-le")
    before = len(start) + 4 + 6 + len(spelled) + 4
    book = start + _record(0x0085, struct.pack("<IH", before, 0) + spelled) + _record(0x000A, b"")
    return compound({"Workbook": (book + sheet).ljust(4096, b"\0"), **dict.fromkeys(extra, b"")})


def _record(number, body):
    return struct.pack("<HH", number, len(body)) + body


def compound(streams):
    """A compound file; streams of 4096 bytes and more in sectors, smaller ones in small sectors."""
    small = b"".join(body.ljust(-(-len(body) // 64) * 64, b"\0") for body in streams.values() if len(body) < 4096)
    large = {name: body for name, body in streams.items() if len(body) >= 4096}
    entries = -(-(len(streams) + 1) // 4)
    sectors, chains, starts = b"", [], {}

    def place(body):
        nonlocal sectors
        first = 2 + entries + len(sectors) // 512
        count = -(-len(body) // 512)
        sectors += body.ljust(count * 512, b"\0")
        chains.extend([*range(first + 1, first + count), 0xFFFFFFFE] if count else [])
        return first if count else 0xFFFFFFFE

    for name, body in large.items():
        starts[name] = place(body)
    root = place(small)
    small_table, at = [], 0
    for name, body in streams.items():
        if name not in large:
            count = -(-len(body) // 64)
            starts[name] = at if count else 0xFFFFFFFE
            small_table += [*range(at + 1, at + count), 0xFFFFFFFE] if count else []
            at += count
    directory = _entry("Root Entry", 5, root, len(small), child=1)
    for number, (name, body) in enumerate(streams.items(), 1):
        # A tree without left branches is a list.
        following = number + 1 if number < len(streams) else 0xFFFFFFFF
        directory += _entry(name, 2, starts[name], len(body), right=following)
    # Sector 0: the table of chains; 1: that of small chains; 2 and on: the directory; then the streams.
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + entries), 0xFFFFFFFE, *chains]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 2, 0, 4096, 1, 1, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + _numbers(table) + _numbers(small_table) + directory.ljust(entries * 512, b"\0") + sectors


def _numbers(numbers):
    assert len(numbers) <= 128
    return struct.pack("<128I", *numbers, *[0xFFFFFFFF] * (128 - len(numbers)))


def _entry(name, kind, start, size, *, right=0xFFFFFFFF, child=0xFFFFFFFF):
    spelled = name.encode("utf-16-le")
    return (
        spelled.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(spelled) + 2, kind, 1, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<II", start, size)
        + bytes(4)
    )


# xlsb

_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_SHEET = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"


def xlsb(cells):
    """A binary workbook of one sheet from {(row, column): text, number or error}."""
    rows = {}
    for (row, column), cell in cells.items():
        rows.setdefault(row, {})[column] = cell
    far = max(cells)[0], max(column for _, column in cells)
    sheet = _binary(129) + _binary(148, struct.pack("<IIII", 0, far[0], 0, far[1])) + _binary(145)
    for row in sorted(rows):
        sheet += _binary(0, struct.pack("<I", row) + bytes(21))
        for column, cell in sorted(rows[row].items()):
            place = struct.pack("<II", column, 0)
            if cell in ERRORS:
                sheet += _binary(3, place + bytes([ERRORS[cell]]))
            elif isinstance(cell, str):
                sheet += _binary(6, place + _wide(cell))
            else:
                sheet += _binary(5, place + struct.pack("<d", cell))
    sheet += _binary(146) + _binary(130)
    book = _binary(131) + _binary(143) + _binary(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("表1"))
    book += _binary(144) + _binary(132)
    relation = f'<Relationship Id="rId1" Type="{_SHEET}" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _RELS.format(relation).encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _binary(number, body=b""):
    length = len(body)
    spelled = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    sizes = b""
    while True:
        sizes += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return spelled + sizes + body


def _wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
