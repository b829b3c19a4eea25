"""What lists of assets share: rows that were ticked, filters by party."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest

from kangwei.assets import queries
from kangwei.assets.models import Asset
from kangwei.base.web import PersonRequest, key_in

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

MOST_CHOSEN = 1000
CHOSEN = "asset"


def chosen(request: HttpRequest, rows: QuerySet[Asset]) -> list[Asset]:
    """Those of the rows that were ticked, or stand in the comma-separated list of a form after it; at most so many."""
    texts = [part for text in request.POST.getlist(CHOSEN) for part in text.split(",")]
    ids = [key for text in texts if (key := key_in(text)) is not None]
    return list(rows.filter(pk__in=ids[:MOST_CHOSEN]))


def joined(assets: list[Asset]) -> str:
    """What the form after the list keeps of the choice."""
    return ",".join(str(asset.pk) for asset in assets)


def owner_options(request: PersonRequest) -> list[tuple[Any, str]]:
    """The parties whose assets the person may see, for a filter; none where there is no choice."""
    found = [(party.pk, party.name) for party in queries.owners(request.user)]
    return found if len(found) > 1 else []


def one_owner(request: PersonRequest) -> tuple["Party | None", list[dict[str, Any]]]:
    """The party that a page is about, which `?owner=` names, and the filter that changes it where there are several."""
    owners = list(queries.owners(request.user))
    wanted = request.GET.get("owner", "")
    owner = next((party for party in owners if str(party.pk) == wanted), owners[0] if owners else None)
    options = [(party.pk, party.name) for party in owners]
    chosen_owner = owner.pk if owner else ""
    several = [{"name": "owner", "label": "单位", "kind": "select", "options": options, "value": chosen_owner}]
    return owner, several if len(owners) > 1 else []


def of_owner(request: HttpRequest, rows: QuerySet[Asset]) -> QuerySet[Asset]:
    """Those of the party that `?owner=` names."""
    owner = key_in(request.GET.get("owner", ""))
    return rows if owner is None else rows.filter(owner=owner)
