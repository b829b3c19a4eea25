"""Reads of the access registers and of genuine software: addresses, accounts, licences."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from kangwei.accounts.enums import PartyKind
from kangwei.assets import queries
from kangwei.assets.addresses import Holder
from kangwei.assets.enums import AssetState
from kangwei.assets.genuine import Installed, Licence
from kangwei.assets.models import Asset, AssetDocument, AssetEvent
from kangwei.core.calendars import local_day

if TYPE_CHECKING:
    from kangwei.accounts.models import Party, Person

ADDRESS, ACCOUNT, TERMINAL, LICENCE = "address-registration", "account", "terminal", "licence"
REVIEW_DAYS = 90
SOFTWARE_FIELDS = ("os", "office", "antivirus")
"""The fields of a terminal that name a product which has to be licensed."""


def addressed_kinds() -> list[str]:
    """The kinds whose assets hold an address of their own: those that have an IP and a MAC address."""
    wanted = {"ip", "mac"}
    return [name for name, kind in queries.kinds().items() if wanted <= {field.id for field in kind.attributes}]


def holders(rows: QuerySet[Asset]) -> list[Holder]:
    """Who holds which address among these assets, in one query; withdrawn registrations hold theirs no longer."""
    kept = rows.filter(kind__in=addressed_kinds()).exclude(state=AssetState.SCRAPPED).order_by("kind", "number")
    fields = ("pk", "kind", "number", "name", "custodian", "state", "attributes__ip", "attributes__mac")
    names = {name: kind.name for name, kind in queries.kinds().items()}
    return [
        Holder(
            pk, kind, names[kind], number, name, custodian, ip or "", mac or "",
            free=kind == ADDRESS and state != AssetState.IN_USE,
        )
        for pk, kind, number, name, custodian, state, ip, mac in kept.values_list(*fields)
        if ip or mac
    ]  # fmt: skip


def taken(owner: "Party | None") -> set[str]:
    """Every address of a party that is in use, whoever may see by what, with the gateways that registrations name.

    Otherwise a supplier would be told that the addresses of another one's devices are free.
    """
    rows = Asset.objects.filter(owner=owner)
    named = rows.filter(kind=ADDRESS).exclude(state=AssetState.SCRAPPED).order_by()
    gateways = named.values_list("attributes__gateway", flat=True).distinct()
    return {one.ip for one in holders(rows) if not one.free} | {text for text in gateways if text}


def accounts(rows: QuerySet[Asset], now: datetime) -> QuerySet[Asset]:
    """The accounts of systems with `operated_at`, the last time that one was opened, changed or reviewed, and `gone`:

    whether another account of the same person has been closed.
    """
    operated = AssetEvent.objects.filter(asset=OuterRef("pk"), action="operate").order_by()
    same = Asset.objects.filter(
        kind=ACCOUNT, state=AssetState.SCRAPPED, owner=OuterRef("owner"), name=OuterRef("name"),
        institution=OuterRef("institution"),
    )  # fmt: skip
    found = rows.filter(kind=ACCOUNT).annotate(
        operated_at=Subquery(operated.values("asset").annotate(latest=Max("at")).values("latest")), gone=Exists(same)
    )
    return found.annotate(to_review=Q(_stale(now)) & ~Q(state=AssetState.SCRAPPED))


def to_review(rows: QuerySet[Asset], now: datetime) -> QuerySet[Asset]:
    """Of `accounts` those that somebody has to look at: untouched for 90 days, or of a person who is gone."""
    return rows.exclude(state=AssetState.SCRAPPED).filter(_stale(now) | Q(gone=True))


def _stale(now: datetime) -> Q:
    since = now - timedelta(days=REVIEW_DAYS)
    never = Q(operated_at=None)
    return (
        Q(operated_at__lt=since)
        | (never & Q(in_use_since__lt=local_day(since)))
        | (never & Q(in_use_since=None, created_at__lt=since))
    )


def accounts_by_system(rows: QuerySet[Asset], now: datetime) -> QuerySet[Any, Any]:
    """Of `accounts`: for each system how many are open, closed, and to be reviewed, in one query."""
    live = ~Q(state=AssetState.SCRAPPED)
    return (
        rows.order_by()
        .values("system", "system__name", "owner__name")
        .annotate(
            open=Count("pk", filter=live),
            closed=Count("pk", filter=~live),
            due=Count("pk", filter=live & (_stale(now) | Q(gone=True))),
        )
        .order_by("system__name")
    )


def licences(rows: QuerySet[Asset], today: date) -> list[Licence]:
    """The licences in term."""
    kept = rows.filter(kind=LICENCE).exclude(state=AssetState.SCRAPPED)
    in_term = kept.filter(Q(expires_on=None) | Q(expires_on__gte=today)).order_by("number")
    fields = ("pk", "attributes__product", "attributes__version", "attributes__form", "attributes__seats", "name")
    return [
        Licence(pk, product or name, version or "", form or "", seats)
        for pk, product, version, form, seats, name in in_term.values_list(*fields)
    ]


def installed(rows: QuerySet[Asset]) -> Iterator[Installed]:
    """What the ledger of terminals says is installed."""
    kind = queries.kinds()[TERMINAL]
    labels = [kind.field(name).label for name in SOFTWARE_FIELDS]
    fields = [f"attributes__{name}" for name in SOFTWARE_FIELDS]
    for pk, *texts in terminals(rows).values_list("pk", *fields):
        for label, text in zip(labels, texts, strict=True):
            if text:
                yield Installed(pk, label, text)


def terminals(rows: QuerySet[Asset]) -> QuerySet[Asset]:
    """The terminals that are not scrapped."""
    return rows.filter(kind=TERMINAL).exclude(state=AssetState.SCRAPPED).order_by("number")


def documents(person: "Person") -> QuerySet[AssetDocument]:
    """The documents made of the register: those that the person's party made, and a buyer's of its own assets.

    Another supplier's are not for a supplier: they may show assets that it does not maintain.
    """
    found = AssetDocument.objects.select_related("owner", "maker", "asset", "document")
    kind = person.party.kind
    if kind in (PartyKind.OPERATOR, PartyKind.SUPERVISOR):
        return found
    return found.filter(Q(maker=person.party) | Q(owner=person.party))
