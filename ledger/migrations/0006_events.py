"""Index what happens to pools other than jobs being paid, so that few events are found among many charges."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_adjustments")]

    operations = [
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("grant", "purchase", "allocate", "take_back", "refund", "expire", "adjust"))
                ),
                fields=["contract", "first_seq"],
                name="transaction_event",
            ),
        ),
    ]
