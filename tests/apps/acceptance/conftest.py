"""A contract whose acceptance list has every kind of item, and a way to file documents for it."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from tests.factories.contracts import SOURCE, load_small

DUTIES = [
    {
        "id": "db-inspection", "name": "数据库月度巡检", "activity": "inspection", "per": "database",
        "cadence": {"every": "month"}, "produces": ["数据库巡检报告"], "cite": f"{SOURCE}:20-21",
    },
    {
        "id": "training", "name": "半年培训", "activity": "training", "cadence": {"every": "half-year"},
        "produces": ["培训方案", "培训签到表"], "cite": f"{SOURCE}:25",
    },
    {
        "id": "incident-report", "name": "故障分析", "activity": "report", "cadence": {"on": "incident"},
        "produces": ["故障分析报告"], "cite": f"{SOURCE}:27",
    },
]  # fmt: skip
DELIVERABLES = [
    {"name": "数据库巡检报告", "aliases": ["巡检单"], "group": "运维过程文档", "cite": f"{SOURCE}:30"},
    {"name": "培训方案", "group": "运维过程文档", "cite": f"{SOURCE}:31"},
    {"name": "培训签到表", "group": "运维过程文档", "cite": f"{SOURCE}:32"},
    {"name": "故障分析报告", "group": "运维过程文档", "cite": f"{SOURCE}:33"},
    {"name": "系统运行维护手册", "group": "运维成果文档", "cite": f"{SOURCE}:34"},
]
ACCEPTANCE = {
    "documents": [
        {"name": "项目合同", "group": "管理类文档", "cite": f"{SOURCE}:40"},
        {"name": "数据库月度巡检单", "of": "数据库巡检报告", "group": "运维过程文档", "cite": f"{SOURCE}:41"},
        {"name": "培训方案", "group": "运维过程文档", "cite": f"{SOURCE}:42"},
        {"name": "培训签到表", "group": "运维过程文档", "cite": f"{SOURCE}:43"},
        {"name": "故障分析报告", "group": "运维过程文档", "cite": f"{SOURCE}:44"},
        {"name": "运维手册", "of": "系统运行维护手册", "cite": f"{SOURCE}:45"},
    ],
    "steps": [{"name": "组织验收会", "cite": f"{SOURCE}:50"}],
}


@pytest.fixture(autouse=True)
def own_packages(settings, tmp_path) -> None:
    """Packages of a test lie in a folder of its own."""
    settings.VAR = tmp_path / "var"


@pytest.fixture
def make_contract(db, now) -> Callable:
    """`make_contract(id="other", practice=True)`: the contract of this folder's tests, held by 试验乙方公司."""

    def make(**changes):
        parts = {"duties": DUTIES, "deliverables": DELIVERABLES, "acceptance": ACCEPTANCE}
        return load_small(now, **(parts | changes))

    return make


@pytest.fixture
def contract(make_contract):
    return make_contract()


@pytest.fixture
def file_document(now) -> Callable:
    """`file_document(contract, "培训方案", occurrence)` archives a file under that name and records it as evidence."""
    from kangwei.base.audit import System
    from kangwei.contracts.actions import upload_evidence

    def file(contract, name: str, occurrence=None, *, at: datetime = now, text: str = ""):
        return upload_evidence(
            contract=contract, occurrence=occurrence, deliverable=name, file_name=f"{name}.txt",
            content=(text or f"{name} {occurrence or ''}").encode(), note="", actor=System("测试"), now=at,
        )  # fmt: skip

    return file


@pytest.fixture
def occurrence_of() -> Callable:
    """`occurrence_of(contract, "training", "2026年上半年")`."""

    def find(contract, duty: str, label: str, target: str = ""):
        return contract.occurrences.get(clause__key=f"duty:{duty}", label=label, target=target)

    return find


@pytest.fixture
def run_jobs(now) -> Iterator[Callable]:
    """`run_jobs()` does what the worker would do now; returns how many jobs that were."""
    from kangwei.base import jobs

    yield lambda at=now: sum(jobs.run(job, now=at) for job in jobs.due(at))
