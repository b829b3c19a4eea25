"""The queue by one setting: SQLite, PostgreSQL or Redis, each on a real server."""

import secrets
import socket

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from kangwei.base.queue import open_queue

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"


def require(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)):
            pytest.skip(f"nothing answers at port {port} of this machine")


@pytest.fixture
def database():
    """The address of a PostgreSQL database of the test's own."""
    require(5432)
    name = f"kangwei_queue_{secrets.token_hex(4)}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{POSTGRESQL}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def round_trip(queue) -> list[int]:
    """What a worker gets to do after one job was asked for."""
    seen: list[int] = []
    task = queue.task(name=f"note-{secrets.token_hex(4)}")(seen.append)
    task(7)
    queue.execute(queue.dequeue())
    return seen


def test_on_a_file_of_sqlite(tmp_path):
    queue = open_queue(f"sqlite://{tmp_path / 'queue.sqlite3'}")
    assert round_trip(queue) == [7]
    queue.storage.close()


@pytest.mark.server
def test_on_postgresql(database):
    queue = open_queue(database)
    assert round_trip(queue) == [7]
    queue.storage.close()


@pytest.mark.server
def test_on_redis():
    require(6379)
    queue = open_queue("redis://127.0.0.1:6379/15")
    assert queue.pending_count() == 0, "database 15 of the Redis on this machine is in use"
    assert round_trip(queue) == [7]


def test_another_kind_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="KANGWEI_QUEUE"):
        open_queue("amqp://127.0.0.1")


def test_a_missing_driver_says_what_to_install(monkeypatch):
    monkeypatch.setattr("kangwei.base.queue.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"kangwei\[redis\]"):
        open_queue("redis://127.0.0.1/0")
