"""Which names mean the same document, so that one template serves several contracts.

The file that says so:

    kangwei: document-names/1
    documents:
      - name: 运维总结报告            # what the document is called here
        names: [年度运维总结]         # what else contracts call it

A name that stands nowhere in it is a document of its own.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from kangwei.core.yamlfile import FileError, Path, Problem, Tree, read_tree, validated

_DECORATION = re.compile(r"[《》〈〉\s]")


class DocumentNamesError(FileError):
    """A file of names that is refused whole; `problems` holds every fault found, in line order."""


def normalised(name: str) -> str:
    """A name without what does not tell documents apart: 《》, blanks, full-width letters, digits and signs."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", name))


def _readable(name: str) -> str:
    if not normalised(name):
        raise ValueError("除书名号与空格外没有文字")
    return name


_Text = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
_Name = Annotated[str, _Text, AfterValidator(_readable)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DocumentGroup(_Part):
    """One document: what it is called here, and the other names that contracts give it."""

    name: _Name
    names: tuple[_Name, ...] = Field(min_length=1)

    def all_names(self) -> tuple[str, ...]:
        """Every name of the document, its own first."""
        return self.name, *self.names


class _File(_Part):
    kangwei: Literal["document-names/1"]
    documents: tuple[DocumentGroup, ...] = Field(min_length=1)


@dataclass(frozen=True)
class DocumentGroups:
    """The documents that go by several names; `by_name` finds one by any of them, normalised."""

    groups: tuple[DocumentGroup, ...]
    by_name: dict[str, DocumentGroup]

    def of(self, names: Sequence[str]) -> DocumentGroup | None:
        """The document that the first of these names belongs to which belongs to any."""
        return next((group for name in names if (group := self.by_name.get(normalised(name)))), None)


@cache
def bundled_groups() -> DocumentGroups:
    """The names that come with Kangwei."""
    return load_groups(resources.files("kangwei") / "library" / "documents" / "names.yaml")


def load_groups(path: Traversable) -> DocumentGroups:
    """Read and check one file.

    Raises DocumentNamesError for whatever is wrong with the content, OSError when the file cannot be read.
    """
    try:
        tree = read_tree(path.read_bytes().decode(), path.name)
        groups = validated(_File, tree).documents
    except UnicodeDecodeError:
        raise DocumentNamesError(Problem(path.name, 1, "", "不是 UTF-8 编码")) from None
    except FileError as error:
        raise DocumentNamesError(*error.problems) from None
    if faults := list(_repeated(groups, tree)):
        raise DocumentNamesError(*faults)
    by_name = {normalised(name): group for group in groups for name in group.all_names()}
    return DocumentGroups(groups, by_name)


def _repeated(groups: Sequence[DocumentGroup], tree: Tree) -> Iterator[Problem]:
    """Names that stand twice: a name means one document only."""
    seen: dict[str, Path] = {}
    for path, name in _located(groups):
        first = seen.setdefault(normalised(name), path)
        if first != path:
            reason = f"第 {tree.lines[first]} 行的「{groups[int(first[1])].name}」中已有，一个名称只能属于一种文档"
            yield tree.problem(path, f"名称「{name}」在{reason}")


def _located(groups: Sequence[DocumentGroup]) -> Iterator[tuple[Path, str]]:
    for index, group in enumerate(groups):
        yield ("documents", index, "name"), group.name
        for nth, name in enumerate(group.names):
            yield ("documents", index, "names", nth), name
