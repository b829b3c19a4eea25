"""Bringing a ledger in: upload, columns, preview, confirmation, and the rows in chunks."""

from kangwei.assets.actions.imports.batches import (
    JOB_KIND,
    choose_sheet,
    confirm_import,
    discard_upload,
    map_columns,
    upload_ledger,
)
from kangwei.assets.actions.imports.keeping import sweep_imports
from kangwei.assets.actions.imports.preview import Preview, PreviewRow, preview_import, preview_refused
from kangwei.assets.actions.imports.running import run_import
from kangwei.assets.actions.imports.tables import Suggestion, ledger_columns, suggest_columns

__all__ = [
    "JOB_KIND",
    "Preview",
    "PreviewRow",
    "Suggestion",
    "choose_sheet",
    "confirm_import",
    "discard_upload",
    "ledger_columns",
    "map_columns",
    "preview_import",
    "preview_refused",
    "run_import",
    "suggest_columns",
    "sweep_imports",
    "upload_ledger",
]
