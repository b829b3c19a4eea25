"""Reads of assets."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet

from kangwei.accounts.enums import PartyKind
from kangwei.accounts.queries import parties, suppliers
from kangwei.assets.enums import RELATIONS, SYSTEM, AssetState, RelationKind, RepairStanding
from kangwei.assets.impact import Edge, Hit, impact
from kangwei.assets.models import Asset, ImportBatch, Maintenance, Relation, Repair, StockTake
from kangwei.assets.relation_ledger import RELATION_LEDGER
from kangwei.core.ledgers import Kind, bundled_kinds

if TYPE_CHECKING:
    from kangwei.accounts.models import Party, Person


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of asset by its id, systems first, then as their groups have them."""
    return bundled_kinds()


def asset_scope(person: "Person") -> Q:
    """Which assets a person may see: a buyer its own, a supplier what it maintains and what belongs to that."""
    return party_scope(person.party)


def party_scope(party: "Party") -> Q:
    """Which assets the people of a party may see."""
    if party.kind in (PartyKind.OPERATOR, PartyKind.SUPERVISOR):
        return Q()
    if party.kind == PartyKind.BUYER:
        return Q(owner=party)
    held = Maintenance.objects.filter(supplier=party).values("system")
    return Q(maintainer=party) | Q(pk__in=held) | Q(system__in=held)


def assets(person: "Person") -> QuerySet[Asset]:
    """The assets a person may see."""
    return Asset.objects.filter(asset_scope(person)).select_related("owner", "system", "maintainer")


def owners(person: "Person") -> QuerySet["Party"]:
    """The parties whose assets a person may register: a buyer's people their own party, the platform every buyer."""
    if person.party.kind == PartyKind.SUPPLIER:
        return parties().filter(pk__in=assets(person).order_by().values("owner"))
    buyers = parties().filter(kind=PartyKind.BUYER)
    return buyers.filter(pk=person.party_id) if person.party.kind == PartyKind.BUYER else buyers


def search_assets(rows: QuerySet[Asset], text: str) -> QuerySet[Asset]:
    """Those that hold every word of the text: number, name, serial number, place, people, attributes."""
    for word in text.lower().split():
        rows = rows.filter(search__contains=word)
    return rows


def systems_by_name(owner: "Party") -> list[Asset]:
    """Every system of a party, those that are scrapped first: their names stay taken."""
    found = Asset.objects.filter(owner=owner, kind=SYSTEM).order_by("name", "pk")
    return sorted(found, key=lambda asset: asset.state != AssetState.SCRAPPED)


def systems_seen(person: "Person") -> QuerySet[Asset]:
    """The systems a person may see that are not scrapped, by name."""
    return assets(person).filter(kind=SYSTEM).exclude(state=AssetState.SCRAPPED).order_by("name")


def systems_under(contracts: Any) -> QuerySet[Asset]:
    """The systems that contracts of these codes maintain and that are not scrapped, by name, whoever may see them."""
    held = Maintenance.objects.filter(contract__in=contracts).order_by().values("system")
    return Asset.objects.filter(kind=SYSTEM, pk__in=held).exclude(state=AssetState.SCRAPPED).order_by("name")


def system_named(contract_code: str, names: Sequence[str]) -> Asset | None:
    """The system of the contract that the first fitting name names, by itself or by something that belongs to it."""
    systems = systems_under([contract_code])
    for name in (name for name in names if name):
        if found := systems.filter(Q(name=name) | Q(assets__name=name)).first():
            return found
    return None


def subsystems(person: "Person", system: Asset) -> QuerySet[Asset]:
    """The systems that are part of one, by relation or as their entry says."""
    parts = Relation.objects.filter(target=system, kind=RelationKind.PART_OF).values("source")
    return systems_seen(person).filter(Q(pk__in=parts) | Q(system=system))


def maintenances(person: "Person", system: Asset) -> QuerySet[Maintenance]:
    """The contracts that maintain a system; to a supplier only its own."""
    found = system.maintenances.select_related("supplier")
    return found.filter(supplier=person.party) if person.party.kind == PartyKind.SUPPLIER else found


