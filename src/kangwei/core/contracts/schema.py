"""The contract file (contract/1): what one procurement package binds, as checked data.

Manual: docs/contract-file.md. Every part that binds is a `Clause` with the lines of the procurement text it rests on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    with_config,
)

from kangwei.core.calendars import Cadence, Duration, KeyPeriod, ServiceWindow, Term

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]

Clock = Literal["response", "arrival", "restore", "resolve", "reply", "close"]
TicketKind = Literal[
    "incident", "request", "problem", "change", "release", "data_fix", "complaint", "security_order",
]  # fmt: skip
Activity = Literal[
    "inspection", "duty", "support", "maintenance", "backup", "restore-test", "verification", "tuning",
    "audit", "assessment", "drill", "plan", "report", "meeting", "training", "survey", "document",
    "data-quality", "configuration", "security", "knowledge", "coordination",
]  # fmt: skip
EvidenceKind = Literal["inspection", "document", "record"]


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


def _window(value: str) -> str:
    ServiceWindow.parse(value)
    return value


def _sha256(value: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", value) is None:
        raise ValueError("应为采购文本的 SHA-256，64 位小写十六进制")
    return value


WindowText = Annotated[str, AfterValidator(_window)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(Part):
    """One binding statement. `key` names it within its contract and survives edits of everything else."""

    section: ClassVar[str]
    id: Slug | None = None
    cite: Citations
    note: str = ""

    @property
    def title(self) -> str:
        """What the clause is called on screen."""
        return str(getattr(self, "name", ""))

    @property
    def key(self) -> str:
        """`section:id`, or `section:title` where the file gives no id."""
        return f"{self.section}:{self.id or self.title}"


class System(Clause):
    """A system the supplier maintains."""

    section: ClassVar[str] = "system"
    name: Name
    modules: tuple[Name, ...] = ()
    users: str = ""
    category: str = ""
    count: int | None = Field(default=None, gt=0)


class Count(Clause):
    """How many of something the contract covers."""

    section: ClassVar[str] = "count"
    what: Name
    count: Decimal = Field(gt=0)
    unit: Name

    @property
    def title(self) -> str:
        return self.what


class TargetGroup(Clause):
    """What a duty is done for, one by one: named members, or so many not yet named."""

    section: ClassVar[str] = "target"
    name: Name
    unit: str = ""
    members: tuple[Name, ...] = ()
    count: int | None = Field(default=None, gt=0, le=100_000)

    def targets(self) -> tuple[str, ...]:
        """The members, or 「名称-01」「名称-02」… where the contract gives only their number."""
        if self.members:
            return self.members
        width = max(2, len(str(self.count)))
        return tuple(f"{self.name}-{n:0{width}d}" for n in range(1, (self.count or 0) + 1))


class When(Part):
    """Conditions of a service level; what is left out matches everything."""

    kind: TicketKind | None = None
    target: Word | None = None
    severity: Word | None = None
    place: Word | None = None
    caller: Word | None = None
    method: Literal["remote", "onsite"] | None = None
    period: Literal["working", "off"] | None = None

    def conditions(self) -> dict[str, str]:
        """The conditions that are set."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class ServiceLevel(Clause):
    """A limit on a clock under conditions. `runs` names the calendar in which it counts; empty is natural time."""

    section: ClassVar[str] = "service-level"
    clock: Clock
    limit: Duration
    when: When = When()
    runs: str = ""
    counts_from: Literal["opened", "responded", "occurred"] = "opened"
    on_breach: str = ""

    @property
    def title(self) -> str:
        conditions = "，".join(f"{name}={value}" for name, value in self.when.conditions().items())
        return f"{self.clock}（{conditions}）" if conditions else self.clock


class Duty(Clause):
    """A clause that asks for work on a cadence or an event.

    With `per` it is owed for each target of that group; `quantity` is how many pieces one occurrence holds.
    """

    section: ClassVar[str] = "duty"
    id: Slug
    name: Name
    activity: Activity
    cadence: Cadence
    per: Slug | None = None
    quantity: int = Field(default=1, gt=0)
    produces: tuple[Name, ...] = ()
    evidence: EvidenceKind | None = None
    method: Literal["remote", "onsite", "either"] | None = None
    role: str = ""
    scope: tuple[Name, ...] = ()

    @property
    def required_evidence(self) -> EvidenceKind:
        """What shows that an occurrence was done: as the file says, else by activity and output."""
        if self.evidence:
            return self.evidence
        if self.activity == "inspection":
            return "inspection"
        return "document" if self.produces else "record"


class Deliverable(Clause):
    """A named output owed. `aliases` are other names the text uses for it."""

    section: ClassVar[str] = "deliverable"
    name: Name
    aliases: tuple[Name, ...] = ()
    group: str = ""


class Staff(Clause):
    """People to be provided in one role."""

    section: ClassVar[str] = "staff"
    role: Name
    count: int = Field(gt=0)
    years: int | None = Field(default=None, gt=0)
    certificates: tuple[Name, ...] = ()
    onsite: bool = False
    place: str = ""
    hours: str = ""
    duties: tuple[Name, ...] = ()
    replacement: str = ""

    @property
    def title(self) -> str:
        return self.role


class Measure(Clause):
    """A threshold that the buyer judges by, such as satisfaction >= 9 of 10."""

    section: ClassVar[str] = "measure"
    name: Name
    op: Literal[">=", ">", "<=", "<", "="]
    value: Decimal
    of: Decimal | None = None
    unit: str = ""
    over: Literal["month", "quarter", "half-year", "year", "term", "each"] = "term"


class Commitment(Clause):
    """A binding statement with neither cadence nor clock: what must hold, or must not happen."""

    section: ClassVar[str] = "commitment"
    id: Slug
    name: Name
    kind: Literal["confidentiality", "staff", "change", "method", "limit", "cost", "standard", "cooperation", "other"]


class Payment(Clause):
    section: ClassVar[str] = "payment"
    name: Name
    share: Decimal = Field(gt=0, le=100)


class AcceptanceDocument(Clause):
    """One line of the acceptance list. `of` names the deliverable where it goes by another name there."""

    section: ClassVar[str] = "acceptance"
    name: Name
    group: str = ""
    of: Name | None = None


class AcceptanceStep(Clause):
    section: ClassVar[str] = "acceptance-step"
    name: Name


class Acceptance(Part):
    documents: tuple[AcceptanceDocument, ...] = ()
    steps: tuple[AcceptanceStep, ...] = ()


class Scope(Part):
    systems: tuple[System, ...] = ()
    counts: tuple[Count, ...] = ()


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
    calendars: dict[Slug, WindowText] = {}
    key_periods: tuple[NamedPeriod, ...] = ()
    scope: Scope = Scope()
    targets: dict[Slug, TargetGroup] = {}
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
