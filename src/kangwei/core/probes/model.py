"""What every probe speaks: the target it measures and the readings it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol


class ProbeConfigError(ValueError):
    """The target is badly described, so measuring it would mean nothing.

    `field` names the part at fault ("kind", "address" or "options.NAME"); the text is Chinese, begins with
    the field and never quotes the address or the secret.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}：{message}")
        self.field = field


@dataclass(frozen=True)
class Target:
    """What to measure: an address in the form its kind of probe asks for, the password, and options."""

    address: str
    secret: str = field(default="", repr=False)
    options: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """One measured point.

    `value` None means that this point could not be measured; `reason` then says why, in Chinese. `detail`
    says more about a measured value, for example which mount is the fullest. `unit` is "" if there is none.
    """

    key: str
    value: float | int | str | bool | None
    unit: str
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Measurement:
    """The answer of a probe: readings, or in `failure` why, in Chinese, the whole target gave none."""

    readings: tuple[Reading, ...]
    failure: str = ""


@dataclass(frozen=True)
class KeySpec:
    """The name and unit that a reading carries on screen."""

    title: str
    unit: str = ""


@dataclass(frozen=True)
class OptionSpec:
    """A setting of a target: `default` also fixes its type; whole numbers lie between `least` and `most`."""

    title: str
    default: str | int
    least: int = 0
    most: int = 0


class Probe(Protocol):
    """One way of measuring. `keys` lists every reading it gives, `options` every setting it knows."""

    kind: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[Mapping[str, KeySpec]]
    options: ClassVar[Mapping[str, OptionSpec]]

    def check(self, target: Target) -> None:
        """Raise ProbeConfigError for an address, or the value of an option, that this probe cannot use."""

    async def measure(self, target: Target, now: datetime) -> Measurement:
        """Measure once. `now` is aware; what the target does wrong comes back as `failure` or a `reason`."""
        ...


def failed(reason: str) -> Measurement:
    """The measurement of a target that could not be reached, with the reason in Chinese."""
    return Measurement((), reason)


def reading(
    keys: Mapping[str, KeySpec],
    key: str,
    value: float | str | bool | None,
    *,
    reason: str = "",
    detail: str = "",
) -> Reading:
    """A reading with the unit that the probe's `keys` give it."""
    return Reading(key, value, keys[key].unit, reason, detail)
