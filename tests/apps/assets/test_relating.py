"""Relations between assets, and what fails with what."""

import pytest

from kangwei.assets import actions, queries
from kangwei.assets.enums import Effect, RelationKind
from kangwei.assets.models import Relation
from kangwei.base.audit import System
from kangwei.base.errors import ActionError
from kangwei.base.models import AuditEntry

pytestmark = pytest.mark.django_db
SYSTEM = System("测试")


@pytest.fixture
def chain(make_asset):
    return [make_asset(kind="host", name=name) for name in ("甲", "乙", "丙")]


@pytest.fixture
def relate(now):
    return lambda source, kind, target: actions.relate(
        source=source, target=target, kind=RelationKind(kind), actor=SYSTEM, now=now
    )


def test_the_same_relation_twice_is_one(chain, relate):
    assert relate(chain[0], "runs_on", chain[1]) == relate(chain[0], "runs_on", chain[1])
    assert AuditEntry.objects.filter(action="assets.relate").count() == 1


@pytest.mark.parametrize("kind", ["part_of", "runs_on", "owned_by"])
def test_a_circle_is_refused_with_what_closes_it(chain, relate, kind):
    relate(chain[0], kind, chain[1])
    relate(chain[1], kind, chain[2])
    with pytest.raises(ActionError, match="会形成循环"):
        relate(chain[2], kind, chain[0])
    assert Relation.objects.count() == 2


def test_things_may_depend_on_each_other(chain, relate):
    relate(chain[0], "depends_on", chain[1])
    relate(chain[1], "depends_on", chain[0])
    assert Relation.objects.count() == 2


def test_nothing_relates_to_itself_or_to_another_party(chain, relate, make_asset, make_party):
    with pytest.raises(ActionError, match="自身"):
        relate(chain[0], "depends_on", chain[0])
    stranger = make_asset(owner=make_party("另一家医院", "buyer"), kind="host", name="丁")
    with pytest.raises(ActionError, match="不属于同一单位"):
        relate(chain[0], "depends_on", stranger)


def test_a_relation_is_taken_back(chain, relate, now):
    actions.unrelate(relation=relate(chain[0], "runs_on", chain[1]), actor=SYSTEM, now=now)
    assert not Relation.objects.exists()


def test_the_impact_of_a_host_in_few_queries(chain, relate, make_asset, django_assert_max_num_queries):
    host, database, system = chain
    relate(database, "runs_on", host)
    relate(system, "depends_on", database)
    with django_assert_max_num_queries(2 * 3 + 1):
        hits = queries.impact_of(host)
    assert [(asset.name, hit.effect, hit.steps) for asset, hit in hits] == [
        ("乙", Effect.FAILS, 1), ("丙", Effect.FAILS, 2),
    ]  # fmt: skip


def test_what_is_scrapped_fails_no_more(chain, relate, now):
    relate(chain[1], "runs_on", chain[0])
    actions.scrap(asset=chain[1], reason="退役", approved_by="科长", actor=SYSTEM, now=now)
    assert queries.impact_of(chain[0]) == []


def test_the_system_that_owns_a_failed_asset_is_impaired(make_asset):
    make_asset(kind="system", name="门诊系统")
    host = make_asset(kind="host", name="主机", system="门诊系统")
    assert [(asset.name, hit.effect) for asset, hit in queries.impact_of(host)] == [("门诊系统", Effect.IMPAIRED)]
