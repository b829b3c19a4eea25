"""YAML as plain data together with the line of every key and item."""

import re
from typing import Any

import yaml

from kangwei.core.contracts.problems import ContractFileError, Problem

MAX_BYTES = 2_000_000
Path = tuple[str | int, ...]


class PlainLoader(yaml.SafeLoader):
    """YAML 1.2 scalars: `on` stays a word, and `09:00` is not a number in base sixty."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own protocol)


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def read_tree(text: str, file: str) -> tuple[Any, dict[Path, int]]:
    """The data of one YAML document and the line (from 1) of each path in it.

    Raises ContractFileError for text that is no YAML, is too large, repeats a key, or uses anchors: with anchors a
    small file can unfold into an endless one.
    """
    if len(text.encode()) > MAX_BYTES:
        raise ContractFileError([Problem(file, 1, "", f"文件超过 {MAX_BYTES // 1_000_000} MB")])
    try:
        for event in yaml.parse(text, Loader=PlainLoader):
            if getattr(event, "anchor", None):
                line = event.start_mark.line + 1
                raise ContractFileError([Problem(file, line, "", "不接受 YAML 锚点与别名（& 和 *）")])
        loader = PlainLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise ContractFileError([Problem(file, 1, "", "文件是空的")])
        lines: dict[Path, int] = {}
        problems: list[Problem] = []
        _walk(node, (), lines, problems, file)
        if problems:
            raise ContractFileError(problems)
        return loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, ContractFileError):
            raise
        raise ContractFileError([_syntax_problem(error, file)]) from None


def _syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Problem(file, 1, "", f"不是合格的 YAML（{str(error) or type(error).__name__}）")
    return Problem(file, mark.line + 1, "", f"不是合格的 YAML，第 {mark.column + 1} 列附近有误")


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem], file: str) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, problems, file)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = (*path, str(key.value))
            if name in lines:
                where = ".".join(str(part) for part in name)
                problems.append(Problem(file, key.start_mark.line + 1, where, f"字段重复，第 {lines[name]} 行已有"))
            lines[name] = key.start_mark.line + 1
            _walk(value, name, lines, problems, file)
