"""Migrations: none is missing, and each can be taken back."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("kangwei.")]


@pytest.mark.django_db
def test_models_and_migrations_agree(capsys):
    call_command("makemigrations", *OURS, check=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_every_migration_can_be_taken_back_and_applied_again():
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate([(label, None) for label in OURS if label in executor.loader.migrated_apps])
    tables = connection.introspection.table_names()
    assert not [name for name in tables if name.split("_")[0] in OURS]
    MigrationExecutor(connection).migrate(newest)
    assert "contracts_occurrence" in connection.introspection.table_names()
