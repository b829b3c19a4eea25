"""What fails if one asset fails. Pure: edges come from a function, so that nothing is read twice."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from kangwei.assets.enums import Effect, RelationKind

MAX_DEPTH = 30
_RANK = {Effect.FAILS: 2, Effect.IMPAIRED: 1, Effect.UNPROTECTED: 0}
_FALLS_WITH = frozenset({RelationKind.RUNS_ON, RelationKind.DEPENDS_ON, RelationKind.PART_OF})
_PASSES_ON = frozenset({RelationKind.RUNS_ON, RelationKind.DEPENDS_ON})


class Edge(NamedTuple):
    """`source kind target`, by the ids of the assets."""

    source: int
    kind: str
    target: int


class Hit(NamedTuple):
    """How an asset is hit, through which edge, and how many steps from what failed."""

    effect: Effect
    edge: Edge
    steps: int


Edges = Callable[[Iterable[int]], Iterable[Edge]]
"""Every edge that begins or ends at one of these assets."""


def impact(failed: int, edges: Edges) -> dict[int, Hit]:
    """The assets that the failure of one hits, nearest first; the strongest effect on each, by the shortest way.

    What runs on, depends on or is part of something that fails, fails. What has a failed part, connects to a failed
    one or owns it, and what runs on or depends on something impaired, is impaired. What backs up to a failed
    one is unprotected. Circles end where they began.
    """
    hits: dict[int, Hit] = {}
    frontier = {failed: Effect.FAILS}
    for steps in range(1, MAX_DEPTH + 1):
        found: dict[int, Hit] = {}
        for edge in edges(frontier):
            for asset, effect in _consequences(edge, frontier):
                known = found.get(asset) or hits.get(asset)
                if asset != failed and (known is None or _RANK[effect] > _RANK[known.effect]):
                    found[asset] = Hit(effect, edge, steps)
        if not found:
            break
        hits |= found
        frontier = {asset: hit.effect for asset, hit in found.items() if hit.effect != Effect.UNPROTECTED}
    return hits


def _consequences(edge: Edge, frontier: dict[int, Effect]) -> Iterable[tuple[int, Effect]]:
    below, above = frontier.get(edge.target), frontier.get(edge.source)
    if below == Effect.FAILS:
        if edge.kind in _FALLS_WITH:
            yield edge.source, Effect.FAILS
        elif edge.kind == RelationKind.CONNECTS_TO:
            yield edge.source, Effect.IMPAIRED
        elif edge.kind == RelationKind.BACKS_UP_TO:
            yield edge.source, Effect.UNPROTECTED
    elif below == Effect.IMPAIRED and edge.kind in _PASSES_ON:
        yield edge.source, Effect.IMPAIRED
    if above == Effect.FAILS and edge.kind in (RelationKind.PART_OF, RelationKind.OWNED_BY):
        yield edge.target, Effect.IMPAIRED
