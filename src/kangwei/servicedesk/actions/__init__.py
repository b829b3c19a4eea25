"""State changes of tickets, one function each."""

from kangwei.servicedesk.actions.deadlines import settle_due
from kangwei.servicedesk.actions.files import attach
from kangwei.servicedesk.actions.ratings import rate
from kangwei.servicedesk.actions.tickets import add_note, assign, change_facts, open_ticket, pause, resume, take_step

__all__ = [
    "add_note",
    "assign",
    "attach",
    "change_facts",
    "open_ticket",
    "pause",
    "rate",
    "resume",
    "settle_due",
    "take_step",
]
