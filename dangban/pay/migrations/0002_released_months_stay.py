"""The database itself refuses to change a month that was released or closed. Both dialects say the same."""

from typing import Any

from django.db import migrations

REFUSAL = "a released month of pay does not change"
SLIP = (
    "EXISTS (SELECT 1 FROM pay_paymonth m WHERE m.id = {row}.pay_month_id AND m.state IN ('released', 'closed'))"
)
LINE = (
    "EXISTS (SELECT 1 FROM pay_payslip s JOIN pay_paymonth m ON m.id = s.pay_month_id "
    "WHERE s.id = {row}.payslip_id AND m.state IN ('released', 'closed'))"
)
# A month goes on from released to closed and no other way; closed it stays as it is.
MONTH = "(OLD.state = 'closed' OR (OLD.state = 'released' AND NEW.state NOT IN ('released', 'closed')))"
EVENTS = ("INSERT", "UPDATE", "DELETE")
# (name, table, event, condition)
RULES = [
    *((f"pay_payslip_{event.lower()}", "pay_payslip", event, SLIP.format(row="NEW" if event == "INSERT" else "OLD")) for event in EVENTS),
    *((f"pay_payline_{event.lower()}", "pay_payline", event, LINE.format(row="NEW" if event == "INSERT" else "OLD")) for event in EVENTS),
    ("pay_paymonth_update", "pay_paymonth", "UPDATE", MONTH),
    ("pay_paymonth_delete", "pay_paymonth", "DELETE", "OLD.state IN ('released', 'closed')"),
]


def install(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "sqlite":
        for name, table, event, condition in RULES:
            given = "NEW" if event != "DELETE" else "OLD"
            _execute(
                connection,
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {given}; END $$",
            )
            _execute(connection, f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        return
    for name, table, event, condition in RULES:
        _execute(connection, f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def remove(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    for name, table, _event, _condition in RULES:
        if connection.vendor == "sqlite":
            _execute(connection, f"DROP TRIGGER IF EXISTS {name}")
        else:
            _execute(connection, f"DROP TRIGGER IF EXISTS {name} ON {table}")


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("pay", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
