"""Probes that measure nothing: plausible values, and targets that do not answer. No address is ever contacted."""

from datetime import datetime
from random import Random

from kangwei.core.probes.http import HttpProbe
from kangwei.core.probes.model import Measurement, Probe, Target, failed, reading
from kangwei.core.probes.postgresql import PostgresqlProbe

CERTIFICATE_DAYS = 90
_EPOCH_DAYS = 1_000


class PracticeHttp(HttpProbe):
    """A website that mostly answers quickly, is slow now and then, and renews its certificate late."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self._dice = dice

    async def measure(self, target: Target, now: datetime) -> Measurement:
        slow = self._dice.random() < 0.03
        values: dict[str, float | str | bool] = {
            "status": 200,
            "expected_status": True,
            "response_ms": self._dice.randint(3100, 6500) if slow else round(self._dice.lognormvariate(5.5, 0.5)),
            "final_url": target.address,
            "tls_trusted": True,
            "tls_days_left": _days_left(target, now),
        }
        without = reading(self.keys, "expected_text", None, reason="没有设置期望文字")
        return Measurement((*(reading(self.keys, key, value) for key, value in values.items()), without))


class PracticePostgresql(PostgresqlProbe):
    """A database that grows, with connections and dead tuples that are too many now and then."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self._dice = dice

    async def measure(self, target: Target, now: datetime) -> Measurement:
        del target
        dice, age = self._dice, now.toordinal() - _EPOCH_DAYS
        connections = dice.randint(140, 175) if dice.random() < 0.04 else dice.randint(20, 110)
        values: dict[str, float | str | bool] = {
            "version": "15.8",
            "is_in_recovery": False,
            "uptime_days": round(age % 60 + dice.random() + 1, 1),
            "size_mb": 20_000 + age % 1000 * 12 + dice.randint(0, 9),
            "connections": connections,
            "connections_percent": connections / 2,
            "longest_query_s": round(dice.expovariate(1 / 20), 1),
            "cache_hit_percent": round(dice.uniform(96.5, 99.9), 2),
            "dead_tuple_percent": round(dice.uniform(21, 30) if dice.random() < 0.04 else dice.uniform(1, 15), 2),
            "deadlocks": age % 7,
        }
        unset = ("backup_found", "backup_age_h", "backup_size_mb")
        return Measurement(
            (
                *(reading(self.keys, key, value) for key, value in values.items()),
                *(reading(self.keys, key, None, reason="没有设置备份路径") for key in unset),
            )
        )


class UnreachableHttp(HttpProbe):
    """A website that does not answer."""

    async def measure(self, target: Target, now: datetime) -> Measurement:
        del target, now
        return failed("连接超时，目标没有应答（练习）")


class UnreachablePostgresql(PostgresqlProbe):
    """A database that does not answer."""

    async def measure(self, target: Target, now: datetime) -> Measurement:
        del target, now
        return failed("连接超时，数据库没有应答（练习）")


def practice_probe(kind: str, *, reachable: bool, dice: Random) -> Probe:
    """What stands in for the probe of that kind."""
    if kind == PostgresqlProbe.kind:
        return PracticePostgresql(dice) if reachable else UnreachablePostgresql()
    return PracticeHttp(dice) if reachable else UnreachableHttp()


def _days_left(target: Target, now: datetime) -> int:
    """Each address renews its certificate on days of its own, sometimes after the warning at 30 days."""
    offset = sum(target.address.encode())
    return CERTIFICATE_DAYS + 10 - (now.toordinal() + offset) % CERTIFICATE_DAYS
