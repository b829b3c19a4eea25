"""The mapping file: which column of an event log says what, and what its words mean here."""

from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kangwei.core.yamlfile import FileError, Problem, read_tree, validated

Order = Literal["day-first", "month-first", "year-first"]
Standing = Literal[
    "new", "working", "solved", "closed", "cancelled", "user", "approval", "third_party", "parts", "window"
]
Channel = Literal["phone", "portal", "mail", "chat", "hotline", "api", "alert", "inspection", "visit", "import"]
WAITS = ("user", "approval", "third_party", "parts", "window")
"""Standings in which an incident waits for somebody else: its clocks stand."""
_Word = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Model):
    """The heading of the column that says each thing; None where the log does not say it.

    `modifications` counts the changes of an incident and orders rows of the same moment. `institution` and `system`
    are names that are looked up here. `made_sla` is true or false by the source's own measure.
    """

    number: _Word
    state: _Word
    opened: _Word
    updated: _Word
    updated_by: _Word | None = None
    opened_by: _Word | None = None
    modifications: _Word | None = None
    resolved: _Word | None = None
    closed: _Word | None = None
    severity: _Word | None = None
    channel: _Word | None = None
    caller: _Word | None = None
    group: _Word | None = None
    person: _Word | None = None
    institution: _Word | None = None
    system: _Word | None = None
    reopened: _Word | None = None
    made_sla: _Word | None = None


class Mapping(_Model):
    """How an event log is read.

    `title` are the columns whose texts make the title, `details` label → column for the description. `missing` are
    words that stand for nothing, `dates` the orders in which dates are written. `states` gives each word of state a
    standing, `severities` each word of severity one of the contract's (others stay as they are), `channels` each word
    of the channel ours; `channel` stands for all others.
    """

    kangwei: Literal["incident-log/1"]
    name: _Word
    columns: Columns
    title: Annotated[tuple[_Word, ...], Field(min_length=1)]
    details: dict[str, _Word] = {}
    missing: tuple[str, ...] = ()
    dates: Annotated[tuple[Order, ...], Field(min_length=1)]
    states: Annotated[dict[str, Standing], Field(min_length=1)]
    severities: dict[str, _Word] = {}
    channels: dict[str, Channel] = {}
    channel: Channel = "import"

    @model_validator(mode="after")
    def _dates_are_certain(self) -> Self:
        if {"day-first", "month-first"} <= set(self.dates):
            raise ValueError("dates 里 day-first 与 month-first 只能写一个，否则 3/2 是哪一天说不清")
        return self

    @cached_property
    def wanted(self) -> dict[str, str]:
        """Every column that is read → the field of this file that names it, each once."""
        fields = [(f"columns.{name}", column) for name, column in self.columns if column]
        fields += [("title", column) for column in self.title]
        fields += [(f"details.{label}", column) for label, column in self.details.items()]
        return {column: field for field, column in reversed(fields)}


def load_mapping(path: Traversable) -> Mapping:
    """Read and check one file. FileError with every fault and its line, OSError when the file cannot be read."""
    try:
        return validated(Mapping, read_tree(path.read_bytes().decode(), path.name))
    except UnicodeDecodeError:
        raise FileError(Problem(path.name, 1, "", "不是 UTF-8 编码")) from None


@cache
def bundled_mapping() -> Mapping:
    """The mapping that comes with Kangwei, for the usual event log of ServiceNow."""
    return load_mapping(resources.files("kangwei") / "library" / "incidents" / "servicenow.yaml")


STANDINGS: tuple[str, ...] = get_args(Standing)
CHANNELS: tuple[str, ...] = get_args(Channel)
