"""Lines of a procurement text that look binding, and whether a contract file answers for them."""

import io
import re
from dataclasses import dataclass

from kangwei.core.contracts.schema import Contract

_NUMBER = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+)"
_UNIT = r"(?:个月|个?(?:次|小时|分钟|人|名|套|台|家|天|日内|工作日|周))"
# 3年 is a length, 2026年 and 二〇二六年 are dates.
_YEARS = r"(?<![\d〇零一二三四五六七八九十])(?:\d{1,3}|[一二两三四五六七八九十]+)\s*年"
SIGNS = (
    ("数量或时限", re.compile(rf"{_NUMBER}\s*{_UNIT}|{_YEARS}|\d\s*分")),
    ("比率", re.compile(r"[%％]")),
    ("界限", re.compile(r"[<>≤≥＜＞]|至少|不[少低多高超][于过]")),
    ("书名号名称", re.compile(r"《[^》]+》")),
    ("周期", re.compile(r"每(?:日|天|周|月|季度|年|半年|次)|[日周月年]度|季度|周报|月报|年报")),
)


@dataclass(frozen=True)
class BindingLine:
    """A line (from 1) that looks binding, and what makes it look so."""

    number: int
    text: str
    sign: str


def text_lines(text: str) -> list[str]:
    """The lines of a procurement text as editors count them: a form feed or U+2028 ends none."""
    return [line.rstrip("\n") for line in io.StringIO(text, newline=None)]


def binding_lines(text: str, first: int, last: int) -> list[BindingLine]:
    """The lines `first` to `last` that hold a figure with a unit, a limit, a name in 《》 or a rhythm."""
    found = []
    for number, line in enumerate(text_lines(text)[first - 1 : last], first):
        sign = next((name for name, pattern in SIGNS if pattern.search(line)), None)
        if sign:
            found.append(BindingLine(number, line.strip(), sign))
    return found


def unexplained_lines(contract: Contract, text: str) -> list[BindingLine]:
    """The binding-looking lines of the package that no clause cites and `ignored` does not name."""
    citations = [*contract.term.cite, *(citation for clause in contract.clauses() for citation in clause.cite)]
    spans = [(citation.first, citation.last) for citation in citations]
    spans += [ignored.lines for ignored in contract.ignored]
    answered = {number for first, last in spans for number in range(first, last + 1)}
    return [line for line in binding_lines(text, *contract.source.range) if line.number not in answered]
