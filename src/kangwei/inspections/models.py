"""Targets of inspection, the runs against them with their results, and findings."""

from datetime import timedelta

from django.db import models

from kangwei.core.checks import Verdict
from kangwei.inspections.enums import VERDICT_CHOICES, FindingState, RunState, Trigger

TONES = {
    Verdict.CRITICAL: "bad",
    Verdict.WARNING: "warn",
    Verdict.UNMEASURED: "warn",
    Verdict.NORMAL: "ok",
    Verdict.RECORDED: "muted",
    Verdict.NOT_APPLICABLE: "muted",
}


class Target(models.Model):
    """巡检对象: where and how something that a contract names is measured.

    `duty` and `slot` say which of the contract's inspections it covers: the duty's id in the contract file, and the
    name that the duty is owed for (empty where it is owed once). Both empty: runs are extra, no duty asks for them.
    """

    contract = models.ForeignKey("contracts.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    name = models.CharField("名称", max_length=120)
    template = models.CharField("巡检模板", max_length=60)
    address = models.CharField("地址", max_length=500, blank=True)
    secret = models.TextField("口令（密文）", blank=True)
    options = models.JSONField("选项", default=dict)
    duty = models.CharField("义务", max_length=60, blank=True)
    slot = models.CharField("合同对象", max_length=200, blank=True)
    automatic = models.BooleanField("按合同计划自动巡检", default=False)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        ordering = ("contract", "name")
        constraints = (
            models.UniqueConstraint(fields=["contract", "name"], name="one_target_a_name"),
            models.UniqueConstraint(
                fields=["contract", "duty", "slot"],
                name="one_active_target_a_slot",
                condition=models.Q(active=True) & ~models.Q(duty=""),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """巡检: one measurement of a target, judged by the template as it was when the run was asked for.

    `started_at` marks who performs the run: whoever set it last may finish it. `uncounted` says in Chinese why a
    finished run is no evidence; it is empty where evidence was recorded.
    """

    number = models.CharField("编号", max_length=40, unique=True)
    target = models.ForeignKey(Target, models.PROTECT, related_name="runs", verbose_name="巡检对象")
    occurrence = models.ForeignKey(
        "contracts.Occurrence", models.SET_NULL, related_name="+", null=True, verbose_name="应履行项"
    )
    trigger = models.CharField("触发方式", max_length=10, choices=Trigger.choices)
    state = models.CharField("状态", max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    requested_at = models.DateTimeField("发起时间", db_index=True)
    requested_by = models.CharField("发起人", max_length=120)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    address = models.CharField("实测地址", max_length=500, blank=True)
    template = models.JSONField("巡检模板")
    template_digest = models.CharField("模板摘要", max_length=64)
    verdict = models.CharField("结论", max_length=20, choices=VERDICT_CHOICES, blank=True)
    measured = models.BooleanField("测得", default=False)
    failure = models.TextField("未测得的原因", blank=True)
    uncounted = models.CharField("不作为佐证的原因", max_length=300, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, related_name="+", null=True, verbose_name="记录单"
    )

    class Meta:
        ordering = ("-requested_at", "-id")
        indexes = (
            models.Index(fields=["target", "-requested_at"], name="run_target_latest"),
            models.Index(fields=["occurrence"], name="run_occurrence"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def under_way(self) -> bool:
        """Whether the run still waits or is being measured."""
        return self.state in (RunState.QUEUED, RunState.RUNNING)

    @property
    def duration(self) -> timedelta | None:
        """How long measuring took; None until it is over."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None

    @property
    def tone(self) -> str:
        """The tone of the verdict on screen."""
        return TONES[Verdict(self.verdict)] if self.verdict else "muted"


class CheckResult(models.Model):
    """检查项: one line of a run. `value` is the text shown, empty where nothing was measured; `reason` says why."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    no = models.PositiveSmallIntegerField("序号")
    key = models.CharField(max_length=60)
    title = models.CharField("检查项", max_length=120)
    value = models.TextField("实测值", blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    verdict = models.CharField("判定", max_length=20, choices=VERDICT_CHOICES)
    threshold = models.CharField("阈值", max_length=200, blank=True)
    reason = models.TextField("未测得的原因", blank=True)
    detail = models.TextField("说明", blank=True)

    class Meta:
        ordering = ("run", "no")
        constraints = (models.UniqueConstraint(fields=["run", "no"], name="one_result_a_number"),)

    def __str__(self) -> str:
        return f"{self.title} {self.value}{self.unit}"

    @property
    def tone(self) -> str:
        """The tone of the verdict on screen."""
        return TONES[Verdict(self.verdict)]


class Finding(models.Model):
    """发现: something wrong with a target, from the run that first saw it until it is well again or dealt with.

    `key` is the check's, or empty where the whole target could not be measured. While it is open, later runs confirm
    it (`last_run`) instead of opening another. `ticket` is the one that was opened for it, or for an earlier finding of
    the same check that is not dealt with yet.
    """

    target = models.ForeignKey(Target, models.PROTECT, related_name="findings", verbose_name="巡检对象")
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField("检查项", max_length=120)
    severity = models.CharField("级别", max_length=20, choices=VERDICT_CHOICES)
    text = models.TextField("发现")
    state = models.CharField("状态", max_length=10, choices=FindingState.choices, default=FindingState.OPEN)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", verbose_name="首见于")
    last_run = models.ForeignKey(Run, models.PROTECT, related_name="+", verbose_name="最近确认于")
    opened_at = models.DateTimeField("发现时间", db_index=True)
    resolved_at = models.DateTimeField("消除时间", null=True)
    resolved_by = models.CharField("处理人", max_length=120, blank=True)
    note = models.CharField("处理说明", max_length=300, blank=True)
    ticket = models.ForeignKey("servicedesk.Ticket", models.PROTECT, related_name="+", null=True, verbose_name="工单")

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["target", "key"], name="one_open_finding_a_check", condition=models.Q(state="open")
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}：{self.text}"

    @property
    def tone(self) -> str:
        """The tone of the severity on screen."""
        return TONES[Verdict(self.severity)]
