import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import ledger.ids


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_seals_and_verification"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("amount_mt", models.BigIntegerField(help_text="Milli-tokens: above zero to add, below to take away.")),
                ("reason", models.CharField(max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a second operator"),
                            ("posted", "Posted"),
                            ("declined", "Declined"),
                        ],
                        max_length=8,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="ledger.contract"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="ledger.pool"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-requested_at"],
                "indexes": [models.Index(fields=["contract", "-requested_at"], name="adjustment_recent")],
                "constraints": [
                    models.CheckConstraint(condition=~Q(amount_mt=0), name="adjustment_moves_something"),
                    models.CheckConstraint(
                        condition=~Q(status="posted", decided_by=F("requested_by")),
                        name="adjustment_not_approved_by_asker",
                    ),
                ],
            },
        ),
    ]
