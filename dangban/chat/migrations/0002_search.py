"""The index of what was said: FTS5 without positions or content on SQLite, an array with GIN on PostgreSQL."""

from django.db import migrations

SQLITE = [
    # `ascii` takes every character beyond ASCII as part of a word: our pairs stay whole, whatever
    # SQLite's own tables know of them.
    "CREATE VIRTUAL TABLE chat_search USING fts5(words, content='', detail=none, tokenize='ascii')",
]
POSTGRES = [
    "CREATE TABLE chat_search (message_id bigint PRIMARY KEY, words text[] NOT NULL)",
    "CREATE INDEX chat_search_words ON chat_search USING gin (words)",
]


def make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def unmake(apps, schema_editor):
    schema_editor.execute("DROP TABLE chat_search")


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
