"""Thresholds such as `> 90`: parsing them and holding a measured value against them."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Scalar = float | int | str | bool

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
_EQUALITY = {"=", "!="}
_FORM = re.compile(r"\s*(>=|<=|!=|>|<|=)\s*(.*?)\s*")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")


class KindError(TypeError):
    """A value is of another kind than the threshold's bound; the text, in Chinese, names both kinds."""


@dataclass(frozen=True)
class Threshold:
    """A condition on a measured value; a value that meets it is bad."""

    op: str
    bound: Scalar

    @property
    def label(self) -> str:
        """As screen and sheet print it: `> 90`, `= 否`."""
        return f"{self.op} {'是' if self.bound else '否'}" if isinstance(self.bound, bool) else str(self)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `> 90`, `<= 0.5`, `= false` or `!= "primary"`; ValueError, in Chinese, for anything else."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise ValueError(f"阈值 {text} 应以 > >= < <= = != 之一开头")
        op, bound = form[1], _bound(form[2])
        if op not in _EQUALITY and kind_of(bound) != "数":
            raise ValueError(f"阈值 {text} 用 {op} 比较，后面应为数")
        return cls(op, bound)

    def met_by(self, value: Scalar) -> bool:
        """Whether `value` meets the condition. Raises KindError for, say, a text held against a number."""
        if kind_of(value) != kind_of(self.bound):
            raise KindError(f"测得的是{kind_of(value)}，阈值要求的是{kind_of(self.bound)}")
        return _OPERATORS[self.op](value, self.bound)

    def stricter_than(self, other: Self) -> bool:
        """Whether this can stand as the critical threshold beside `other` as the warning.

        Both must be of one kind and differ; two limits must point the same way, this one further out.
        """
        if kind_of(self.bound) != kind_of(other.bound) or self == other:
            return False
        if self.op in _EQUALITY or other.op in _EQUALITY:
            return True
        outwards = operator.gt if self.op[0] == ">" else operator.lt
        return self.op[0] == other.op[0] and outwards(self.bound, other.bound)

    def __str__(self) -> str:
        match self.bound:
            case bool():
                return f"{self.op} {str(self.bound).lower()}"
            case str():
                return f"{self.op} " + (f"'{self.bound}'" if '"' in self.bound else f'"{self.bound}"')
        return f"{self.op} {self.bound}"


def kind_of(value: Scalar) -> str:
    """数, 是否 or 文字: only values of one kind can be compared, and Python's True == 1 must not count."""
    if isinstance(value, bool):
        return "是否"
    return "文字" if isinstance(value, str) else "数"


def _bound(text: str) -> Scalar:
    if text in {"true", "false"}:
        return text == "true"
    if _TEXT.fullmatch(text):
        return text[1:-1]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    raise ValueError(f"阈值里的 {text or '（空）'} 应为数、true、false 或带引号的文字")
