"""State changes of assets, one function each."""

from kangwei.assets.actions.accesses import Application, make_admission_form, review_accounts
from kangwei.assets.actions.archiving import add_signed_version
from kangwei.assets.actions.assigning import assign_maintainer
from kangwei.assets.actions.certificates import read_certificate, renew_many, tell_expiries
from kangwei.assets.actions.configurations import (
    ChangeFacts,
    make_change_sheet,
    make_configuration_report,
    save_configuration,
)
from kangwei.assets.actions.imports import (
    Preview,
    Suggestion,
    choose_sheet,
    confirm_import,
    discard_upload,
    ledger_columns,
    map_columns,
    preview_import,
    preview_refused,
    run_import,
    suggest_columns,
    sweep_imports,
    upload_ledger,
)
from kangwei.assets.actions.lives import (
    lend,
    operate,
    return_from_repair,
    scrap,
    send_to_repair,
    take_back,
)
from kangwei.assets.actions.registering import edit, move, register
from kangwei.assets.actions.relating import relate, unrelate
from kangwei.assets.actions.stocktakes import (
    annotate_count,
    close_stocktake,
    count_asset,
    count_lines,
    drop_stocktake,
    open_stocktake,
    withdraw_count,
)
from kangwei.assets.actions.systems import (
    MatchResult,
    NamedSystem,
    assign_supplier,
    drop_interface,
    match_systems,
    save_interface,
)

__all__ = [
    "Application",
    "ChangeFacts",
    "MatchResult",
    "NamedSystem",
    "Preview",
    "Suggestion",
    "add_signed_version",
    "annotate_count",
    "assign_maintainer",
    "assign_supplier",
    "choose_sheet",
    "close_stocktake",
    "confirm_import",
    "count_asset",
    "count_lines",
    "discard_upload",
    "drop_interface",
    "drop_stocktake",
    "edit",
    "ledger_columns",
    "lend",
    "make_admission_form",
    "make_change_sheet",
    "make_configuration_report",
    "map_columns",
    "match_systems",
    "move",
    "open_stocktake",
    "operate",
    "preview_import",
    "preview_refused",
    "read_certificate",
    "register",
    "relate",
    "renew_many",
    "return_from_repair",
    "review_accounts",
    "run_import",
    "save_configuration",
    "save_interface",
    "scrap",
    "send_to_repair",
    "suggest_columns",
    "sweep_imports",
    "take_back",
    "tell_expiries",
    "unrelate",
    "upload_ledger",
    "withdraw_count",
]