def maintainers(person: "Person") -> QuerySet["Party"]:
    """The suppliers that maintain anything a person may see."""
    mine = assets(person).order_by()
    held = Maintenance.objects.filter(system__in=mine.values("pk")).order_by().values("supplier")
    return suppliers().filter(Q(pk__in=held) | Q(pk__in=mine.values("maintainer")))


def counts_by_kind(rows: QuerySet[Asset]) -> dict[str, int]:
    """Kind → number of those that are not scrapped, in one query."""
    live = rows.exclude(state=AssetState.SCRAPPED)
    return dict(live.order_by().values_list("kind").annotate(n=Count("pk")))


def reminded(today: date) -> Q:
    """What has expired or will within the days by which its kind is reminded."""
    by_days: dict[int, list[str]] = {}
    for kind in kinds().values():
        if kind.expires:
            by_days.setdefault(kind.remind_days, []).append(kind.id)
    near = Q(pk__in=[])
    for days, names in by_days.items():
        near |= Q(kind__in=names, expires_on__lte=today + timedelta(days=days))
    # What no kind reminds of is said apart, so that the index of the date is of use.
    return Q(expires_on__lte=today + timedelta(days=max(by_days, default=0))) & near


def near_expiry(rows: QuerySet[Asset], today: date) -> QuerySet[Asset]:
    """Those that have expired or will within the days by which their kind is reminded, the past ones first."""
    return rows.filter(reminded(today)).exclude(state=AssetState.SCRAPPED).order_by("expires_on", "number")


def untold_expiries(today: date) -> QuerySet[Asset]:
    """Assets near the end of their time about which no signal went up yet for that date."""
    return near_expiry(Asset.objects.all(), today).exclude(expiry_told=F("expires_on"))


def renewable_kinds() -> dict[str, Kind]:
    """The kinds that expire and have an operation that renews them."""
    return {
        name: kind
        for name, kind in kinds().items()
        if any(one.id == "renew" and kind.expires in one.sets for one in kind.operations)
    }


def repairs(person: "Person") -> QuerySet[Repair]:
    """The repairs of assets a person may see, the latest first."""
    mine = assets(person).order_by().values("pk")
    return Repair.objects.filter(asset__in=mine).select_related("asset__owner", "asset__system")


def open_repairs(person: "Person") -> QuerySet[Repair]:
    """Repairs that are not back, the most urgent first."""
    return repairs(person).filter(returned_at=None).order_by(F("due_at").asc(nulls_last=True), "pk")


def _standing(standing: RepairStanding, now: datetime) -> Q:
    return {
        RepairStanding.OPEN: Q(returned_at=None),
        RepairStanding.OVERDUE: Q(returned_at=None, due_at__lt=now),
        RepairStanding.RETURNED: Q(returned_at__isnull=False),
        RepairStanding.LATE: Q(returned_at__gt=F("due_at")),
    }[standing]


def repairs_standing(rows: QuerySet[Repair], standing: RepairStanding, now: datetime) -> QuerySet[Repair]:
    """Those that stand like this: what is not back by its limit, what is back the latest first."""
    found = rows.filter(_standing(standing, now))
    if standing in (RepairStanding.RETURNED, RepairStanding.LATE):
        return found.order_by("-returned_at", "-pk")
    return found.order_by(F("due_at").asc(nulls_last=True), "pk")


def repair_counts(rows: QuerySet[Repair], now: datetime) -> dict[str, int]:
    """How many repairs stand how, in one query."""
    counts = {one.value: Count("pk", filter=_standing(one, now)) for one in RepairStanding}
    return rows.order_by().aggregate(**counts)


def search_repairs(rows: QuerySet[Repair], text: str) -> QuerySet[Repair]:
    """Those whose asset, fault or vendor holds every word of the text."""
    for word in text.lower().split():
        rows = rows.filter(Q(asset__search__contains=word) | Q(fault__icontains=word) | Q(vendor__icontains=word))
    return rows


def impact_of(asset: Asset) -> list[tuple[Asset, Hit]]:
    """What the failure of an asset hits, with a query a step; strongest and nearest first."""
    hits = impact(asset.pk, _edges)
    found = Asset.objects.in_bulk(hits)
    order = {"fails": 0, "impaired": 1, "unprotected": 2}
    rows = [(found[pk], hit) for pk, hit in hits.items()]
    return sorted(rows, key=lambda row: (order[row[1].effect], row[1].steps, row[0].kind, row[0].number))


