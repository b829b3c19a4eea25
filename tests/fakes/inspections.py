"""A probe that answers what it is told, in place of the one for web systems."""

from collections.abc import Callable
from datetime import datetime

from kangwei.core.probes import Measurement, Target
from kangwei.core.probes.http import HttpProbe
from kangwei.core.probes.model import failed, reading

WELL = {"expected_status": True, "status": 200, "response_ms": 120, "final_url": "https://his.example.cn/"}


class FakeHttp(HttpProbe):
    """Gives `WELL` with the changes it is made with, or a failure; a value None is a point not measured.

    `meanwhile` is called while it measures; `asked` keeps what it was asked to measure.
    """

    def __init__(
        self, *, failure: str = "", meanwhile: Callable[[Target], None] | None = None, **changes: object
    ) -> None:
        super().__init__()
        self.failure = failure
        self.meanwhile = meanwhile
        self.values = WELL | changes
        self.asked: list[Target] = []

    async def measure(self, target: Target, now: datetime) -> Measurement:
        self.asked.append(target)
        if self.meanwhile:
            self.meanwhile(target)
        if self.failure:
            return failed(self.failure)
        return Measurement(
            tuple(
                reading(self.keys, key, value, reason="" if value is not None else "没有应答")
                for key, value in self.values.items()
            )
        )
