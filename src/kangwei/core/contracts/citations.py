"""Where a clause stands in the procurement text."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Citation(BaseModel):
    """Lines `first` to `last` of a procurement text, counted from 1, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: str
    first: int
    last: int

    def __str__(self) -> str:
        lines = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.file}:{lines}"


CITATION = re.compile(r"(?P<file>[^:\s]+):(?P<first>[1-9]\d*)(?:-(?P<last>[1-9]\d*))?")


def parse_citation(text: str) -> Citation:
    """`blood-2025.txt:345-347` as a Citation; ValueError (Chinese) where it is not of that form."""
    match = CITATION.fullmatch(text.strip())
    if match is None:
        raise ValueError("出处应写作「文件名:起始行-终止行」，例如 blood-2025.txt:345-347")
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if last < first:
        raise ValueError(f"出处的终止行 {last} 在起始行 {first} 之前")
    return Citation(file=match["file"], first=first, last=last)


def _citations(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError("出处应为一条「文件名:行-行」，或由其组成的列表")
    return tuple(parse_citation(text) for text in texts)


def _lines(value: Any) -> Any:
    match = re.fullmatch(r"([1-9]\d*)(?:-([1-9]\d*))?", str(value).strip())
    if match is None:
        raise ValueError("行号应写作「起始行-终止行」或单个行号，例如 12-18")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise ValueError(f"终止行 {last} 在起始行 {first} 之前")
    return first, last


Citations = Annotated[tuple[Citation, ...], BeforeValidator(_citations)]
Lines = Annotated[tuple[int, int], BeforeValidator(_lines)]
