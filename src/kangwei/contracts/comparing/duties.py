"""Duties, from those of every day to those that an event calls for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from kangwei.contracts.models import Clause
from kangwei.core.contracts.ranking import CADENCE_CLASSES, cadence_class
from kangwei.core.contracts.wording import ACTIVITIES, COLUMNS

_CLASSES = list(CADENCE_CLASSES)
_CADENCE = next(column for column in COLUMNS["duty"] if column.label == "频次")


@dataclass(frozen=True)
class DutyRow:
    """One duty as the list shows it; `url` leads to its dates, or to its contract where an event calls for it."""

    clause: Clause
    url: str
    cadence_class: str
    cadence: str
    activity: str


def matching(duties: Sequence[Clause], *, contract: str = "", activity: str = "", text: str = "") -> list[Clause]:
    """The duties of that contract and activity whose name, service item, scope or product holds the text."""
    wanted = text.casefold()
    return [
        duty
        for duty in duties
        if contract in ("", duty.contract.code)
        and activity in ("", duty.data["activity"])
        and wanted in _searched(duty).casefold()
    ]


def _searched(duty: Clause) -> str:
    data = duty.data
    return "\n".join((duty.title, data.get("group", ""), *data.get("scope", ()), *data.get("produces", ())))


def class_counts(duties: Sequence[Clause]) -> list[tuple[str, str, int]]:
    """(class, its label, how many duties) in order, every class present."""
    counted = Counter(cadence_class(duty.data["cadence"]) for duty in duties)
    return [(name, label, counted[name]) for name, label in CADENCE_CLASSES.items()]


def by_cadence(duties: Sequence[Clause], only: str = "") -> list[Clause]:
    """The duties class by class; within a class by contract, in the file's order."""
    found = [(cadence_class(duty.data["cadence"]), duty) for duty in duties]
    wanted = [(name, duty) for name, duty in found if only in ("", name)]
    return [duty for _, duty in sorted(wanted, key=lambda pair: _CLASSES.index(pair[0]))]


def duty_row(duty: Clause) -> DutyRow:
    """A duty in words."""
    label = CADENCE_CLASSES[cadence_class(duty.data["cadence"])]
    return DutyRow(duty, _url(duty), label, _CADENCE.read(duty.data), ACTIVITIES[duty.data["activity"]])


def _url(duty: Clause) -> str:
    code = duty.contract.code
    if duty.data["scheduled"]:
        return f"{reverse('contracts:occurrence_list')}?{urlencode({'contract': code, 'duty': duty.key})}"
    return f"{reverse('contracts:detail', args=[code])}?tab=duties"


EXPORT_HEADERS = ("频次类别", "合同编号", "合同", *(column.label for column in COLUMNS["duty"]), "出处")


def exported(duties: Sequence[Clause]) -> list[tuple[str, ...]]:
    """A row a duty, with every field of it."""
    return [
        (
            CADENCE_CLASSES[cadence_class(duty.data["cadence"])], duty.contract.code, duty.contract.title,
            *(column.read(duty.data) for column in COLUMNS["duty"]), duty.cite,
        )
        for duty in duties
    ]  # fmt: skip
