"""The database itself refuses to change what is written in the ledger."""

from django.db import migrations

TABLE = "stock_movement"
REFUSAL = "the ledger of stock is append-only"
NAMES = ("stock_movement_kept", "stock_movement_written")

SQLITE = (
    f"CREATE TRIGGER stock_movement_kept BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER stock_movement_written BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION stock_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER stock_movement_kept BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION stock_refuse()",
    f"CREATE TRIGGER stock_movement_written BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION stock_refuse()",
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
    dependencies = [("stock", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: install(schema_editor.connection),
            lambda apps, schema_editor: remove(schema_editor.connection),
        )
    ]
