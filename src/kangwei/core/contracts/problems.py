"""What is wrong with a contract file, said so that its author can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: file, line (from 1), field path, reason in Chinese."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or '整个文件'}：{self.reason}"


class ContractFileError(ValueError):
    """A contract file that is refused whole; `problems` holds every fault found, in line order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
