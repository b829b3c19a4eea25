"""The calendars of the contract file stand on the contract: the desk asks for them with every ticket."""

import yaml
from django.db import migrations, models


def fill(apps, schema_editor):
    """From the file in force, which was checked when it was loaded."""
    for contract in apps.get_model("contracts", "Contract").objects.all():
        file = contract.files.order_by("-revision").first()
        data = yaml.safe_load(file.text) if file else {}
        contract.calendars = {name: str(window) for name, window in (data.get("calendars") or {}).items()}
        contract.save(update_fields=["calendars"])


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        migrations.AddField("contract", "calendars", models.JSONField(default=dict, verbose_name="计时日历")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
