"""Contracts with their clauses, dated occurrences, and the evidence for them."""

from functools import cached_property

from django.db import models

from kangwei.contracts.enums import EvidenceKind, OccurrenceState
from kangwei.core.calendars import Term


class Contract(models.Model):
    """合同: one package between a buyer and a supplier for a term."""

    code = models.CharField("编号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=200)
    package = models.CharField("包号", max_length=20, blank=True)
    buyer = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="甲方")
    supplier = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", null=True, verbose_name="乙方")
    first_day = models.DateField("合同起始日")
    last_day = models.DateField("合同终止日")
    term_assumed = models.BooleanField("起始日为假定", default=False)
    practice = models.BooleanField("练习数据", default=False)
    calendar_version = models.CharField("日历版本", max_length=64)
    calendars = models.JSONField("计时日历", default=dict)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.title

    @property
    def term(self) -> Term:
        """First and last day, Asia/Shanghai."""
        return Term(self.first_day, self.last_day)


class ContractFile(models.Model):
    """One state of the contract file, kept whole with what it changed."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="files")
    revision = models.PositiveIntegerField("版次")
    name = models.CharField("文件名", max_length=200)
    text = models.TextField("内容")
    sha256 = models.CharField(max_length=64)
    changes = models.JSONField("变化")
    loaded_at = models.DateTimeField("载入时间")
    loaded_by = models.CharField("载入人", max_length=120)

    class Meta:
        ordering = ("contract", "-revision")
        constraints = (models.UniqueConstraint(fields=["contract", "revision"], name="one_file_a_revision"),)

    def __str__(self) -> str:
        return f"{self.contract.code} r{self.revision}"


class Clause(models.Model):
    """条款: one binding statement with its citations. A clause that an edited file drops stays, `active` is false."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="clauses")
    key = models.CharField(max_length=260)
    section = models.CharField(max_length=20)
    title = models.CharField(max_length=260)
    position = models.PositiveIntegerField()
    data = models.JSONField()
    cite = models.TextField("出处")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("contract", "position")
        constraints = (models.UniqueConstraint(fields=["contract", "key"], name="one_clause_a_key"),)

    def __str__(self) -> str:
        return self.title


class Occurrence(models.Model):
    """应履行项: one dated instance of a duty."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="occurrences")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="occurrences", verbose_name="义务")
    key = models.CharField(max_length=300)
    target = models.CharField("对象", max_length=200, blank=True)
    period = models.CharField(max_length=40)
    label = models.CharField("期次", max_length=80)
    starts_at = models.DateTimeField("起")
    due_at = models.DateTimeField("止")
    estimated = models.BooleanField("日期为估计", default=False)
    state = models.CharField("状态", max_length=10, choices=OccurrenceState.choices, default=OccurrenceState.OPEN)
    done_at = models.DateTimeField("完成时间", null=True)
    waived_reason = models.CharField("免除理由", max_length=300, blank=True)

    class Meta:
        ordering = ("due_at", "id")
        constraints = (models.UniqueConstraint(fields=["contract", "key"], name="one_occurrence_a_key"),)
        indexes = (
            models.Index(fields=["contract", "due_at"], name="occurrence_contract_due"),
            models.Index(fields=["due_at", "id"], name="occurrence_due"),
            # Everything that counting by standing and month reads, so that it reads the index alone.
            models.Index(fields=["contract", "state", "due_at", "starts_at", "done_at"], name="occurrence_standing"),
            models.Index(fields=["clause", "target", "due_at"], name="occurrence_clause_target"),
        )

    def __str__(self) -> str:
        return f"{self.clause.title} {self.target} {self.label}".replace("  ", " ")

    @cached_property
    def required_evidence(self) -> str:
        """What shows that it was done: an EvidenceKind."""
        return str(self.clause.data["required_evidence"])


class Evidence(models.Model):
    """佐证: a record that shows an occurrence was done, or that a document of the acceptance list exists.

    `reference` names the record in the app that did the work (`inspection-run:17`); withdrawn evidence stays, and
    counts for nothing.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="evidence")
    occurrence = models.ForeignKey(Occurrence, models.PROTECT, related_name="evidence", null=True)
    deliverable = models.CharField("成果物", max_length=200, blank=True)
    kind = models.CharField("种类", max_length=12, choices=EvidenceKind.choices)
    reference = models.CharField(max_length=120)
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", null=True)
    note = models.CharField("说明", max_length=500, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = (models.UniqueConstraint(fields=["occurrence", "reference"], name="one_evidence_a_reference"),)
        indexes = (
            models.Index(fields=["contract", "deliverable"], name="evidence_deliverable"),
            models.Index(fields=["recorded_at", "id"], name="evidence_recorded"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
