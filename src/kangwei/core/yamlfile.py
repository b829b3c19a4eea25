"""YAML files that people write: plain data with the line of everything in it, checked by a model.

tree = read_tree(text, "blood-2025-02.yaml")
contract = validated(Contract, tree)

Every fault names file, line and field, with the reason in Chinese.
"""

import difflib
import re
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

MAX_BYTES = 500_000
Path = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: file, line (from 1), field path ("" for the whole file), reason in Chinese."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or '整个文件'}：{self.reason}"


class FileError(ValueError):
    """A file that is refused whole; `problems` holds every fault found, in line order."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Tree:
    """The data of one file, and the line (from 1) of every key and item in it; the empty path is the file."""

    file: str
    data: Any
    lines: dict[Path, int]

    def problem(self, path: Path, reason: str) -> Problem:
        """A fault at a path, with the line of the deepest part of it that stands in the file."""
        place = path
        while place not in self.lines:
            place = place[:-1]
        return Problem(self.file, self.lines[place], _field(path), reason)


def read_tree(text: str, file: str) -> Tree:
    """The one YAML document in a text; `file` names it in messages.

    Scalars are those of YAML 1.2, dates stay text, keys are always text. Raises FileError for text that is no YAML,
    is empty or too large, nests without end, repeats a key, or uses anchors: with anchors a small file can unfold into
    an endless one.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise FileError(Problem(file, 1, "", f"文件超过 {MAX_BYTES // 1000} KB"))
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise FileError(Problem(file, 1, "", "文件是空的"))
        reader = _Reader(file, loader)
        data = reader.read(root, ())
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError(_syntax_problem(error, text, file)) from None
    if reader.problems:
        raise FileError(*reader.problems)
    return Tree(file, data, reader.lines)


class ModelError(FileError):
    """Data that its model refuses; `paths` are the places of the faults."""

    def __init__(self, paths: list[Path], problems: list[Problem]) -> None:
        super().__init__(*problems)
        self.paths = paths


def validated(model: type[_Model], tree: Tree) -> _Model:
    """The data as a model. Raises ModelError with every fault that the model finds."""
    try:
        return model.model_validate(tree.data)
    except ValidationError as error:
        faults = [(*_locate(model, fault["loc"]), fault) for fault in error.errors()]
        problems = [tree.problem(path, _reason(fault, known)) for path, known, fault in faults]
        raise ModelError([path for path, _, _ in faults], problems) from None


class _AnchorError(yaml.MarkedYAMLError):
    pass


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars: `on` stays a word, and `09:00` is not a number in base sixty. No anchors."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own protocol)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
        if getattr(event, "anchor", None):
            raise _AnchorError(problem_mark=event.start_mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))

# Quoted YAML can spell characters that no file holds and that databases refuse.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class _Reader:
    """Turns nodes into data, because only nodes know their line."""

    def __init__(self, file: str, loader: _Loader) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._loader = loader

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return {key.value: self._value(key, value, path) for key, value in node.value if self._is_key(key, path)}
        return self._scalar(node, path)

    def _is_key(self, key: yaml.Node, path: Path) -> bool:
        if isinstance(key, yaml.ScalarNode):
            return True
        self._refuse(key, path, "字段名应为文字")
        return False

    def _value(self, key: yaml.Node, value: yaml.Node, path: Path) -> Any:
        name = (*path, key.value)
        if name in self.lines:
            self._refuse(key, name, f"字段重复，第 {self.lines[name]} 行已有")
        self.lines[name] = key.start_mark.line + 1
        return self.read(value, name)

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        if _UNPRINTABLE.search(node.value):
            self._refuse(node, path, "含有控制字符")
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._refuse(node, path, "这个值读不懂")

    def _refuse(self, node: yaml.Node, path: Path, reason: str) -> None:
        self.problems.append(Problem(self._file, node.start_mark.line + 1, _field(path), reason))


def _syntax_problem(error: Exception, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(file, text.count("\n", 0, error.position) + 1, "", "不是合格的 YAML：含有控制字符")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Problem(file, 1, "", "不是合格的 YAML：嵌套过深")
    if isinstance(error, _AnchorError):
        return Problem(file, mark.line + 1, "", "不接受 YAML 锚点与别名（& 和 *）")
    reason = f"不是合格的 YAML，第 {mark.column + 1} 列附近有误；以 > % @ * & 等符号开头的值要加引号"
    return Problem(file, mark.line + 1, "", reason)


def _field(path: Path) -> str:
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else part for part in path)


def _locate(model: type[BaseModel], loc: Path) -> tuple[Path, list[str]]:
    """A pydantic location as a path of the file, and the fields known where its last part stands."""
    path: Path = ()
    models, known = [model], []
    for part in loc:
        if len(models) > 1:
            # pydantic names the chosen member of a union before it goes on, by the key that tells them apart.
            models = [member for member in models if part in member.model_fields]
        elif part != "[key]":
            path = (*path, part)
            known = [name for member in models for name in member.model_fields]
            if part in known:
                models = _models_in(models[0].model_fields[str(part)].annotation)
    return path, known


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models_in(inner)]


_REASONS = {
    "missing": "缺少这个字段",
    "string_type": "应为文字（数字与 true、false 要加引号）",
    "string_pattern_mismatch": "只能用小写英文字母、数字，中间可用 -（检查项的 key 用 _）",
    "string_too_short": "不能为空",
    "too_short": "至少要有一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "应为整数",
    "int_from_float": "应为整数",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "finite_number": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期，例如 2026-01-31",
    "date_parsing": "应为日期，例如 2026-01-31",
    "date_from_datetime_parsing": "应为日期，例如 2026-01-31",
    "date_from_datetime_inexact": "应为日期，例如 2026-01-31",
    "tuple_type": "应为列表",
    "dict_type": "应为若干「字段: 值」",
    "model_type": "应为若干「字段: 值」",
    "dataclass_type": "应为若干「字段: 值」",
    "greater_than": "应 > {gt}",
    "greater_than_equal": "应 ≥ {ge}",
    "less_than": "应 < {lt}",
    "less_than_equal": "应 ≤ {le}",
    "string_too_long": "不能超过 {max_length} 个字",
    "value_error": "{error}",
}


def _reason(fault: ErrorDetails, known: list[str]) -> str:
    kind, context, given = fault["type"], fault.get("ctx", {}), fault["input"]
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        return f"没有这个字段，{f'是否想写「{near[0]}」' if near else '请核对拼写'}"
    if given is None:
        return "不能为空"
    if kind == "literal_error":
        reason = f"应为 {context['expected']}".replace(", ", "、").replace(" or ", " 或 ")
    else:
        reason = _REASONS[kind].format(**context) if kind in _REASONS else fault["msg"]
    shown = str(given).lower() if isinstance(given, bool) else str(given)[:40]
    if isinstance(given, str | int | float) and shown and f"「{shown}」" not in reason:
        reason += f"，写的是「{shown}」"
    return reason
