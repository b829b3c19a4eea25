"""What a package says about itself: the index, the list of what is missing, the files by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from kangwei.acceptance.completeness import AcceptanceLine, Demand
from kangwei.acceptance.enums import ItemKind
from kangwei.acceptance.queries import Completeness, Latest
from kangwei.core.calendars import SHANGHAI
from kangwei.core.documents import AcceptanceIndex, IndexFile, IndexGroup, IndexLine, safe_file_name
from kangwei.core.documents.names import MAX_PART_BYTES

if TYPE_CHECKING:
    from kangwei.contracts.models import Contract
    from kangwei.documents.models import Document, DocumentVersion

PRACTICE = "（练习数据）"
TITLE = "验收资料目录"
LONGEST_ENDING = 16


@dataclass(frozen=True)
class PackedFile:
    """One document's place in a package: `folder` is "01-管理类文档/03-验收报告"."""

    folder: str
    name: str
    document: "Document"
    version: "DocumentVersion"

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


def packed_files(line: AcceptanceLine, documents: Mapping[int, Latest]) -> list[PackedFile]:
    """The latest version of every document that an item shows, each once, in the order of filing."""
    item = line.item
    group = safe_file_name(f"{item.group_no}-{item.group}")
    folder = f"{group}/{safe_file_name(f'{item.no[-2:]}-{item.name}')}"
    targets = {demand.occurrence_id: demand.target for demand in line.demands}
    shown = {row.document_id: targets.get(row.occurrence_id, "") for row in line.filed}
    return [PackedFile(folder, _file_name(*documents[pk], target), *documents[pk]) for pk, target in shown.items()]


def _file_name(document: "Document", version: "DocumentVersion", target: str) -> str:
    """The number first, so that no two files are called the same however long their titles are."""
    title = document.title if target in document.title else f"{document.title} {target}"
    marks = f"（第{version.version}版）" if version.version > 1 else ""
    marks += PRACTICE if document.practice else ""
    room = MAX_PART_BYTES - len(f"{document.number} {marks}".encode()) - LONGEST_ENDING
    shortened = title.encode()[:room].decode(errors="ignore")
    return safe_file_name(f"{document.number} {shortened}{marks}{PurePath(version.file_name).suffix}")


def index_of(
    contract: "Contract",
    found: Completeness,
    documents: Mapping[int, Latest],
    *,
    number: str,
    produced_by: str,
    now: datetime,
) -> AcceptanceIndex:
    """The frozen context of the index: every item with its files, and by name what is missing."""
    groups = [
        IndexGroup(
            lines[0].item.group_no, lines[0].item.group, tuple(_index_line(found, line, documents) for line in lines)
        )
        for lines in found.groups()
    ]
    return AcceptanceIndex(
        number=number,
        title=TITLE,
        contract_number=contract.code,
        contract_title=contract.title,
        buyer=contract.buyer.name,
        supplier=contract.supplier.name if contract.supplier else "未指定",
        term_label=f"{contract.first_day} 至 {contract.last_day}",
        produced_at=now,
        produced_by=produced_by,
        groups=tuple(groups),
        practice=contract.practice,
    )


def _index_line(found: Completeness, line: AcceptanceLine, documents: Mapping[int, Latest]) -> IndexLine:
    return IndexLine(
        number=line.item.no,
        name=line.item.name,
        owed=None if line.item.kind == ItemKind.ON_DEMAND else line.figures.owed,
        present=line.figures.present,
        late=line.figures.late,
        missing=tuple(found.demand_name(line, demand) for demand in line.missing),
        files=tuple(
            IndexFile(file.name, file.version.version, file.version.sha256) for file in packed_files(line, documents)
        ),
    )


def missing_text(contract: "Contract", found: Completeness, *, number: str, now: datetime) -> str:
    """缺失清单: what is owed and not there, by name, and how much of the term is still to come."""
    lacking = [line for line in found.lines if line.missing]
    coming = [line for line in found.lines if line.pending]
    head = [
        "验收资料缺失清单" + (PRACTICE + "，不作为佐证" if contract.practice else ""),
        f"编号：{number}",
        f"合同：{contract.title}（{contract.code}）",
        f"截至：{_moment(now)}（北京时间）",
        "",
        f"一、缺项：共 {found.totals.missing} 项",
        *_section(lacking, found),
        "",
        f"二、尚未到期：合同期内还须提交 {found.totals.pending} 项",
        *(
            f"{line.item.no} {line.item.name}：{len(line.pending)} 项，最近一项{_due(line.pending[0])}"
            for line in coming
        ),
    ]
    return "\r\n".join(head) + "\r\n"


def _section(lines: list[AcceptanceLine], found: Completeness) -> Iterator[str]:
    if not lines:
        yield "没有缺项。"
    for line in lines:
        yield f"{line.item.no} {line.item.name}：缺 {len(line.missing)} 项"
        for place, demand in enumerate(line.missing, 1):
            yield f"    {place}. {found.demand_name(line, demand)}（{_due(demand)}）"


def _due(demand: Demand) -> str:
    return f"应于 {_moment(demand.due_at)} 前"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
