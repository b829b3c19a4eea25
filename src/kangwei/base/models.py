"""Rows that serve every app: the audit trail, jobs, counters."""

from typing import Any, NoReturn

from django.db import models


class AuditEntry(models.Model):
    """One thing that was done. Append-only; `hash` chains it to the entry before (base.audit)."""

    id = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间", db_index=True)
    actor = models.CharField("操作者", max_length=120)
    action = models.CharField("动作", max_length=80)
    subject_type = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象", max_length=200)
    data = models.JSONField("内容")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField("摘要", max_length=64)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),)

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.subject_type}:{self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("审计记录只增不改")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("审计记录只增不删")


class AuditHead(models.Model):
    """The end of the chain: locked while an entry is added, so that entries follow one another."""

    entries = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.entries} {self.hash}"


class Counter(models.Model):
    """The last number given in a series."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Job(models.Model):
    """Work to be done at `due_at` by the worker, written in the transaction of the action that asks for it."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "执行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], name="job_open", condition=models.Q(state__in=["waiting", "running"])),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"
