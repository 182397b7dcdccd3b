"""Keep sums of usage by day and by month, each by one thing alone too, in place of one table by day and everything.

Nothing is copied: the marks go back to the start, and the next fold counts everything from the journal.
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
    dependencies = [
        ("ledger", "0002_append_only"),
        ("reporting", "0002_saved_views_and_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="DailyUsage"),
        migrations.RunSQL("DELETE FROM reporting_foldmark", reverse_sql="DELETE FROM reporting_foldmark"),
        migrations.CreateModel(
            name="UsageSum",
            fields=[
                ("contract", models.ForeignKey(to="ledger.contract", **UNCONSTRAINED)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id",
                        "level",
                        "starts_on",
                        "user_id",
                        "service_id",
                        "project",
                        "pool_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        help_text="A span and what is told apart. See reporting.levels.",
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField(help_text="The day, or the first of the month.")),
                ("project", models.CharField(blank=True, max_length=100)),
                ("jobs", models.BigIntegerField(help_text="Charges, those of zero tokens too.")),
                ("charged_mt", models.BigIntegerField()),
                ("refunded_mt", models.BigIntegerField()),
                ("pool", models.ForeignKey(to="ledger.pool", **UNCONSTRAINED)),
                ("service", models.ForeignKey(to="ledger.service", **UNCONSTRAINED)),
                ("user", models.ForeignKey(to=settings.AUTH_USER_MODEL, **UNCONSTRAINED)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("charged_mt__gte", 0), ("jobs__gte", 0), ("refunded_mt__gte", 0)),
                        name="usage_sum_never_negative",
                    )
                ],
                "indexes": [models.Index(fields=["contract", "user", "level", "starts_on"], name="usage_sum_of_user")],
            },
        ),
    ]
