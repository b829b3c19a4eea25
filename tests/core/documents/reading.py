"""Read generated Word documents back."""

import io

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table


def read(content: bytes) -> WordDocument:
    return Document(io.BytesIO(content))


def lines(table: Table) -> list[list[str]]:
    """The texts of a table; a cell that spans several columns counts once."""
    return [[cell.text for cell in dict.fromkeys(row.cells)] for row in table.rows]


def all_text(document: WordDocument) -> str:
    cells = [text for table in document.tables for line in lines(table) for text in line]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def fills(table: Table, text: str) -> list[str]:
    """The shading behind every cell that holds just `text`; "" for none."""
    cells = [cell for row in table.rows for cell in dict.fromkeys(row.cells) if cell.text == text]
    shadings = [cell._tc.find(f".//{qn('w:shd')}") for cell in cells]
    return ["" if shading is None else shading.get(qn("w:fill")) for shading in shadings]
