"""What a contract file can bind: one class a kind of clause, each with the lines it rests on."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kangwei.core.calendars import Cadence, Duration
from kangwei.core.contracts.citations import Citations

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
Metric = Literal[
    "availability", "outage", "satisfaction", "satisfied-rate", "response-rate", "solved-rate", "composite-score",
    "accuracy", "completeness", "timeliness", "success-rate", "utilisation", "volume", "effort", "retention",
    "coverage", "attendance", "other",
]  # fmt: skip


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


class Interface(Part):
    """A connection of a system: with whom, which way the data goes, by what, and when."""

    party: Name
    content: str = ""
    direction: Literal["in", "out", "both"] | None = None
    protocol: str = ""
    schedule: str = ""


class System(Clause):
    """A system the supplier maintains. `part_of` names the system of the same file that it is a subsystem of."""

    section: ClassVar[str] = "system"
    name: Name
    part_of: Name | None = None
    modules: tuple[Name, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    forms: tuple[Name, ...] = ()
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


class Severity(Clause):
    """A grade of trouble, as the text words it; they stand from mild to grave."""

    section: ClassVar[str] = "severity"
    name: Word
    meaning: str = ""


class When(Part):
    """Which tickets a service level, or which events a duty, is for; what is left out matches everything.

    `target` is the name or the category of a system; `tier` the line of support, `second` once the first has passed
    the ticket on.
    """

    kind: TicketKind | None = None
    target: Word | None = None
    severity: Word | None = None
    place: Word | None = None
    caller: Word | None = None
    method: Literal["remote", "onsite"] | None = None
    period: Literal["working", "off"] | None = None
    tier: Literal["first", "second"] | None = None

    def conditions(self) -> dict[str, str]:
        """The conditions that are set."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class ServiceLevel(Clause):
    """A limit on a clock under conditions. `runs` names the calendar in which it counts; empty is natural time.

    `upgrades_to` is the severity that a ticket takes on when the limit passes.
    """

    section: ClassVar[str] = "service-level"
    clock: Clock
    limit: Duration
    when: When = When()
    runs: str = ""
    counts_from: Literal["opened", "responded", "occurred", "escalated"] = "opened"
    upgrades_to: Word | None = None

    @property
    def title(self) -> str:
        conditions = "，".join(f"{name}={value}" for name, value in self.when.conditions().items())
        return f"{self.clock}（{conditions}）" if conditions else self.clock


class Duty(Clause):
    """A clause that asks for work on a cadence or an event.

    With `per` it is owed for each target of that group; `quantity` is how many pieces one occurrence holds, `people`
    how many do it at least, `lasts` for how long, `checklist` what is gone through point by point. `group` is the
    service item of the text that it belongs to. `when` picks the events of an event duty.
    """

    section: ClassVar[str] = "duty"
    id: Slug
    name: Name
    group: str = ""
    activity: Activity
    cadence: Cadence
    when: When = When()
    per: Slug | None = None
    quantity: int = Field(default=1, gt=0)
    people: int | None = Field(default=None, gt=0)
    lasts: Duration | None = None
    produces: tuple[Name, ...] = ()
    evidence: EvidenceKind | None = None
    method: Literal["remote", "onsite", "either"] | None = None
    role: str = ""
    scope: tuple[Name, ...] = ()
    checklist: tuple[Name, ...] = ()

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


class Replacement(Part):
    """What the replacement of a person takes: the buyer's approval, notice, papers of the successor.

    `only` is the one reason that is allowed.
    """

    approval: Literal["consent", "written"] | None = None
    notice: bool = False
    documents: tuple[Name, ...] = ()
    only: str = ""


class Staff(Clause):
    """People to be provided, at least `count`.

    `role`: in one role. `team`: in the whole team or a named part of it. `on-duty`: present at any moment of the
    calendar.
    """

    section: ClassVar[str] = "staff"
    role: Name
    kind: Literal["role", "team", "on-duty"] = "role"
    count: int = Field(gt=0)
    level: Word | None = None
    years: int | None = Field(default=None, gt=0)
    education: Word | None = None
    certificates: tuple[Name, ...] = ()
    onsite: bool = False
    place: str = ""
    calendar: Slug | None = None
    duties: tuple[Name, ...] = ()
    replacement: Replacement | None = None

    @property
    def title(self) -> str:
        return self.role


class Measure(Clause):
    """A threshold that the buyer judges by, such as satisfaction >= 9 of 10.

    `metric` is what is measured, over the tickets of one `kind` where the text says so. `against` names a published
    figure that stands in place of a value.
    """

    section: ClassVar[str] = "measure"
    name: Name
    metric: Metric
    kind: TicketKind | None = None
    op: Literal[">=", ">", "<=", "<", "="]
    value: Decimal | None = None
    against: Name | None = None
    of: Decimal | None = None
    unit: str = ""
    over: Literal["month", "quarter", "half-year", "year", "term", "each"] = "term"

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.value is None) == (self.against is None):
            raise ValueError("value 与 against 应写且只写一项")
        return self


class Commitment(Clause):
    """A binding statement with neither cadence nor clock: what must hold, or must not happen."""

    section: ClassVar[str] = "commitment"
    id: Slug
    name: Name
    kind: Literal["confidentiality", "staff", "change", "method", "limit", "cost", "standard", "cooperation", "other"]


class Payment(Clause):
    """An instalment of `share` per cent of the price, due once `at` is reached."""

    section: ClassVar[str] = "payment"
    name: Name
    share: Decimal = Field(gt=0, le=100)
    at: Literal["signing", "start", "midterm", "end", "acceptance"] | None = None


class AcceptanceDocument(Clause):
    """One line of the acceptance list. `of` names the deliverable where it goes by another name there."""

    section: ClassVar[str] = "acceptance"
    name: Name
    group: str = ""
    of: Name | None = None


class AcceptanceStep(Clause):
    """A step to acceptance, by whom, and within what time after what."""

    section: ClassVar[str] = "acceptance-step"
    name: Name
    by: Literal["buyer", "supplier"] | None = None
    within: Duration | None = None
    after: Literal["term-end", "application", "previous", "delivery"] | None = None


class Acceptance(Part):
    documents: tuple[AcceptanceDocument, ...] = ()
    steps: tuple[AcceptanceStep, ...] = ()


class Scope(Part):
    systems: tuple[System, ...] = ()
    counts: tuple[Count, ...] = ()
