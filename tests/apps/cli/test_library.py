"""The contract library as `kangwei up` loads it."""

import pytest

from kangwei.base.models import AuditEntry
from kangwei.commands import library as commands
from kangwei.commands.library import library_files, load_library
from kangwei.contracts.queries import all_contracts

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch, small_file):
    """A library of one small contract; `shelf(title=…)` is a new edition of it."""

    def put(**changes: object) -> None:
        path = small_file(**changes)
        monkeypatch.setattr(commands, "library_files", lambda: [path])

    put()
    return put


def test_every_file_of_the_library_is_called_as_the_contract_in_it():
    for file in library_files():
        assert f"\nid: {file.name.removesuffix('.yaml')}\n" in file.read_text("utf-8")


def test_the_second_start_changes_nothing(shelf, now):
    assert load_library(now=now) == ["small-2026.yaml：小型运维合同，应履行项新增 40 个"]
    entries = AuditEntry.objects.count()

    assert load_library(now=now) == []
    assert AuditEntry.objects.count() == entries


def test_a_new_edition_of_the_library_is_loaded(shelf, now):
    load_library(now=now)
    shelf(title="新版的合同")

    assert load_library(now=now) == ["small-2026.yaml：新版的合同，应履行项新增 0 个"]
    assert all_contracts().get().title == "新版的合同"


def test_what_somebody_loaded_since_stays(shelf, now, kangwei, small_file):
    load_library(now=now)
    kangwei("contract", "load", small_file("mine.yaml", title="我改过的合同"))
    shelf(title="新版的合同")

    (line,) = load_library(now=now)

    assert line.startswith("small-2026.yaml：保留 命令行（")
    assert all_contracts().get().title == "我改过的合同"
