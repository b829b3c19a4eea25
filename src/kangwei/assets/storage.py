"""Where ledgers lie until they are brought in, and the rows that went back.

Files are called by the number of their import; what the clerk called them is only shown.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """The folder of imports, made where it is not there yet."""
    path = Path(settings.VAR) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def ledger_path(batch_id: int) -> Path:
    """Where the ledger of an import lies, or would lie."""
    return folder() / f"{batch_id}.ledger"


def refused_path(batch_id: int) -> Path:
    """Where the workbook of the rows that went back lies, or would lie."""
    return folder() / f"{batch_id}.refused.xlsx"


def keep(path: Path, content: bytes) -> None:
    """Put the whole content in its place, or nothing."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


def stored(*, before: datetime) -> Iterator[tuple[int, Path]]:
    """Every file that was written before a moment, with the number of its import."""
    for path in folder().iterdir():
        number = path.name.lstrip(".").partition(".")[0]
        if number.isdecimal() and path.stat().st_mtime < before.timestamp():
            yield int(number), path
