"""Words of assets."""

from django.db import models


class AssetState(models.TextChoices):
    """Where an asset stands in its life."""

    IN_USE = "in_use", "在用"
    SPARE = "spare", "备用"
    REPAIR = "repair", "维修"
    LENT = "lent", "借出"
    SCRAPPED = "scrapped", "报废"


class RelationKind(models.TextChoices):
    """`source kind target`: a system runs on a host, a database is part of a cluster."""

    RUNS_ON = "runs_on", "运行于"
    DEPENDS_ON = "depends_on", "依赖"
    CONNECTS_TO = "connects_to", "连接"
    BACKS_UP_TO = "backs_up_to", "备份到"
    PART_OF = "part_of", "属于"
    OWNED_BY = "owned_by", "归属"


class Effect(models.TextChoices):
    """What the failure of one asset does to another."""

    FAILS = "fails", "中断"
    IMPAIRED = "impaired", "受影响"
    UNPROTECTED = "unprotected", "失去备份"


class RepairStanding(models.TextChoices):
    """How a repair stands: not back, not back in time, back, back late."""

    OPEN = "open", "未返回"
    OVERDUE = "overdue", "已超时"
    RETURNED = "returned", "已返回"
    LATE = "late", "超时返回"


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "待对应列"
    RUNNING = "running", "正在导入"
    DONE = "done", "已导入"
    FAILED = "failed", "未导入"


class CountState(models.TextChoices):
    """How an asset stands in a stock-take."""

    EXPECTED = "expected", "未盘"
    FOUND = "found", "在位"
    MOVED = "moved", "位置不符"
    MISSING = "missing", "盘亏"
    EXTRA = "extra", "盘盈"


DIFFERENCES = (CountState.MISSING, CountState.EXTRA, CountState.MOVED)
"""The results that somebody has to look into, the gravest first."""
COUNT_TONES = {
    CountState.FOUND: "ok",
    CountState.MOVED: "warn",
    CountState.MISSING: "bad",
    CountState.EXTRA: "info",
    CountState.EXPECTED: "muted",
}


SYSTEM = "system"
"""The kind of information systems."""

RELATIONS = "relations"
"""What stands for a kind where the ledger is one of relations."""
