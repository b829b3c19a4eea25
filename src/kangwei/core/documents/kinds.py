"""The document kinds. A new kind is one module with a frozen context and `render`, and one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kangwei.core.documents import (
    acceptance_index,
    admission_form,
    configuration_change,
    configuration_report,
    database_work_sheet,
    inspection_sheet,
    requirement_sheet,
    stock_take_sheet,
    ticket_report,
)
from kangwei.core.documents.canonical import canonical_json


@dataclass(frozen=True)
class Kind:
    """A kind's name in the saved context, with the version of its fields, and its way to .docx."""

    name: str
    render: Callable[[Any], bytes]


KINDS: dict[type, Kind] = {
    inspection_sheet.InspectionSheet: Kind("inspection-sheet/1", inspection_sheet.render),
    acceptance_index.AcceptanceIndex: Kind("acceptance-index/1", acceptance_index.render),
    stock_take_sheet.StockTakeSheet: Kind("stock-take-sheet/1", stock_take_sheet.render),
    configuration_change.ConfigurationChange: Kind("configuration-change/1", configuration_change.render),
    configuration_report.ConfigurationReport: Kind("configuration-report/1", configuration_report.render),
    admission_form.AdmissionForm: Kind("admission-form/1", admission_form.render),
    database_work_sheet.DatabaseWorkSheet: Kind("database-work-sheet/1", database_work_sheet.render),
    requirement_sheet.RequirementSheet: Kind("requirement-sheet/1", requirement_sheet.render),
    ticket_report.TicketReport: Kind("ticket-report/1", ticket_report.render),
}


def render_docx(context: object) -> bytes:
    """The .docx of a frozen context; equal contexts give equal bytes. KeyError for a type not in `KINDS`."""
    return KINDS[type(context)].render(context)


def to_json(context: object) -> str:
    """The context to keep beside its document: {"kind": …, "context": {every field}} as canonical JSON."""
    return canonical_json({"kind": KINDS[type(context)].name, "context": context})
