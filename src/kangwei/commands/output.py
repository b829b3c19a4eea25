"""What commands print: lines, plain tables, and a progress bar. Results go to stdout, refusals to stderr."""

import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

_BAR_WIDTH = 30


def say(text: str = "") -> None:
    """One line on stdout, out at once: whoever watches `up` must see it."""
    _write(sys.stdout, text + "\n")


def complain(text: str) -> None:
    """One line on stderr."""
    _write(sys.stderr, text + "\n")


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def tolerate_any_terminal() -> None:
    """Replace what the terminal's encoding lacks instead of failing on it, file names of unknown encoding included."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a stream that somebody put in the place of the real one
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns parted by two spaces, as wide as their widest cell; a Chinese character is two wide."""
    lines = [headers, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def wrapped(head: str, text: str, width: int) -> str:
    """The text behind a head, broken at `width` columns (a Chinese character takes two) and indented below the head."""
    indent = " " * _width(head)
    lines, line = [], head
    for char in text:
        if _width(line + char) > width and line.strip():
            lines.append(line)
            line = indent
        line += char
    return "\n".join([*lines, line])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Progress:
    """A bar on one line of the terminal; nothing at all where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = ""

    def show(self, done: int, total: int) -> None:
        """So many steps of the total are done."""
        percent = 100 * done // max(total, 1)
        filled = percent * _BAR_WIDTH // 100
        bar = f"[{'#' * filled}{' ' * (_BAR_WIDTH - filled)}] {percent:3d}%"
        if bar != self._shown and sys.stderr.isatty():
            self._shown = bar
            _write(sys.stderr, f"\r{bar}")

    def close(self) -> None:
        """Clear the line."""
        if self._shown:
            _write(sys.stderr, "\r\033[K")
