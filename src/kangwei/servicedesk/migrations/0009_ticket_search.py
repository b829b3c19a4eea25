"""The words of tickets move from a column, which was read through row by row, into a text index."""

from django.db import migrations, models

from kangwei.base.fulltext import TextIndex

INDEX = TextIndex("servicedesk_ticket_words")
BATCH = 2000


def fill(apps, schema_editor):
    INDEX.create(schema_editor.connection)
    rows = apps.get_model("servicedesk", "Ticket").objects.order_by("pk").values_list("pk", "search")
    waiting = []
    for row in rows.iterator(BATCH):
        waiting.append(row)
        if len(waiting) == BATCH:
            INDEX.put(waiting)
            waiting = []
    INDEX.put(waiting)


def empty(apps, schema_editor):
    INDEX.drop(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("servicedesk", "0008_hotline")]

    operations = [
        migrations.RunPython(fill, empty),
        migrations.AlterField("ticket", "search", models.TextField(default="")),
    ]
