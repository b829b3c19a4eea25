"""What fails if one asset fails, as a person may see it: each with the way it came, and the picture of it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from kangwei.accounts.enums import PartyKind
from kangwei.assets import queries
from kangwei.assets.enums import Effect, RelationKind
from kangwei.assets.impact import Hit
from kangwei.assets.models import Asset

if TYPE_CHECKING:
    from kangwei.accounts.models import Person

TONES = {Effect.FAILS: "bad", Effect.IMPAIRED: "warn", Effect.UNPROTECTED: "muted"}
# Told apart by their outline as well.
_SYMBOLS = {Effect.FAILS: "diamond", Effect.IMPAIRED: "triangle", Effect.UNPROTECTED: "circle"}
DRAWN, ROWS, ROW_HEIGHT = 60, 12, 48
"""The picture draws so many at most, so many below one another, each so many pixels high."""


@dataclass(frozen=True)
class Leg:
    """One step of a way: the relation, whether it points back to where the way came from, and the asset reached."""

    word: str
    back: bool
    asset: Asset

    @property
    def arrow(self) -> str:
        """The relation with an arrow in its direction, for a way written from left to right."""
        return f"←{self.word}" if self.back else f"{self.word}→"


@dataclass(frozen=True)
class Consequence:
    """An asset that is hit, and the way from what failed to it; `before` is the asset that the last step came from."""

    asset: Asset
    effect: Effect
    steps: int
    before: int
    way: tuple[Leg, ...]


@dataclass(frozen=True)
class Consequences:
    """What a person may see of it, strongest and nearest first, and how many more are hit that are others' business."""

    rows: list[Consequence]
    hidden: int

    def by_effect(self) -> list[tuple[Effect, str, list[Consequence]]]:
        """The effects that occur, each with its tone and rows."""
        found = [(effect, TONES[effect], [row for row in self.rows if row.effect == effect]) for effect in Effect]
        return [group for group in found if group[2]]


def consequences(person: "Person", asset: Asset) -> Consequences:
    """What the failure of an asset hits. What a supplier may not see is counted, and not passed through either."""
    found = queries.impact_of(asset)
    hits = {other.pk: (other, hit) for other, hit in found}
    seen = _seen(person, list(hits))
    rows = []
    for other, hit in found:
        way = _way(asset, other, hits)
        if other.pk in seen and all(leg.asset.pk in seen for leg in way):
            rows.append(Consequence(other, hit.effect, len(way), _before(other, hit), way))
    return Consequences(rows, len(found) - len(rows))


def _seen(person: "Person", found: list[int]) -> set[int]:
    if person.party.kind != PartyKind.SUPPLIER:
        return set(found)
    return set(queries.assets(person).order_by().filter(pk__in=found).values_list("pk", flat=True))


def _before(asset: Asset, hit: Hit) -> int:
    return hit.edge.target if hit.edge.source == asset.pk else hit.edge.source


def _way(failed: Asset, asset: Asset, hits: dict[int, tuple[Asset, Hit]]) -> tuple[Leg, ...]:
    """From what failed to the asset. It ends: what fails was reached by fewer steps, and so on back."""
    legs: list[Leg] = []
    at = asset.pk
    while at != failed.pk:
        one, hit = hits[at]
        legs.append(Leg(RelationKind(hit.edge.kind).label, hit.edge.source == at, one))
        at = _before(one, hit)
    return tuple(reversed(legs))


def picture(failed: Asset, rows: list[Consequence]) -> dict[str, Any]:
    """An ECharts graph of the nearest of them, step by step from left to right; a click opens the asset."""
    drawn = sorted(rows, key=lambda row: row.steps)[:DRAWN]
    places = _places(failed, drawn)
    rows_high = max(1, *(2 * abs(y) for _, y in places.values()))
    effects = [effect for effect in Effect if any(row.effect == effect for row in drawn)]
    nodes = [_node(failed, 0, places)] + [_node(row.asset, effects.index(row.effect) + 1, places) for row in drawn]
    return {
        "tooltip": {"formatter": "{b}"},
        "legend": {"left": 0, "icon": None, "data": ["故障点", *(effect.label for effect in effects)]},
        # On axes, because a graph in coordinates of its own is stretched with its symbols.
        "grid": {"left": 52, "right": 52, "top": 44, "bottom": 36, "containLabel": False},
        "xAxis": {"type": "value", "show": False, "min": 0, "max": max(x for x, _ in places.values()) or 1},
        "yAxis": {"type": "value", "show": False, "inverse": True, "min": -rows_high / 2, "max": rows_high / 2},
        "series": [{
            "type": "graph", "coordinateSystem": "cartesian2d", "symbolSize": 16,
            "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 7,
            "label": {"show": True, "position": "bottom", "width": 110, "overflow": "truncate"},
            "edgeLabel": {"fontSize": 10},
            "labelLayout": {"hideOverlap": True},
            "categories": [
                {"name": "故障点", "symbol": "roundRect", "tone": "info"},
                *({"name": effect.label, "symbol": _SYMBOLS[effect], "tone": TONES[effect]} for effect in effects),
            ],
            "data": nodes, "links": [_link(row) for row in drawn],
        }],
    }  # fmt: skip


def height(rows: list[Consequence]) -> int:
    """The height in pixels that the picture needs."""
    per_step: defaultdict[int, int] = defaultdict(int)
    for row in sorted(rows, key=lambda row: row.steps)[:DRAWN]:
        per_step[row.steps] += 1
    return 110 + ROW_HEIGHT * min(ROWS, max(per_step.values(), default=1))


def _places(failed: Asset, drawn: list[Consequence]) -> dict[int, tuple[float, float]]:
    """Where each stands: a column a step, broken into several where it is long, beside where its way came from."""
    places = {failed.pk: (0.0, 0.0)}
    x = 0.0
    for steps in sorted({row.steps for row in drawn}):
        column = [row for row in drawn if row.steps == steps]
        column.sort(key=lambda row: (places[row.before][1], row.asset.number))
        for start in range(0, len(column), ROWS):
            part = column[start : start + ROWS]
            x += 1
            places |= {row.asset.pk: (x, index - (len(part) - 1) / 2) for index, row in enumerate(part)}
    return places


def _node(asset: Asset, category: int, places: dict[int, tuple[float, float]]) -> dict[str, Any]:
    x, y = places[asset.pk]
    return {
        "id": str(asset.pk), "name": asset.name, "value": [x, y], "category": category,
        "url": f"{reverse('assets:detail', args=[asset.pk])}?tab=impact",
    }  # fmt: skip


def _link(row: Consequence) -> dict[str, Any]:
    leg = row.way[-1]
    source, target = (row.asset.pk, row.before) if leg.back else (row.before, row.asset.pk)
    return {
        "source": str(source), "target": str(target), "label": {"show": True, "formatter": leg.word},
    }  # fmt: skip