def _edges(ids: Iterable[int]) -> list[Edge]:
    wanted = list(ids)
    rows = Relation.objects.filter(Q(source__in=wanted) | Q(target__in=wanted)).exclude(
        Q(source__state=AssetState.SCRAPPED) | Q(target__state=AssetState.SCRAPPED)
    )
    owned = Asset.objects.filter(Q(pk__in=wanted) | Q(system__in=wanted), system__isnull=False).exclude(
        state=AssetState.SCRAPPED
    )
    edges = [Edge(*row) for row in rows.order_by().values_list("source", "kind", "target")]
    belongings = owned.order_by().values_list("pk", "system")
    return edges + [Edge(pk, "owned_by", system) for pk, system in belongings if system]


def relations_of(asset: Asset) -> QuerySet[Relation]:
    """The relations that begin or end at an asset."""
    return Relation.objects.filter(Q(source=asset) | Q(target=asset)).select_related("source", "target")


def relations_seen(person: "Person", asset: Asset) -> QuerySet[Relation]:
    """The relations of an asset whose other end the person may see as well."""
    found = relations_of(asset)
    if person.party.kind != PartyKind.SUPPLIER:
        return found
    mine = assets(person).order_by().values("pk")
    return found.filter(source__in=mine, target__in=mine)


def batches(person: "Person") -> QuerySet[ImportBatch]:
    """The ledgers brought in for parties whose assets the person may register; of a supplier's people their own."""
    found = ImportBatch.objects.filter(owner__in=owners(person)).select_related("owner", "maintainer")
    return found.filter(maintainer=person.party) if person.party.kind == PartyKind.SUPPLIER else found


def search_batches(rows: QuerySet[ImportBatch], text: str) -> QuerySet[ImportBatch]:
    """Those whose file or uploader holds the text."""
    return rows.filter(Q(file_name__icontains=text) | Q(uploaded_by__icontains=text))


def ledger_kinds() -> dict[str, Kind]:
    """What a ledger can be of: every kind of asset, and relations."""
    return kinds() | {RELATIONS: RELATION_LEDGER}


def stocktakes(person: "Person") -> QuerySet[StockTake]:
    """The stock-takes of parties whose assets the person may see."""
    return StockTake.objects.filter(owner__in=owners(person)).select_related("owner")


def values_of(asset: Asset) -> dict[str, Any]:
    """What is known of an asset by field id, as JSON data; the system by name."""
    return {
        "number": asset.number,
        "name": asset.name,
        "serial_number": asset.serial_number,
        "state": asset.state,
        "system": asset.system.name if asset.system else "",
        "place": asset.place,
        "custodian": asset.custodian,
        "institution": asset.institution,
        "in_use_since": asset.in_use_since.isoformat() if asset.in_use_since else None,
        "note": asset.note,
        **asset.attributes,
    }


def words_for(system: Asset) -> set[str]:
    """The words by which limits are set for a system: names and categories of it and of what it is part of."""
    found, frontier = {system.pk: system}, [system.pk]
    while frontier:
        wholes = Asset.objects.filter(incoming__source__in=frontier, incoming__kind=RelationKind.PART_OF)
        fresh = {whole.pk: whole for whole in wholes if whole.pk not in found}
        found |= fresh
        frontier = list(fresh)
    words = {word for asset in found.values() for word in (asset.name, asset.attributes.get("category", ""))}
    return words - {""}


def asset_by_id(pk: int) -> Asset:
    """One asset, whoever may see it; for what the system does by itself. Asset.DoesNotExist where there is none."""
    return Asset.objects.select_related("owner", "system", "maintainer").get(pk=pk)


def contracts_of(asset: Asset) -> list[str]:
    """The codes of the contracts that maintain an asset, or the system that it belongs to."""
    held = Maintenance.objects.filter(system__in=[pk for pk in (asset.pk, asset.system_id) if pk])
    return list(held.values_list("contract", flat=True).distinct())
