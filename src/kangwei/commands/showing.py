"""`kangwei contract show`: a loaded contract in print, section by section, each clause with its lines."""

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kangwei.commands.lookup import contract_named
from kangwei.commands.output import say, wrapped
from kangwei.contracts import queries
from kangwei.core.contracts import SECTIONS, TABS, section_table

if TYPE_CHECKING:
    from kangwei.contracts.models import Clause, Contract

WIDEST = 100


def show(code: str, *, tab: str) -> int:
    """Print the contract, or only one tab of its page; ActionError where there is no such contract."""
    contract = contract_named(code)
    sections = queries.clauses_by_section(contract)
    width = min(shutil.get_terminal_size().columns, WIDEST)
    if not tab:
        _head(contract)
    shown = [section for name, (_, parts) in TABS.items() if tab in ("", name) for section in parts]
    for section in shown:
        if section in sections:
            _section(section, sections[section], width)
    say()
    say(f"{contract.code} 共列出 {sum(len(sections.get(section, ())) for section in shown)} 条。")
    return 0


def _head(contract: "Contract") -> None:
    package = f"（第 {contract.package} 包）" if contract.package else ""
    assumed = "（起始日为假定）" if contract.term_assumed else ""
    source = queries.contract_data(contract).source
    say(f"{contract.code} {contract.title}{package}")
    say(f"甲方 {contract.buyer}    乙方 {contract.supplier or '未指定'}")
    say(f"合同期 {contract.first_day} 至 {contract.last_day}{assumed}")
    say(f"采购文本 {source.file} 第 {source.range[0]}-{source.range[1]} 行；条款末尾 [ ] 内为出处行号")


def _section(section: str, clauses: Sequence["Clause"], width: int) -> None:
    say()
    say(f"{SECTIONS[section]}（{len(clauses)}）")
    table = section_table(section, [clause.data for clause in clauses])
    for number, (clause, cells) in enumerate(zip(clauses, table.rows, strict=True), 1):
        title = "  ".join(cell for column, cell in zip(table.columns, cells, strict=True) if column.main and cell)
        lines = ", ".join(cite.rpartition(":")[2] for cite in clause.cite.split("; "))
        say(wrapped(f"{number:>4}. ", f"{title}  [{lines}]", width))
        for column, cell in zip(table.columns, cells, strict=True):
            if cell and not column.main:
                say(wrapped(f"      {column.label} ", cell, width))
