"""The practice organisations and the people who do the work."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kangwei.accounts import actions, queries
from kangwei.accounts.enums import PartyKind, Role
from kangwei.base.audit import Actor
from kangwei.base.errors import ActionError
from kangwei.simulation.copies import PREFIX

if TYPE_CHECKING:
    from kangwei.accounts.models import Party, Person


@dataclass(frozen=True)
class Account:
    """A practice person's sign-in, shown once."""

    username: str
    password: str
    role: str
    party: str


@dataclass(frozen=True)
class Crew:
    """Who works on one contract."""

    manager: "Person"
    project_manager: "Person"
    engineer: "Person"
    clerk: "Person"


class Registry:
    """Registers practice parties and people, and keeps the passwords given."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self._actor, self._now = actor, now
        self._managers: dict[str, Person] = {}
        self.accounts: list[Account] = []

    def crew(self, number: int, buyer: str, supplier: str) -> Crew:
        """The people of the contract of that number; buyers' managers are shared between contracts of one buyer."""
        buyers, suppliers = self._party(buyer, PartyKind.BUYER), self._party(supplier, PartyKind.SUPPLIER)
        if buyer not in self._managers:
            name = f"buyer{len(self._managers) + 1}"
            self._managers[buyer] = self._person(name, buyers, Role.BUYER_MANAGER)
        return Crew(
            manager=self._managers[buyer],
            project_manager=self._person(f"pm{number}", suppliers, Role.PROJECT_MANAGER),
            engineer=self._person(f"engineer{number}", suppliers, Role.ENGINEER),
            clerk=self._person(f"clerk{number}", suppliers, Role.CLERK),
        )

    def _party(self, name: str, kind: PartyKind) -> "Party":
        party = queries.party_named(name)
        if party is None:
            return actions.create_party(name=name, kind=kind, practice=True, actor=self._actor, now=self._now)
        if not party.practice:
            raise ActionError(f"已有一个真实单位叫「{name}」，练习数据不能用它")
        return party

    def _person(self, name: str, party: "Party", role: Role) -> "Person":
        username = PREFIX + name
        person, password = actions.create_person(
            username=username, name=f"练习{role.label}", party=party, actor=self._actor, now=self._now
        )
        actions.grant_role(person=person, role=role, actor=self._actor, now=self._now)
        self.accounts.append(Account(username, password, role.label, party.name))
        return person
