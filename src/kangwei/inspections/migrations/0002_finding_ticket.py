import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inspections", "0001_initial"),
        ("servicedesk", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="ticket",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="servicedesk.ticket",
                verbose_name="工单",
            ),
        ),
    ]
