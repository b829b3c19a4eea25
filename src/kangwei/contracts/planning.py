"""What a contract file asks for in its term, worked out without the database."""

from kangwei.core.calendars import StatutoryCalendar, Term
from kangwei.core.contracts import Contract
from kangwei.core.obligations import DutySpec, Occurrence, generate


def planned_occurrences(data: Contract, term: Term, calendar: StatutoryCalendar) -> list[Occurrence]:
    """Every occurrence that the contract's duties ask for in the term."""
    duties = [DutySpec(duty.id, duty.cadence, duty.per or "") for duty in data.duties]
    targets = {name: group.targets() for name, group in data.targets.items()}
    return list(generate(duties, targets, term, calendar, data.key_periods))
