"""A key speaks for a person once that person has consented; the keys that there are stay as they were."""

from django.db import migrations, models


def consent_to_known_keys(apps, schema_editor):
    apps.get_model("accounts", "ApiKey").objects.update(agreed_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_api_keys_and_notices")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="agreed_at",
            field=models.DateTimeField(null=True, verbose_name="本人同意时间"),
        ),
        migrations.RunPython(consent_to_known_keys, migrations.RunPython.noop),
    ]
