import django.db.models.deletion
from django.db import migrations, models

# Dropped by name: to alter the field, SQLite would make the table anew and lose its triggers.
INDEX = "ledger_transaction_order_id_c055fe22"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_invitations_mailed"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f'DROP INDEX "{INDEX}"', f'CREATE INDEX "{INDEX}" ON ledger_transaction (order_id)'),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="transaction",
                    name="order",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transactions",
                        to="ledger.order",
                    ),
                ),
            ],
        ),
    ]
