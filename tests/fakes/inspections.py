"""A probe that answers what it is told, in place of the one for web systems."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from kangwei.core.probes import PROBES, KeySpec, Measurement, OptionSpec, Reading, Target

WELL = {"expected_status": True, "status": 200, "response_ms": 120, "final_url": "https://his.example.cn/"}


class FakeHttp:
    """Gives `WELL` with the changes it is made with, or a failure; a value None is a point not measured."""

    kind: ClassVar[str] = "http"
    title: ClassVar[str] = "网站与接口"
    keys: ClassVar[Mapping[str, KeySpec]] = PROBES["http"].keys
    options: ClassVar[Mapping[str, OptionSpec]] = PROBES["http"].options

    def __init__(
        self, *, failure: str = "", meanwhile: Callable[[Target], None] | None = None, **changes: object
    ) -> None:
        self.failure = failure
        self.meanwhile = meanwhile
        self.values = WELL | changes
        self.asked: list[Target] = []

    def check(self, target: Target) -> None:
        PROBES["http"]().check(target)

    async def measure(self, target: Target, now: datetime) -> Measurement:
        self.asked.append(target)
        if self.meanwhile:
            self.meanwhile(target)
        if self.failure:
            return Measurement((), self.failure)
        return Measurement(
            tuple(
                Reading(key, value, self.keys[key].unit, "" if value is not None else "没有应答")
                for key, value in self.values.items()
            )
        )
