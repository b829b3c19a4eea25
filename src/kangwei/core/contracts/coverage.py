"""Lines of a procurement text that look binding, and whether a contract file answers for them."""

import re
from dataclasses import dataclass

from kangwei.core.contracts.schema import Contract

_NUMBER = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+)"
SIGNS = (
    ("数量或时限", re.compile(_NUMBER + r"\s*个?(?:次|小时|分钟|人|名|%|％|套|天|日内|工作日)")),
    ("比率", re.compile(r"[%％]")),
    ("书名号名称", re.compile(r"《[^》]+》")),
    ("周期", re.compile(r"每(?:日|天|周|月|季度|年|半年|次)|[日周月年]度|季度|周报|月报|年报")),
)


@dataclass(frozen=True)
class BindingLine:
    """A line (from 1) that looks binding, and what makes it look so."""

    number: int
    text: str
    sign: str


def binding_lines(text: str, first: int, last: int) -> list[BindingLine]:
    """The lines `first` to `last` that hold a figure with a unit, a name in 《》 or a rhythm."""
    found = []
    for number, line in enumerate(text.splitlines()[first - 1 : last], first):
        sign = next((name for name, pattern in SIGNS if pattern.search(line)), None)
        if sign:
            found.append(BindingLine(number, line.strip(), sign))
    return found


def unexplained_lines(contract: Contract, text: str) -> list[BindingLine]:
    """The binding-looking lines of the package that no clause cites and `ignored` does not name."""
    answered: set[int] = set()
    for clause in contract.clauses():
        for citation in clause.cite:
            answered.update(range(citation.first, citation.last + 1))
    for citation in contract.term.cite:
        answered.update(range(citation.first, citation.last + 1))
    for ignored in contract.ignored:
        answered.update(range(ignored.lines[0], ignored.lines[1] + 1))
    return [line for line in binding_lines(text, *contract.source.range) if line.number not in answered]
