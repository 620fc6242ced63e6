from django.db import migrations

# Room on each page for the next form of a row that each line changes: then its indexes stay as they are.
ROOMY = ("conversations_conversation", "chat_threadsequence", "chat_threadprojection")


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in ROOMY:
            schema_editor.execute(f'ALTER TABLE "{table}" SET (fillfactor = 60)')


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial"), ("chat", "0001_initial")]
    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]
