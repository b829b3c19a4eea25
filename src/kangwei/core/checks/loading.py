"""Reading inspection templates from YAML; every fault is named with file, line and field, in Chinese."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kangwei.core.checks.template import Template

_Path = tuple[str | int, ...]

# pydantic's error types that a template can raise, in the user's words.
_REASONS = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段，请核对拼写",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "tuple_type": "应为列表",
    "string_pattern_mismatch": "只能用小写英文字母、数字，名称里可用 -，检查项里可用 _",
    "too_short": "至少要有一项",
    "model_type": "应为若干“字段: 值”",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: file, line (from 1), field path ("" for the whole file), reason in Chinese."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or '整个文件'}：{self.reason}"


class TemplateError(ValueError):
    """A template file that is refused whole; `problems` holds every fault found, in line order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def bundled_templates() -> dict[str, Template]:
    """The templates that come with Kangwei, by name."""
    folder = resources.files("kangwei") / "library" / "inspections"
    templates = [load_template(file) for file in folder.iterdir() if file.name.endswith(".yaml")]
    return {template.name: template for template in sorted(templates, key=lambda template: template.name)}


def load_template(path: Traversable) -> Template:
    """Read and check one file, which must be called as the template in it, with `.yaml`.

    Raises TemplateError for whatever is wrong with the content, OSError when the file cannot be read.
    """
    data, lines = _read(path)
    try:
        template = Template.model_validate(data)
    except ValidationError as error:
        problems = [_problem(path.name, fault, lines) for fault in error.errors()]
        raise TemplateError(problems) from None
    if path.name != f"{template.name}.yaml":
        reason = f"应与文件名相同，而不是 {template.name}"
        raise TemplateError([Problem(path.name, lines["name",], "name", reason)])
    return template


def _read(path: Traversable) -> tuple[object, dict[_Path, int]]:
    """The content, every scalar as text, and the line of each field and item in it."""
    try:
        text = path.read_bytes().decode()
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        if root is None:
            raise TemplateError([Problem(path.name, 1, "", "文件是空的")])
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            # With anchors a small file can unfold into an endless one.
            if getattr(event, "anchor", None):
                line = _line(event.start_mark)
                raise TemplateError([Problem(path.name, line, "", "不接受 YAML 锚点与别名（& 和 *）")])
        lines: dict[_Path, int] = {}
        problems: list[Problem] = []
        data = _walk(root, (), lines, lambda *fault: problems.append(Problem(path.name, *fault)))
    except UnicodeDecodeError:
        raise TemplateError([Problem(path.name, 1, "", "不是 UTF-8 编码")]) from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = '不是合格的 YAML；阈值要加引号，例如 "> 90"'
        line = _line(getattr(error, "problem_mark", None))
        raise TemplateError([Problem(path.name, line, "", reason)]) from None
    if problems:
        raise TemplateError(problems)
    return data, lines


def _walk(node: yaml.Node, path: _Path, lines: dict[_Path, int], refuse: Callable[[int, str, str], None]) -> object:
    lines.setdefault(path, _line(node.start_mark))
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*path, index), lines, refuse) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    data: dict[str, object] = {}
    for key, value in node.value:
        name = str(key.value)
        field = (*path, name)
        line = _line(key.start_mark)
        if field in lines:
            refuse(line, _field(field), f"字段重复，第 {lines[field]} 行已有")
        lines[field] = line
        data[name] = _walk(value, field, lines, refuse)
    return data


def _line(mark: object) -> int:
    """Line from 1; PyYAML has two classes of mark and for some errors none."""
    return int(getattr(mark, "line", 0)) + 1


def _problem(file: str, fault: ErrorDetails, lines: dict[_Path, int]) -> Problem:
    place = fault["loc"]
    # A missing field has no line of its own; the mapping that lacks it has.
    while place not in lines:
        place = place[:-1]
    return Problem(file, lines[place], _field(fault["loc"]), _reason(fault))


def _field(path: _Path) -> str:
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else part for part in path)


def _reason(fault: ErrorDetails) -> str:
    match fault["type"]:
        case "value_error":
            return str(fault["ctx"]["error"])
        case "literal_error":
            return f"应为 {fault['ctx']['expected']}"
    return _REASONS[fault["type"]]
