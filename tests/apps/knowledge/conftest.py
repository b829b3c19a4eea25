"""A buyer with a supplier that works for it, people of both, and articles."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from kangwei.accounts.models import Party, Person
from kangwei.base.audit import System
from kangwei.knowledge import actions
from kangwei.knowledge.models import Article

SYSTEM = System("测试")
TEXT = {
    "title": "医生工作站打不开，提示数据库连接失败", "category": "数据库", "keywords": "ORA-12541 监听",
    "symptoms": "双击图标后提示 ORA-12541。", "cause": "监听没有启动。",
    "solution": "在数据库服务器上执行 lsnrctl start。",
    "source": "GD-202611-000001",
}  # fmt: skip


@pytest.fixture
def owner(make_party) -> Party:
    """The buyer whose knowledge it is."""
    return make_party("试验卫生中心", "buyer")


@pytest.fixture
def other_owner(make_party) -> Party:
    """A buyer that has nothing to do with it."""
    return make_party("别家医院", "buyer")


@pytest.fixture
def supplier(make_party, owner) -> Party:
    """A supplier that holds a contract of the buyer's."""
    party = make_party("运维公司", "supplier")
    actions.let_read(contract="hdc-01", owner=owner, supplier=party)
    return party


@pytest.fixture
def other_supplier(make_party, owner) -> Party:
    """Another supplier of the same buyer."""
    party = make_party("网络公司", "supplier")
    actions.let_read(contract="hdc-02", owner=owner, supplier=party)
    return party


@pytest.fixture
def manager(make_person, owner) -> Person:
    """The buyer's manager, who judges."""
    return make_person("buyer_manager", party=owner, username="manager")


@pytest.fixture
def clerk(make_person, owner) -> Person:
    """The buyer's clerk, who writes."""
    return make_person("clerk", party=owner, username="clerk")


@pytest.fixture
def engineer(make_person, supplier) -> Person:
    """The supplier's engineer, who writes."""
    return make_person("engineer", party=supplier, username="engineer")


@pytest.fixture
def project_manager(make_person, supplier) -> Person:
    """The supplier's project manager, who judges what its own people write."""
    return make_person("project_manager", party=supplier, username="project-manager")


@pytest.fixture
def write(owner, clerk, now) -> Callable:
    """`write(title="…")`: a draft by the clerk."""

    def make(**values) -> Article:
        return actions.draft_article(**({"owner": owner, "actor": clerk, "now": now} | TEXT | values))

    return make


@pytest.fixture
def step(now) -> Callable:
    """`step(article, "submit", by=clerk)`: the article after the step."""

    def take(article: Article, name: str, *, by, **given) -> Article:
        return actions.take_step(article=article, step=name, actor=by, **({"now": now} | given))

    return take


@pytest.fixture
def publish(write, step, manager) -> Callable:
    """`publish(title="…")`: written by the clerk, submitted, published by the manager."""

    def make(**values) -> Article:
        article = write(**values)
        step(article, "submit", by=values.get("actor", article_writer(article)))
        return step(article, "publish", by=manager)

    return make


def article_writer(article: Article) -> Person:
    return article.versions.get().writers.get()


@pytest.fixture
def signed_in() -> Callable:
    """`signed_in(clerk)`: a test client."""

    def make(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def frozen(now) -> Iterator[None]:
    """Pages read the clock: it stands still at `now`."""
    with time_machine.travel(now, tick=False):
        yield
