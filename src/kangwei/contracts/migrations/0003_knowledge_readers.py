"""Suppliers of contracts that were loaded before read what their buyers publish."""

from django.db import migrations


def fill(apps, schema_editor):
    reader = apps.get_model("knowledge", "Reader")
    held = apps.get_model("contracts", "Contract").objects.exclude(supplier=None)
    reader.objects.bulk_create(
        reader(contract=contract.code, owner_id=contract.buyer_id, party_id=contract.supplier_id) for contract in held
    )


def empty(apps, schema_editor):
    apps.get_model("knowledge", "Reader").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_contract_calendars"), ("knowledge", "0001_initial")]

    operations = [migrations.RunPython(fill, empty)]
