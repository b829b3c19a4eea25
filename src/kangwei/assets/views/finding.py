"""What every page of assets looks up, and refuses."""

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from kangwei.assets import queries
from kangwei.assets.models import Asset
from kangwei.base.web import PersonRequest
from kangwei.core.ledgers import Kind


def kind_or_404(kind: str) -> Kind:
    """The kind of that id."""
    found = queries.kinds().get(kind)
    if found is None:
        raise Http404
    return found


def asset_or_404(request: PersonRequest, pk: int) -> Asset:
    """The asset, if the person may see it and its kind is still in the library."""
    return get_object_or_404(known(queries.assets(request.user)), pk=pk)


def known(rows: QuerySet[Asset]) -> QuerySet[Asset]:
    """Those whose kind is still in the library."""
    # Nearly all are. Asked for the column itself, SQLite goes through its index, kind after kind, before anything else.
    return rows.alias(named_kind=Coalesce("kind", Value(""))).filter(named_kind__in=list(queries.kinds()))
