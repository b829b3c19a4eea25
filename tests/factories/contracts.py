"""A contract file of a few lines, whole enough for every app: inspections, a report, an acceptance list."""

from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import yaml
from django.apps import apps
from django.db import connection
from django.db.models import Model

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kangwei.contracts.models import Contract

SOURCE = "small-2026.txt"
_laid_down: dict[tuple[Any, ...], tuple[str, dict[type[Model], list[Any]]]] = {}
DATABASES = ("业务库甲", "业务库乙", "业务库丙")

_SMALL: dict[str, Any] = {
    "kangwei": "contract/1",
    "id": "small-2026",
    "title": "小型运维合同",
    "package": "第9包",
    "buyer": "试验甲方中心",
    "source": {"file": SOURCE, "sha256": "0" * 64, "lines": 80, "range": "1-80"},
    "term": {"start": date(2026, 1, 1), "months": 12, "cite": f"{SOURCE}:5"},
    "targets": {
        "database": {
            "name": "业务系统数据库", "unit": "套", "members": list(DATABASES), "cite": f"{SOURCE}:10-12",
        },
    },
    "duties": [
        {
            "id": "db-inspection", "name": "数据库月度巡检", "activity": "inspection", "per": "database",
            "cadence": {"every": "month"}, "produces": ["数据库巡检报告"], "cite": f"{SOURCE}:20-21",
        },
        {
            "id": "service-report", "name": "季度服务报告", "activity": "report",
            "cadence": {"every": "quarter"}, "produces": ["季度运维服务报告"], "cite": f"{SOURCE}:25",
        },
    ],
    "deliverables": [
        {"name": "数据库巡检报告", "group": "运维过程文档", "cite": f"{SOURCE}:30"},
        {"name": "季度运维服务报告", "group": "运维过程文档", "cite": f"{SOURCE}:31"},
        {"name": "系统运行维护手册", "group": "运维成果文档", "cite": f"{SOURCE}:32"},
    ],
    "acceptance": {
        "documents": [
            {"name": "数据库巡检报告", "group": "运维过程文档", "cite": f"{SOURCE}:40"},
            {"name": "季度运维服务报告", "group": "运维过程文档", "cite": f"{SOURCE}:41"},
            {"name": "系统运行维护手册", "group": "运维成果文档", "cite": f"{SOURCE}:42"},
        ],
        "steps": [{"name": "组织验收会", "cite": f"{SOURCE}:45"}],
    },
}  # fmt: skip


def small_contract_text(**changes: Any) -> str:
    """A valid contract file for the year 2026; each keyword replaces one top-level field (`id="other-2026"`).

    It owes a monthly inspection of three named databases, a quarterly report, and three documents at
    acceptance.
    """
    return str(yaml.safe_dump(_SMALL | changes, allow_unicode=True, sort_keys=False))


def load_small(now: datetime, *, supplier: str = "试验乙方公司", practice: bool = False, **changes: Any) -> "Contract":
    """Load that file as `contracts.actions` does, with the supplier that holds it.

    Into a database that holds nothing yet the same file is loaded once a run: what the action wrote then is laid there
    again, row by row. Most tests of the desk begin so, and the load took most of their time.
    """
    from kangwei.contracts.models import Contract

    untouched = connection.in_atomic_block and not _written()
    key = (repr(changes), now, supplier, practice)
    if untouched and key in _laid_down:
        code, rows = _laid_down[key]
        for model, found in rows.items():
            model._base_manager.bulk_create([copy(row) for row in found])
        return Contract.objects.select_related("buyer", "supplier").get(code=code)
    filled = {model for model in apps.get_models(include_auto_created=True) if untouched and _rows(model).exists()}
    contract = _loaded(small_contract_text(**changes), now, supplier, practice)
    if untouched:
        models = [model for model in apps.get_models(include_auto_created=True) if model not in filled]
        found = {model: list(_rows(model)) for model in models}
        _laid_down[key] = contract.code, {model: rows for model, rows in found.items() if rows}
    return contract


def _rows(model: type[Model]) -> "QuerySet[Any]":
    return model._base_manager.all()


def _written() -> bool:
    """Whether any action has written to the database, or a test has made what a contract needs by itself."""
    from kangwei.accounts.models import Party
    from kangwei.base.models import AuditHead

    return AuditHead.objects.exists() or Party.objects.exists()


def _loaded(text: str, now: datetime, supplier: str, practice: bool) -> "Contract":
    from kangwei.base.audit import System
    from kangwei.contracts.actions import load_contract_file
    from kangwei.core.calendars import bundled_calendar

    return load_contract_file(
        text=text, file="small-2026.yaml", calendar=bundled_calendar(), actor=System("测试"), now=now,
        supplier=supplier, practice=practice,
    ).contract  # fmt: skip
