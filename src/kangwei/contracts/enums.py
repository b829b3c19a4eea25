"""Words of contracts, occurrences and evidence."""

from django.db import models


class OccurrenceState(models.TextChoices):
    """What is stored; how it stands today (待开始, 进行中, 逾期…) follows from it and the time."""

    OPEN = "open", "未完成"
    DONE = "done", "已完成"
    WAIVED = "waived", "已免除"


class Standing(models.TextChoices):
    """How an occurrence stands at a moment."""

    UPCOMING = "upcoming", "未开始"
    CURRENT = "current", "进行中"
    OVERDUE = "overdue", "逾期"
    DONE = "done", "已完成"
    LATE = "late", "逾期完成"
    WAIVED = "waived", "已免除"


class EvidenceKind(models.TextChoices):
    INSPECTION = "inspection", "巡检"
    DOCUMENT = "document", "文档"
    RECORD = "record", "记录"
