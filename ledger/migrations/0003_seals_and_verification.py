"""Seals, daily roots and their keys, append-only like the journal; results and checkpoints of the verification."""

import django.db.models.deletion
from django.db import migrations, models

import ledger.ids

TABLES = ("ledger_seal", "ledger_signingkey", "ledger_dailyroot", "ledger_rootpart")


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Verifying new keys needs them by time; an index of this kind costs a posting next to nothing.
        schema_editor.execute("CREATE INDEX idempotency_key_at ON ledger_idempotencykey USING brin (at)")
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} refuses {verb}'); END"
            )


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX idempotency_key_at")
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_kept ON {table}")
            continue
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="checkpoint",
                        serialize=False,
                        to="ledger.contract",
                    ),
                ),
                ("last_seq", models.BigIntegerField()),
                ("last_at", models.DateTimeField(help_text="Business time of entry `last_seq`.")),
                (
                    "last_seal",
                    models.PositiveBigIntegerField(default=0, help_text="The last seal that was recomputed."),
                ),
                ("checked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.CharField(
                        help_text="First 16 hex digits of the key's SHA-256.",
                        max_length=16,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("public_key", models.CharField(help_text="Ed25519, 32 bytes, in Base64.", max_length=44)),
                ("first_used_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["first_used_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="CheckedBalance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id",
                        "lot_id",
                        "account",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        choices=[
                            ("available", "Available"),
                            ("held", "Held"),
                            ("used", "Used"),
                            ("expired", "Expired"),
                            ("issued", "Issued as gifts"),
                            ("sold", "Sold"),
                            ("adjusted", "Adjusted"),
                        ],
                        max_length=9,
                    ),
                ),
                ("amount_mt", models.BigIntegerField()),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.contract",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.lot"
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.pool",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DailyRoot",
            fields=[
                (
                    "number",
                    models.PositiveBigIntegerField(
                        help_text="1, 2, 3, ... in the whole ledger.", primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("root", models.CharField(max_length=64)),
                (
                    "previous",
                    models.CharField(
                        blank=True, help_text="SHA-256 of the statement before; empty: none.", max_length=64
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "signature",
                    models.CharField(help_text="Ed25519 over the canonical statement, in Base64.", max_length=88),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roots",
                        to="ledger.signingkey",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="VerificationRun",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "mode",
                    models.CharField(
                        choices=[("full", "In full"), ("incremental", "Since the last run")], max_length=11
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contracts",
                    models.PositiveBigIntegerField(default=0, help_text="How many contracts' books it looked at."),
                ),
                (
                    "transactions",
                    models.PositiveBigIntegerField(default=0, help_text="How many transactions it looked at."),
                ),
                (
                    "differences",
                    models.PositiveIntegerField(default=0, help_text="How many it found; the first of each are kept."),
                ),
            ],
            options={
                "ordering": ["-started_at"],
                "indexes": [models.Index(fields=["-started_at"], name="verification_run_recent")],
            },
        ),
        migrations.CreateModel(
            name="RootPart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id", "root_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveBigIntegerField()),
                ("first_number", models.PositiveBigIntegerField()),
                ("last_number", models.PositiveBigIntegerField()),
                (
                    "seals_root",
                    models.CharField(help_text="Merkle root over the hashes of these seals.", max_length=64),
                ),
                ("hash", models.CharField(help_text="Leaf hash of this part's canonical form.", max_length=64)),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="root_parts",
                        to="ledger.contract",
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="ledger.dailyroot",
                    ),
                ),
            ],
            options={
                "ordering": ["root", "position"],
                "constraints": [models.UniqueConstraint(fields=("root", "position"), name="root_part_position_once")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contract_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveBigIntegerField(help_text="1, 2, 3, ... in each contract.")),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("leaves", models.BinaryField()),
                ("root", models.CharField(max_length=64)),
                (
                    "previous",
                    models.CharField(
                        blank=True, help_text="Hash of the contract's seal before; empty: none.", max_length=64
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="ledger.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["contract", "number"],
                "indexes": [models.Index(fields=["sealed_at"], name="seal_recent")],
                "constraints": [models.UniqueConstraint(fields=("contract", "first_seq"), name="seal_seq_once")],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("invariant", models.CharField(max_length=100)),
                ("row", models.CharField(max_length=100)),
                ("detail", models.CharField(max_length=500)),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="ledger.contract",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="ledger.verificationrun",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["contract", "run"], name="finding_of_contract")],
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
