"""What the register holds of one owner and kind, by everything that may stand there once only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Max

from kangwei.assets import queries
from kangwei.assets.enums import SYSTEM, AssetState
from kangwei.assets.models import Asset, AssetEvent, ImportBatch
from kangwei.core.ledgers import COMMON, Kind

if TYPE_CHECKING:
    from kangwei.accounts.models import Party

Values = tuple[Any, ...]
_COMMON = tuple(attribute.id for attribute in COMMON)
_MOST_NAMED = 5


class Holder(NamedTuple):
    """Who has a number."""

    asset_id: int
    kind: str
    name: str


class Register:
    """Read once for a whole ledger and kept up with what the ledger and others change.

    `keys` are the sets of fields whose values tell assets apart: those that rows are matched by, the kind's own, and
    each unique attribute. Numbers are unique over all kinds. A row that will be a new asset is known by an id below 0.
    """

    def __init__(self, batch: ImportBatch, kind: Kind) -> None:
        unique = [(field.id,) for field in kind.attributes if field.unique]
        self.keys: tuple[tuple[str, ...], ...] = tuple(dict.fromkeys([tuple(batch.key), kind.key, *unique]))
        self._batch, self._kind = batch, kind
        self._holders: dict[tuple[str, ...], dict[Values, list[int]]] = {key: {} for key in self.keys}
        self._values: dict[int, dict[tuple[str, ...], Values]] = {}
        self._numbers: dict[str, Holder] = {}
        self._number_of: dict[int, str] = {}
        self._visible = _visible(batch.owner, batch.maintainer)
        self.systems = _systems(batch.owner, self._visible)
        self._seen = AssetEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        self._read_numbers(self._owned())
        self._read_keys(self._owned().filter(kind=kind.id))

    def holders(self, key: tuple[str, ...], values: Values) -> list[int]:
        """The assets with these values in these fields; none where a value is empty."""
        return [] if _has_empty(values) else self._holders[key].get(values, [])

    def values(self, asset_id: int, key: tuple[str, ...]) -> Values:
        """What an asset has in these fields."""
        return self._values[asset_id][key]

    def number_holder(self, number: str) -> Holder | None:
        """Who has a number, of whatever kind."""
        return self._numbers.get(number)

    def is_visible(self, asset_id: int) -> bool:
        """Whether whoever brought the ledger may see the asset."""
        return asset_id < 0 or self._visible is None or asset_id in self._visible

    def named(self, asset_ids: Sequence[int]) -> str:
        """The numbers of assets; of those that one may not see nothing but that they are there."""
        shown = [self._number_of.get(pk, "本文件中的一行") for pk in asset_ids[:_MOST_NAMED] if self.is_visible(pk)]
        more = len(asset_ids) - len(shown)
        return "、".join(shown) + (f"{'等' if shown else ''} {more} 项其他资产" if more else "")

    def put(self, asset_id: int, key: tuple[str, ...], values: Values) -> None:
        """An asset now has these values in these fields."""
        mine = self._values.setdefault(asset_id, {})
        before = mine.get(key)
        if before == values:
            return
        by_values = self._holders[key]
        if before in by_values and asset_id in by_values[before]:
            by_values[before].remove(asset_id)
        mine[key] = values
        if not _has_empty(values):
            by_values.setdefault(values, []).append(asset_id)

    def put_number(self, asset_id: int, number: str, name: str, kind: str = "") -> None:
        """An asset now has this number."""
        before = self._number_of.get(asset_id)
        if before is not None and self._numbers.get(before, Holder(0, "", "")).asset_id == asset_id:
            del self._numbers[before]
        self._number_of[asset_id] = number
        self._numbers[number] = Holder(asset_id, kind or self._kind.id, name)

    def catch_up(self) -> None:
        """Read again what others changed since; to be called inside the transaction that relies on it."""
        events = AssetEvent.objects.filter(pk__gt=self._seen)
        last = events.aggregate(last=Max("pk"))["last"]
        if last is None:
            return
        others = events.filter(asset__owner=self._batch.owner).exclude(batch=self._batch).order_by()
        self._seen = last
        if others.exists():
            changed = self._owned().filter(pk__in=others.values("asset"))
            self._read_numbers(changed)
            self._read_keys(changed.filter(kind=self._kind.id))
            self._visible = _visible(self._batch.owner, self._batch.maintainer)
            self.systems = _systems(self._batch.owner, self._visible)

    def _owned(self) -> Any:
        return Asset.objects.filter(owner=self._batch.owner).order_by()

    def _read_numbers(self, rows: Any) -> None:
        for pk, number, kind, name in rows.values_list("pk", "number", "kind", "name").iterator(2000):
            self.put_number(pk, number, name, kind)

    def _read_keys(self, rows: Any) -> None:
        fields = list(dict.fromkeys(name for key in self.keys for name in key))
        common = [name for name in fields if name in _COMMON]
        columns = ["system__name" if name == "system" else name for name in common]
        own = len(common) < len(fields)
        for pk, *cells in rows.values_list("pk", *columns, *(["attributes"] if own else [])).iterator(2000):
            found = dict(zip(common, map(_plain, cells), strict=False))
            known: Mapping[str, Any] = found | cells[-1] if own else found
            for key in self.keys:
                self.put(pk, key, tuple(known.get(name) for name in key))


def _plain(value: Any) -> Any:
    """A column's value as ledgers have it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _has_empty(values: Iterable[Any]) -> bool:
    return any(value is None or value == "" for value in values)


def _visible(owner: "Party", maintainer: "Party | None") -> set[int] | None:
    """The assets of the owner that the supplier may see; None for everything."""
    if maintainer is None:
        return None
    seen = Asset.objects.filter(queries.party_scope(maintainer), owner=owner)
    return set(seen.order_by().values_list("pk", flat=True))


def _systems(owner: "Party", visible: set[int] | None) -> dict[str, Asset]:
    """The systems that rows may name; of several with one name the one that is not scrapped."""
    rows = Asset.objects.filter(owner=owner, kind=SYSTEM).only("pk", "name", "state", "number").order_by("number")
    found = [row for row in rows if visible is None or row.pk in visible]
    found.sort(key=lambda row: row.state == AssetState.SCRAPPED)
    return {row.name: row for row in reversed(found)}
