"""Articles are found by the words of the whole text, and by those of the problem alone."""

from django.db import migrations

from kangwei.base.fulltext import TextIndex

INDEXES = TextIndex("knowledge_article_words"), TextIndex("knowledge_problem_words")


def create(apps, schema_editor):
    for index in INDEXES:
        index.create(schema_editor.connection)


def drop(apps, schema_editor):
    for index in INDEXES:
        index.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
