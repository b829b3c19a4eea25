"""Texts side by side, as pages show them."""

from typing import NamedTuple

from kangwei.knowledge.differences import Part, differences
from kangwei.knowledge.models import LABELS, TEXT_FIELDS, Text


class Change(NamedTuple):
    """A part of a text that is not the same in another, with the pieces of both."""

    label: str
    pieces: list[Part]


def changed_parts(before: Text, after: Text) -> list[Change]:
    """The parts in which two texts differ."""
    return [
        Change(LABELS[name], differences(getattr(before, name), getattr(after, name)))
        for name in TEXT_FIELDS
        if getattr(before, name) != getattr(after, name)
    ]
