"""Reads about parties, people and their keys."""

import hashlib
from typing import Any

from django.db.models import Q, QuerySet

from kangwei.accounts.enums import OFFICERS, PartyKind
from kangwei.accounts.models import ApiKey, Institution, Notice, Party, Person
from kangwei.base.audit import Actor


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


def person_behind(actor: Actor) -> Person | None:
    """The person who acts; None where the system does."""
    return actor if isinstance(actor, Person) else None


def person(**lookup: Any) -> Person:
    """One person; Person.DoesNotExist where there is none."""
    return Person.objects.select_related("party").get(**lookup)


COUNTED_NOTICES = 99
"""Unread notices are counted so far: beyond it the figure says nothing more."""


def notices(person: Person) -> QuerySet[Notice]:
    """What the person was told, the latest first."""
    return Notice.objects.filter(person=person)


def unread_notices(person: Person) -> QuerySet[Notice]:
    """What of it waits to be read."""
    return notices(person).filter(read_at=None)


def unread_count(person: Person) -> int:
    """How many wait to be read; COUNTED_NOTICES + 1 stands for more."""
    return unread_notices(person).order_by()[: COUNTED_NOTICES + 1].count()


def key_digest(text: str) -> str:
    """What is kept of a key. It is random and long, so a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def holder_of(key_text: str) -> Person | None:
    """For whom the key speaks, in one query; None where it is unknown or revoked, where the person may not sign in, or
    has not consented.

    None for an officer too: a key was made before the role was given, and an office is held by a person.
    """
    fits = Person.objects.filter(
        api_keys__digest=key_digest(key_text), api_keys__agreed_at__isnull=False, api_keys__revoked_at=None,
        is_active=True,
    )  # fmt: skip
    return fits.exclude(roles__role__in=OFFICERS).select_related("party").first()


def awaits_consent(key_text: str) -> bool:
    """Whether the key opens nothing only because the person whose name it bears has not consented yet."""
    return ApiKey.objects.filter(digest=key_digest(key_text), agreed_at=None, revoked_at=None).exists()


def may_hold_keys() -> QuerySet[Person]:
    """For whom a key may be made: who may sign in and is no officer."""
    return people().filter(is_active=True).exclude(roles__role__in=OFFICERS)


def own_api_keys(person: Person) -> QuerySet[ApiKey]:
    """The keys that speak for the person, or will once the person consents, the latest first."""
    return ApiKey.objects.filter(person=person)


def api_keys(text: str = "") -> QuerySet[ApiKey]:
    """All keys with their people, the latest first; with a text those whose purpose, start or person holds it."""
    found = ApiKey.objects.select_related("person__party")
    if not text:
        return found
    of_person = Q(person__name__icontains=text) | Q(person__username__icontains=text)
    return found.filter(Q(name__icontains=text) | Q(start__startswith=text) | of_person)
