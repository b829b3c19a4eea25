"""Who is told when a limit comes near or passes, and of what becomes whose."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from kangwei.accounts.enums import Role
from kangwei.accounts.queries import people
from kangwei.servicedesk.models import Ticket
from kangwei.servicedesk.queries.rosters import handlers

if TYPE_CHECKING:
    from kangwei.accounts.models import Person
    from kangwei.contracts.models import Contract


class Audience(Enum):
    """Whom a share of a limit concerns."""

    HANDLERS = "handlers"
    SUPPLIERS_MANAGERS = "suppliers_managers"
    BUYERS_MANAGERS = "buyers_managers"


TOLD_AT: Mapping[int, tuple[Audience, ...]] = {
    # Half of a limit is the ordinary course of work: whoever is told of everything reads nothing.
    50: (),
    # There is still time, and only who has the ticket can use it.
    75: (Audience.HANDLERS,),
    # Now the contract is broken: that is the supplier's manager's to answer for, and the buyer's to know.
    100: (Audience.HANDLERS, Audience.SUPPLIERS_MANAGERS, Audience.BUYERS_MANAGERS),
}


class Escalation:
    """Who hears of the clocks of many tickets at a moment; each team, contract and party is asked for once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._found: dict[tuple[object, ...], list[Person]] = {}

    def told_at(self, ticket: Ticket, share: int) -> list["Person"]:
        """Who is told that a clock of the ticket reached this share of its limit, each once."""
        found: dict[int, Person] = {}
        for audience in TOLD_AT[share]:
            found |= {person.pk: person for person in self._audience(audience, ticket)}
        return list(found.values())

    def _audience(self, audience: Audience, ticket: Ticket) -> list["Person"]:
        # All that the answer depends on.
        given = {
            Audience.HANDLERS: (ticket.assignee_id, ticket.team_id, ticket.contract_id),
            Audience.SUPPLIERS_MANAGERS: (ticket.contract.supplier_id,),
            Audience.BUYERS_MANAGERS: (ticket.contract.buyer_id,),
        }[audience]
        if (audience, *given) not in self._found:
            self._found[audience, *given] = _audience(audience, ticket, self._now)
        return self._found[audience, *given]


def responsible(ticket: Ticket, now: datetime) -> list["Person"]:
    """Whose the ticket is now; where it is nobody's, the supplier's managers, for somebody has to hear of it."""
    return handlers(ticket, now) or suppliers_managers(ticket.contract)


def suppliers_managers(contract: "Contract") -> list["Person"]:
    """The project managers of the contract's supplier."""
    return _of_party(contract.supplier_id, Role.PROJECT_MANAGER)


def _audience(audience: Audience, ticket: Ticket, now: datetime) -> list["Person"]:
    if audience == Audience.HANDLERS:
        return responsible(ticket, now)
    if audience == Audience.SUPPLIERS_MANAGERS:
        return suppliers_managers(ticket.contract)
    return _of_party(ticket.contract.buyer_id, Role.BUYER_MANAGER)


def _of_party(party: int | None, role: Role) -> list["Person"]:
    if party is None:
        return []
    return list(people().filter(party=party, is_active=True, roles__role=role).distinct())
