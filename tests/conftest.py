"""What every test shares: a fixed moment, an archive of its own, and makers of people."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

PROCUREMENT = Path(__file__).parents[2] / "shared" / "procurement"


@pytest.fixture
def now() -> datetime:
    """Friday 20 November 2026, 10:00 in Shanghai."""
    return datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_archive(settings, tmp_path) -> None:
    """Each test archives into a folder of its own."""
    settings.ARCHIVE = tmp_path / "archive"


@pytest.fixture
def make_party(db, now) -> Callable:
    """`make_party("某公司", "supplier")`."""
    from kangwei.accounts import actions
    from kangwei.accounts.enums import PartyKind
    from kangwei.accounts.queries import party_named
    from kangwei.base.audit import System

    def make(name: str = "平台", kind: str = "operator"):
        return party_named(name) or actions.create_party(name=name, kind=PartyKind(kind), actor=System("测试"), now=now)

    return make


@pytest.fixture
def make_person(make_party, now) -> Callable:
    """`make_person("buyer_manager")` on the platform, or with a party of its own; ready to sign in."""
    from kangwei.accounts import actions
    from kangwei.accounts.enums import Role
    from kangwei.base.audit import System

    def make(*roles: str, party=None, username: str = ""):
        person, _ = actions.create_person(
            username=username or "-".join(roles).replace("_", "-") or "nobody", name="测试人员",
            party=party or make_party(), actor=System("测试"), now=now,
        )  # fmt: skip
        for role in roles:
            actions.grant_role(person=person, role=Role(role), actor=System("测试"), now=now)
        person.must_change_password = False
        person.save(update_fields=["must_change_password"])
        return person

    return make


@pytest.fixture
def client_of(make_person) -> Callable:
    """`client_of("engineer")`: a test client signed in as somebody with these roles."""

    def make(*roles: str, party=None, username: str = "") -> Client:
        client = Client()
        client.force_login(
            make_person(*roles, party=party, username=username),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        return client

    return make
