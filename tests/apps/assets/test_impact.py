"""What fails if one asset fails."""

from hypothesis import given
from hypothesis import strategies as st

from kangwei.assets.enums import Effect, RelationKind
from kangwei.assets.impact import Edge, impact

HOST, DATABASE, SYSTEM, PART, OTHER, BACKUP = range(1, 7)


def of(*edges: tuple[int, str, int]):
    """A function of edges, as impact() asks for one."""
    known = [Edge(*edge) for edge in edges]
    return lambda ids: [edge for edge in known if edge.source in ids or edge.target in ids]


def effects(failed, *edges):
    return {asset: hit.effect for asset, hit in impact(failed, of(*edges)).items()}


def test_what_runs_on_a_host_and_what_depends_on_that_fails_with_it():
    edges = [(DATABASE, "runs_on", HOST), (SYSTEM, "depends_on", DATABASE), (PART, "part_of", SYSTEM)]
    assert effects(HOST, *edges) == {DATABASE: Effect.FAILS, SYSTEM: Effect.FAILS, PART: Effect.FAILS}
    assert [hit.steps for hit in impact(HOST, of(*edges)).values()] == [1, 2, 3]


def test_a_failed_part_impairs_the_whole_and_what_needs_the_whole():
    edges = [(PART, "part_of", SYSTEM), (OTHER, "depends_on", SYSTEM)]
    assert effects(PART, *edges) == {SYSTEM: Effect.IMPAIRED, OTHER: Effect.IMPAIRED}


def test_what_is_connected_is_impaired_and_no_further():
    edges = [(SYSTEM, "connects_to", OTHER), (PART, "connects_to", SYSTEM)]
    assert effects(OTHER, *edges) == {SYSTEM: Effect.IMPAIRED}


def test_what_backs_up_to_a_failed_one_is_unprotected():
    edges = [(DATABASE, "backs_up_to", BACKUP), (SYSTEM, "depends_on", DATABASE)]
    assert effects(BACKUP, *edges) == {DATABASE: Effect.UNPROTECTED}


def test_the_strongest_effect_counts():
    edges = [(SYSTEM, "connects_to", HOST), (SYSTEM, "runs_on", HOST)]
    assert effects(HOST, *edges) == {SYSTEM: Effect.FAILS}


def test_a_longer_way_may_be_the_stronger_one():
    edges = [(SYSTEM, "connects_to", HOST), (DATABASE, "runs_on", HOST), (SYSTEM, "depends_on", DATABASE)]
    assert effects(HOST, *edges) == {SYSTEM: Effect.FAILS, DATABASE: Effect.FAILS}


def test_nothing_is_hit_where_nothing_hangs_on_it():
    assert effects(SYSTEM, (SYSTEM, "runs_on", HOST)) == {}


edges = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(RelationKind.values), st.integers(1, 8)).filter(
        lambda e: e[0] != e[2]
    ),
    max_size=25,
)


@given(edges, st.integers(1, 8))
def test_circles_end_and_what_fails_is_what_a_plain_search_finds(found, failed):
    falls = {(source, target) for source, kind, target in found if kind in ("runs_on", "depends_on", "part_of")}
    expected, frontier = set(), {failed}
    while frontier:
        frontier = {source for source, target in falls if target in frontier} - expected - {failed}
        expected |= frontier
    hit = effects(failed, *found)
    assert failed not in hit
    assert {asset for asset, effect in hit.items() if effect == Effect.FAILS} == expected
