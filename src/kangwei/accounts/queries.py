"""Reads about parties and people."""

from typing import Any

from django.db.models import Q, QuerySet

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.models import Institution, Party, Person


def contract_scope(person: Person) -> Q:
    """Which contracts a person may see, over the fields `buyer` and `supplier` of a contract.

    The platform and supervisors see all, a buyer its own, a supplier only those it holds.
    """
    kind = person.party.kind
    if kind in (PartyKind.OPERATOR, PartyKind.SUPERVISOR):
        return Q()
    if kind == PartyKind.BUYER:
        return Q(buyer=person.party)
    return Q(supplier=person.party)


def prefixed(scope: Q, path: str) -> Q:
    """The same scope seen from a row that reaches its contract by `path`."""
    if not scope.children:
        return scope
    found = Q()
    for field, value in scope.children:  # type: ignore[misc]  # contract_scope makes plain pairs only
        found &= Q(**{f"{path}__{field}": value})
    return found


def party_named(name: str) -> Party | None:
    """The party of that name."""
    return Party.objects.filter(name=name).first()


def suppliers() -> QuerySet[Party]:
    """All suppliers."""
    return Party.objects.filter(kind=PartyKind.SUPPLIER)


def parties() -> QuerySet[Party]:
    """All parties."""
    return Party.objects.all()


def institutions(text: str = "") -> QuerySet[Institution]:
    """All institutions with their districts; with a text those whose name or district holds it."""
    found = Institution.objects.select_related("region")
    return found.filter(Q(name__icontains=text) | Q(region__name__icontains=text)) if text else found


def people() -> QuerySet[Person]:
    """All people with party and roles, in a constant number of queries."""
    return Person.objects.select_related("party").prefetch_related("roles").order_by("party__name", "name")


def search_people(found: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those whose name, sign-in name or party holds the text."""
    return found.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(party__name__icontains=text))


def person(**lookup: Any) -> Person:
    """One person; Person.DoesNotExist where there is none."""
    return Person.objects.select_related("party").get(**lookup)
