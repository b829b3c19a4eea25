"""Words of acceptance items and packages."""

from django.db import models


class ItemKind(models.TextChoices):
    """How often the contract asks for a document: on a cadence, once by the term's end, or when an event happens."""

    SCHEDULED = "scheduled", "按期"
    ONCE = "once", "一次"
    ON_DEMAND = "on_demand", "按需"


class ItemState(models.TextChoices):
    """How a document of the list stands today; `COMPLETE` is everything that is owed by now."""

    MISSING = "missing", "缺"
    PARTIAL = "partial", "部分缺"
    COMPLETE = "complete", "齐全"
    UPCOMING = "upcoming", "未到期"
    ON_DEMAND = "on_demand", "按需"


class PackageState(models.TextChoices):
    QUEUED = "queued", "等待"
    RUNNING = "running", "生成中"
    READY = "ready", "可下载"
    FAILED = "failed", "失败"


IN_WORK = (PackageState.QUEUED, PackageState.RUNNING)
