"""Reads of stock-takes: their lines, how far they are, and the asset that somebody scanned."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from kangwei.accounts.enums import PartyKind
from kangwei.assets import queries
from kangwei.assets.enums import CountState
from kangwei.assets.models import Asset, StockTake, StockTakeLine

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

MOST_PLACES = 200
_LABEL_ADDRESS = re.compile(r"/assets/scan/(\d{1,18})/?$")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


@dataclass(frozen=True)
class Progress:
    """How many lines of a stock-take have each result."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """How many assets the list had when it was made."""
        return sum(self.counts.values()) - self.of(CountState.EXTRA)

    @property
    def counted(self) -> int:
        """How many of them were found."""
        return self.of(CountState.FOUND) + self.of(CountState.MOVED)

    @property
    def total(self) -> int:
        """All lines."""
        return sum(self.counts.values())

    def of(self, state: CountState) -> int:
        """The number of lines with that result."""
        return self.counts.get(state, 0)


def lines(person: "Person", stocktake: StockTake) -> QuerySet[StockTakeLine]:
    """The lines of the assets that a person may see, by number."""
    return _visible(person, StockTakeLine.objects.filter(stocktake=stocktake)).select_related("asset")


def _visible(person: "Person", rows: QuerySet[StockTakeLine]) -> QuerySet[StockTakeLine]:
    # Of a stock-take that others may see at all, they see every line: it is of one owner.
    if person.party.kind != PartyKind.SUPPLIER:
        return rows
    return rows.filter(asset__in=queries.assets(person).order_by().values("pk"))


def sees_all(person: "Person", stocktake: StockTake) -> bool:
    """Whether the person may see every line, and therefore end the stock-take and read its sheet."""
    if person.party.kind != PartyKind.SUPPLIER:
        return True
    everything = StockTakeLine.objects.filter(stocktake=stocktake)
    return _visible(person, everything).count() == everything.count()


def progress(person: "Person", stocktakes: Iterable[StockTake]) -> dict[int, Progress]:
    """How far each stock-take is, over the lines that the person may see, in one query."""
    found: dict[int, dict[str, int]] = {stocktake.pk: {} for stocktake in stocktakes}
    rows = _visible(person, StockTakeLine.objects.filter(stocktake__in=list(found))).order_by()
    for pk, state, count in rows.values_list("stocktake", "state").annotate(count=Count("pk")):
        found[pk][state] = count
    return {pk: Progress(counts) for pk, counts in found.items()}


def search_lines(rows: QuerySet[StockTakeLine], text: str) -> QuerySet[StockTakeLine]:
    """Those whose asset holds every word of the text."""
    for word in text.lower().split():
        rows = rows.filter(asset__search__contains=word)
    return rows


def places(rows: QuerySet[StockTakeLine]) -> list[str]:
    """Where the register has the assets of these lines; none where there are too many places to choose from."""
    found = rows.exclude(expected_place="").order_by("expected_place").values_list("expected_place", flat=True)
    few = list(found.distinct()[: MOST_PLACES + 1])
    return few if len(few) <= MOST_PLACES else []


def open_stocktakes(person: "Person") -> QuerySet[StockTake]:
    """The stock-takes that still count."""
    return queries.stocktakes(person).filter(closed_at=None)


def open_stocktakes_of(person: "Person", asset: Asset) -> list[tuple[StockTake, StockTakeLine | None]]:
    """The open stock-takes of an asset's owner and kind, each with its line; those that list the asset, if any do."""
    rows = open_stocktakes(person).filter(owner=asset.owner_id, kind=asset.kind)
    own = {line.stocktake_id: line for line in StockTakeLine.objects.filter(asset=asset, stocktake__in=rows)}
    found = [(stocktake, own.get(stocktake.pk)) for stocktake in rows]
    return [pair for pair in found if pair[1]] or found


def tidied(text: str) -> str:
    """What was typed or scanned, as numbers are written: half-width, without blanks around it."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def scanned(rows: QuerySet[Asset], code: str, *, kind: str = "") -> list[Asset]:
    """The assets among `rows` that a tidied code stands for: the address in a label, a number, a serial number.

    A number names one asset of a party. A serial number may name several; then those of `kind`, where there are any.
    """
    if label := _LABEL_ADDRESS.search(code):
        return list(rows.filter(pk=int(label[1])))
    if not code:
        return []
    writings = {code, code.upper(), code.lower()}
    found = list(rows.filter(number__in=writings)[:10]) or list(rows.filter(serial_number__in=writings)[:10])
    return [asset for asset in found if asset.kind == kind] or found
