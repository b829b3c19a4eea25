"""The contract file (contract/1): what one procurement package binds, as checked data.

Manual: docs/contract-file.md. Every part that binds is a `Clause` with the lines of the procurement text it rests on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, with_config

from kangwei.core.calendars import KeyPeriod, ServiceWindow, Term
from kangwei.core.contracts.citations import Citations, Lines
from kangwei.core.contracts.clauses import (
    Acceptance,
    Clause,
    Commitment,
    Deliverable,
    Duty,
    Measure,
    Name,
    Part,
    Payment,
    Scope,
    ServiceLevel,
    Severity,
    Slug,
    Staff,
    TargetGroup,
    Word,
)


def _window(value: str) -> str:
    ServiceWindow.parse(value)
    return value


def _sha256(value: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", value) is None:
        raise ValueError("应为采购文本的 SHA-256，64 位小写十六进制")
    return value


WindowText = Annotated[str, AfterValidator(_window)]


class ContractTerm(Part):
    """`start` is `assumed` where the procurement text leaves the date to the signed contract."""

    start: date = Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))
    months: int = Field(gt=0, le=120)
    assumed: bool = False
    cite: Citations

    def as_term(self) -> Term:
        """First and last day, Asia/Shanghai."""
        return Term.of(self.start, self.months)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class NamedPeriod(KeyPeriod):
    """A key period as the file writes it; ValueError where it ends before it begins."""

    name: Word

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"最后一天 {self.last} 早于第一天 {self.first}")


class Source(Part):
    """The procurement text: its lines in all, its SHA-256, and the lines of this package."""

    file: Name
    sha256: Annotated[str, AfterValidator(_sha256)]
    lines: int = Field(gt=0)
    range: Lines


class Ignored(Part):
    """Lines that look binding and are rightly left out."""

    lines: Lines
    reason: Name


class Contract(Part):
    """One package (包件) between a buyer and a supplier for a term."""

    kangwei: Literal["contract/1"]
    id: Slug
    title: Name
    package: Annotated[str, StringConstraints(max_length=20)] = ""
    buyer: Name
    source: Source
    term: ContractTerm
    calendars: dict[Slug, WindowText] = Field(default_factory=dict)
    key_periods: tuple[NamedPeriod, ...] = ()
    scope: Scope = Scope()
    severities: tuple[Severity, ...] = ()
    targets: dict[Slug, TargetGroup] = Field(default_factory=dict)
    service_levels: tuple[ServiceLevel, ...] = ()
    duties: tuple[Duty, ...] = ()
    deliverables: tuple[Deliverable, ...] = ()
    staffing: tuple[Staff, ...] = ()
    measures: tuple[Measure, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    payments: tuple[Payment, ...] = ()
    acceptance: Acceptance = Acceptance()
    ignored: tuple[Ignored, ...] = ()

    def located_clauses(self) -> Iterator[tuple[tuple[str | int, ...], Clause]]:
        """Every clause with its path in the file, in the order a reader expects."""
        sections: list[tuple[tuple[str, ...], Any]] = [
            (("scope", "systems"), self.scope.systems),
            (("scope", "counts"), self.scope.counts),
            (("severities",), self.severities),
            (("service_levels",), self.service_levels),
            (("duties",), self.duties),
            (("deliverables",), self.deliverables),
            (("staffing",), self.staffing),
            (("measures",), self.measures),
            (("commitments",), self.commitments),
            (("payments",), self.payments),
            (("acceptance", "documents"), self.acceptance.documents),
            (("acceptance", "steps"), self.acceptance.steps),
        ]
        for path, clauses in sections:
            for index, clause in enumerate(clauses):
                yield (*path, index), clause
        for name, group in self.targets.items():
            yield ("targets", name), group

    def clauses(self) -> Iterator[Clause]:
        """Every clause."""
        return (clause for _, clause in self.located_clauses())
