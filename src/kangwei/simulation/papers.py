"""The documents that practice people hand in."""

from collections.abc import Sequence
from datetime import datetime

from kangwei.core.documents import house


def practice_paper(title: str, lines: Sequence[str], *, moment: datetime) -> bytes:
    """A short .docx, marked 练习数据 above its title and on every page; equal input gives equal bytes."""
    document = house.new_document(title=title, number="编号：练习", moment=moment, practice=True)
    for line in lines:
        house.add_body(document, line)
    return house.to_bytes(document)
