"""Make the journal append-only in the database itself, and keep what it refers to: both databases refuse the rest.

Jobs, transactions, entries and keys have no foreign keys that every hold would pay for. Their rows are written from
rows that were read in the same database transaction, and the rows they name can never be deleted.
"""

from django.db import migrations

TABLES = ("ledger_transaction", "ledger_entry", "ledger_idempotencykey", "ledger_auditevent")
KEPT_TABLES = ("ledger_contract", "ledger_service", "ledger_rate", "ledger_pool", "ledger_lot", "ledger_job")
VERBS = {**dict.fromkeys(TABLES, ("UPDATE", "DELETE")), **dict.fromkeys(KEPT_TABLES, ("DELETE",))}

POSTGRESQL_FUNCTION = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
        for table, verbs in VERBS.items():
            schema_editor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE {' OR '.join(verbs)} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            )
    else:
        for table, verbs in VERBS.items():
            for verb in verbs:
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} refuses {verb}'); END"
                )


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in VERBS:
            schema_editor.execute(f"DROP TRIGGER {table}_kept ON {table}")
        schema_editor.execute("DROP FUNCTION ledger_refuse_change()")
    else:
        for table, verbs in VERBS.items():
            for verb in verbs:
                schema_editor.execute(f"DROP TRIGGER {table}_no_{verb.lower()}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
