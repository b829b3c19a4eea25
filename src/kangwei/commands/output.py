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


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Progress:
    """A bar on one line of the terminal; nothing at all where stderr is no terminal."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._shown = max(total, 1), 0, -1

    def advance(self, steps: int = 1) -> None:
        """So many more steps of the total are done."""
        self._done += steps
        percent = min(100, 100 * self._done // self._total)
        if percent != self._shown and sys.stderr.isatty():
            filled = percent * _BAR_WIDTH // 100
            _write(sys.stderr, f"\r[{'#' * filled}{' ' * (_BAR_WIDTH - filled)}] {percent:3d}%")
        self._shown = percent

    def close(self) -> None:
        """Clear the line."""
        if self._shown >= 0 and sys.stderr.isatty():
            _write(sys.stderr, "\r\033[K")
