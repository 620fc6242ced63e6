"""The database itself refuses to change what is written in the ledger of settlements."""

from django.db import migrations

TABLE = "aftersales_ledgerentry"
REFUSAL = "the ledger of settlements is append-only"
NAMES = ("aftersales_ledger_kept", "aftersales_ledger_written")

SQLITE = (
    f"CREATE TRIGGER aftersales_ledger_kept BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER aftersales_ledger_written BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION aftersales_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER aftersales_ledger_kept BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION aftersales_refuse()",
    f"CREATE TRIGGER aftersales_ledger_written BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION aftersales_refuse()",
)


def install(connection):
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


def remove(connection):
    with connection.cursor() as cursor:
        for name in NAMES:
            where = "" if connection.vendor == "sqlite" else f" ON {TABLE}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0010_inbound")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: install(schema_editor.connection),
            lambda apps, schema_editor: remove(schema_editor.connection),
        )
    ]
