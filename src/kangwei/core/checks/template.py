"""The inspection template: which readings of a probe are recorded, and from where on they are a finding."""

import hashlib
import json
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    field_validator,
    model_validator,
)

from kangwei.core.checks.thresholds import Threshold


def _read_threshold(value: object) -> Threshold:
    match value:
        case Threshold():
            return value
        case str():
            return Threshold.parse(value)
    raise ValueError('应为带引号的阈值，例如 "> 90"')


_Condition = Annotated[Threshold, PlainValidator(_read_threshold), PlainSerializer(str, return_type=str)]
_Word = Annotated[str, Field(min_length=1)]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sheet(_Model):
    """The record sheet that a run is printed on."""

    title: _Word


class Check(_Model):
    """One line of the sheet: a reading of the probe, by key, and the thresholds that make it a finding.

    Without thresholds the value is only recorded. `optional` says that a target may lack this point: when not
    measured it is not applicable instead of a finding. `unit`, where given, must be the one measured in.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: _Word
    unit: str = ""
    warning: _Condition | None = None
    critical: _Condition | None = None
    optional: bool = False

    @property
    def limits(self) -> str:
        """Both thresholds as the sheet prints them, "" for a check that only records."""
        named = (("警告", self.warning), ("严重", self.critical))
        return "，".join(f"{name} {threshold.label}" for name, threshold in named if threshold)

    @model_validator(mode="after")
    def _thresholds_agree(self) -> Self:
        if self.warning and self.critical and not self.critical.stricter_than(self.warning):
            raise ValueError("严重的阈值应与警告的同类、同方向，而且更严")
        return self


class Template(_Model):
    """A named list of checks for one kind of probe. `digest` changes whenever anything in it does."""

    kangwei: Literal["inspection/1"]
    name: _Name
    title: _Word
    probe: _Name
    sheet: Sheet
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]

    @field_validator("checks")
    @classmethod
    def _each_key_once(cls, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        keys = [check.key for check in checks]
        if repeated := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"检查项重复：{'、'.join(sorted(repeated))}")
        return checks

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the template as canonical JSON (sorted keys, no blanks, UTF-8).

        A template read back from its `model_dump_json()` is equal and has the same digest, so a run can keep
        the one it was judged by.
        """
        plain = self.model_dump(mode="json")
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
