"""Record sheets as PDF, typeset by Typst after GB/T 9704-2012, for what is signed on a screen and never edited again.

Only the bundled font is used, so that equal input gives equal bytes on every machine. All texts reach Typst as JSON
data: nothing that a user wrote is ever read as markup.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from kangwei.core.documents.canonical import local_time
from kangwei.core.documents.house import clean

FONT = "Noto Sans SC"
_LONG_WORD = re.compile(r"[!-~]{20,}")


@dataclass(frozen=True)
class Fields:
    """The head of a record sheet: one or two (label, value) pairs a row, one taking the whole of it."""

    rows: Sequence[Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Heading:
    """A first-level heading; the caller writes 一、二、三、 into the text."""

    text: str


@dataclass(frozen=True)
class Body:
    """Text as somebody wrote it, line by line."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A ruled table whose head is repeated on every page; widths in millimetres, 156 together."""

    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Box:
    """One signature: the role, the picture (by its name among the pictures), who it is, and when."""

    role: str
    picture: str
    name: str
    at: str


@dataclass(frozen=True)
class Signatures:
    """Boxes side by side, never split over pages."""

    boxes: Sequence[Box]


@dataclass(frozen=True)
class Note:
    """A small explanatory line."""

    text: str


Block = Fields | Heading | Body | Grid | Signatures | Note


def render_sheet(
    blocks: Sequence[Block], *, title: str, number: str, moment: datetime, practice: bool, pictures: Mapping[str, bytes]
) -> bytes:
    """The sheet as PDF, created at `moment`; `pictures` are PNG by name. KeyError for a picture that is not there."""
    data = {
        "title": title,
        "number": number,
        "practice": practice,
        "blocks": [_plain(block, pictures) for block in blocks],
    }
    return typst.compile(
        files("kangwei.core.documents").joinpath("sheet.typ").read_bytes(),
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(_cleaned(data))},
        timestamp=int(local_time(moment).timestamp()),
    )


@cache
def fonts() -> typst.Fonts:
    """The bundled font and no other."""
    folder = files("justmytype_intl_cjk").joinpath("fonts", "ofl", "notosanssc")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _plain(block: Block, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Signatures):
        boxes = [
            {"role": box.role, "name": box.name, "at": box.at, "picture": list(pictures[box.picture])}
            for box in block.boxes
        ]
        return {"kind": kind, "boxes": boxes}
    return {"kind": kind} | vars(block)


def _cleaned(value: Any) -> Any:
    """The same data with texts that Typst can set: line breaks in one form, no control characters, no endless word."""
    if isinstance(value, str):
        # Typst breaks a word only at a place that allows it; an address or a key would run over the edge of its cell.
        return _LONG_WORD.sub(lambda word: "\u200b".join(word[0]), clean(value))
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value] if value and not isinstance(value[0], int) else list(value)
    return value
