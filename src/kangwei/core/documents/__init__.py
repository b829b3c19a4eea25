"""Documents from frozen contexts, and the acceptance package that holds them.

A context is a frozen dataclass that the caller fills; nothing here looks anything up or knows the time. Kept beside
its document as `to_json`, it lets every number be traced to the records it came from.
"""

from kangwei.core.documents.acceptance_index import AcceptanceIndex, IndexFile, IndexGroup, IndexLine, render_xlsx
from kangwei.core.documents.inspection_sheet import InspectionSheet, ResultRow, SheetFinding
from kangwei.core.documents.kinds import render_docx, to_json
from kangwei.core.documents.names import safe_file_name
from kangwei.core.documents.package import PackageEntry, PackageError, PackageSummary, write_package
from kangwei.core.documents.package_check import PackageProblem, PackageReport, verify_package
from kangwei.core.documents.stock_take_sheet import StockTakeLine, StockTakeSheet

__all__ = [
    "AcceptanceIndex",
    "IndexFile",
    "IndexGroup",
    "IndexLine",
    "InspectionSheet",
    "PackageEntry",
    "PackageError",
    "PackageProblem",
    "PackageReport",
    "PackageSummary",
    "ResultRow",
    "SheetFinding",
    "StockTakeLine",
    "StockTakeSheet",
    "render_docx",
    "render_xlsx",
    "safe_file_name",
    "to_json",
    "verify_package",
    "write_package",
]
