import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("servicedesk", "0012_clock_decided_fill"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "entrance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="servicedesk.entrance",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="servicedesk.ticket"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["entrance", "at"], name="report_entrance")],
                "constraints": [models.UniqueConstraint(fields=("entrance", "digest"), name="reported_once")],
            },
        ),
    ]
