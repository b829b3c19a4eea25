"""Words of runs and findings. The words of verdicts are those of core.checks."""

from django.db import models

from kangwei.core.checks import Verdict

VERDICT_CHOICES = [(verdict.value, verdict.label) for verdict in Verdict]


class RunState(models.TextChoices):
    """`FAILED` is a fault of ours (a bad setting, an error); a target that does not answer is a finished run."""

    QUEUED = "queued", "等待"
    RUNNING = "running", "执行中"
    FINISHED = "finished", "完成"
    FAILED = "failed", "执行失败"


class Trigger(models.TextChoices):
    SCREEN = "screen", "界面"
    COMMAND = "command", "命令行"
    SCHEDULE = "schedule", "按合同计划"


class FindingState(models.TextChoices):
    """`RECOVERED` is what a later run found to be well again, `RESOLVED` what a person dealt with."""

    OPEN = "open", "未处理"
    RECOVERED = "recovered", "已恢复"
    RESOLVED = "resolved", "已处理"
