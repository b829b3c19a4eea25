"""A contract file's text → a checked Contract, or every fault in it at once."""

import difflib
import hashlib
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from kangwei.core.calendars import StatutoryCalendar
from kangwei.core.contracts.checking import check
from kangwei.core.contracts.problems import ContractFileError, Problem
from kangwei.core.contracts.schema import Contract
from kangwei.core.contracts.yamltree import Path, read_tree

MESSAGES = {
    "missing": "缺少必填字段",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期，例如 2026-01-01",
    "date_parsing": "应为日期，例如 2026-01-01",
    "date_from_datetime_parsing": "应为日期，例如 2026-01-01",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "dict_type": "应为若干「名称: 内容」",
    "model_type": "应为若干「字段: 内容」",
    "model_attributes_type": "应为若干「字段: 内容」",
}


@dataclass(frozen=True)
class LoadedContract:
    """A checked contract with the text it came from and the text's SHA-256."""

    contract: Contract
    text: str
    sha256: str


def load_contract(text: str, *, file: str, calendar: StatutoryCalendar, source_text: str | None = None) -> LoadedContract:
    """Check a contract file whole.

    `file` names it in messages; `source_text` is the procurement text where it is at hand, so that the citations can
    be held against it. Raises ContractFileError with every fault: unknown keys, wrong durations, service levels that
    tie, citations past the end of the text, cadences that never fall inside the term.
    """
    data, lines = read_tree(text, file)
    if not isinstance(data, dict):
        raise ContractFileError([Problem(file, 1, "", "文件应由「字段: 内容」组成")])
    try:
        contract = Contract.model_validate(data)
    except ValidationError as error:
        raise ContractFileError([_problem(item, lines, file) for item in error.errors()]) from None
    faults = check(contract, calendar, source_text)
    if faults:
        raise ContractFileError([Problem(file, *_place(path, lines), reason) for path, reason in faults])
    return LoadedContract(contract, text, hashlib.sha256(text.encode()).hexdigest())


def _place(path: Path, lines: dict[Path, int]) -> tuple[int, str]:
    """Line and dotted name of the deepest part of a path that stands in the file."""
    known: Path = ()
    for part in path:
        if (*known, part) in lines:
            known = (*known, part)
    return lines.get(known, 1), ".".join(str(part + 1 if isinstance(part, int) else part) for part in known)


def _problem(error: Any, lines: dict[Path, int], file: str) -> Problem:
    line, field = _place(tuple(error["loc"]), lines)
    last = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "missing":
        return Problem(file, line, f"{field}.{last}".lstrip("."), MESSAGES["missing"])
    return Problem(file, line, field, _reason(error, last))


def _reason(error: Any, last: str) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    given = error.get("input")
    shown = f"，写的是「{given}」" if isinstance(given, str | int | float | bool) else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(last, _field_names(), n=1)
        return f"不认识的字段「{last}」" + (f"，是否想写「{near[0]}」" if near else "")
    if kind == "literal_error":
        return f"应为 {context.get('expected', '').replace(' or ', ' 或 ')} 之一{shown}"
    if kind in ("value_error", "assertion_error"):
        return f"{context.get('error', error['msg'])}{shown}"
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        sign = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}[kind]
        limit = next(iter(context.values()))
        return f"应 {sign} {limit}{shown}"
    if kind == "string_pattern_mismatch":
        return f"格式不对，应合于 {context.get('pattern')}{shown}"
    if kind == "string_too_long":
        return f"超过 {context.get('max_length')} 个字"
    return MESSAGES.get(kind, error["msg"]) + shown


def _field_names() -> list[str]:
    names: set[str] = set()
    waiting: list[type[BaseModel]] = [Contract]
    seen: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        seen.add(model)
        for name, field in model.model_fields.items():
            names.add(name)
            waiting += [kind for kind in _models_in(field.annotation) if kind not in seen]
    return sorted(names)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models_in(inner)]
