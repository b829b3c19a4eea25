"""`kangwei contract check`: a contract file by itself, or against its procurement text. Needs no database."""

from collections import Counter
from pathlib import Path

from kangwei.commands.files import read_text
from kangwei.commands.output import say, table
from kangwei.contracts.planning import planned_occurrences
from kangwei.core.calendars import bundled_calendar
from kangwei.core.contracts import SECTIONS, load_contract, unexplained_lines
from kangwei.core.contracts.schema import Contract


def check(path: Path, *, against: Path | None) -> int:
    """0 where the file is sound and, given its text, answers for every line that looks binding.

    ContractFileError with every fault of the file.
    """
    source = read_text(against) if against else None
    contract = load_contract(read_text(path), file=path.name, calendar=bundled_calendar(), source_text=source).contract
    unexplained = unexplained_lines(contract, source) if source is not None else []
    for line in unexplained:
        say(f"{contract.source.file}:{line.number}: {line.sign}：{line.text}")
    _summarise(contract)
    if unexplained:
        say(f"{path.name} 不完整：采购文本有 {len(unexplained)} 行看似有约束力，没有条款引用，也没有列入 ignored。")
        return 1
    searched = f"，{contract.source.file} 中看似有约束力的行均已引用或列入 ignored" if source is not None else ""
    say(f"{path.name} 合格{searched}。")
    return 0


def _summarise(contract: Contract) -> None:
    counts = Counter(clause.section for clause in contract.clauses())
    say(table(["条款", "条数"], [[label, str(counts[name])] for name, label in SECTIONS.items() if counts[name]]))
    term = contract.term.as_term()
    planned = planned_occurrences(contract, term, bundled_calendar())
    say(f"合同期 {term.first} 至 {term.last}，应履行项 {len(planned)} 个")
