"""Keep where days begin and where the events of pools stand in the journal, so that a page reads only what it shows.

The marks go back to the start once more: the next fold finds the places of everything.
"""

from django.conf import settings
from django.db import migrations, models

UNCONSTRAINED = {
    "db_constraint": False,
    "db_index": False,
    "on_delete": models.CASCADE,
    "related_name": "+",
}


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_sums_by_level")]

    operations = [
        migrations.CreateModel(
            name="DayStart",
            fields=[
                ("contract", models.ForeignKey(to="ledger.contract", **UNCONSTRAINED)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("first_seq", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PoolEvent",
            fields=[
                ("contract", models.ForeignKey(to="ledger.contract", **UNCONSTRAINED)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id",
                        "pool_id",
                        "first_seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("first_seq", models.BigIntegerField(help_text="Of its transaction.")),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("pool", models.ForeignKey(to="ledger.pool", **UNCONSTRAINED)),
                ("user", models.ForeignKey(to=settings.AUTH_USER_MODEL, **UNCONSTRAINED)),
            ],
        ),
        migrations.RunSQL("DELETE FROM reporting_usagesum", reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM reporting_foldmark", reverse_sql="DELETE FROM reporting_foldmark"),
    ]
