"""What the verification of the books found, and how far it has come. Written by ledger.verification alone."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract
from ledger.models.journal import Account
from ledger.models.pools import Lot, Pool


class VerificationMode(models.TextChoices):
    """How much of the journal a run looked at."""

    FULL = "full", _("In full")
    INCREMENTAL = "incremental", _("Since the last run")


class VerificationRun(models.Model):
    """One run of the verification, with its result. `ended_at` empty: it is going on, or was killed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mode = models.CharField(max_length=11, choices=VerificationMode)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    contracts = models.PositiveBigIntegerField(default=0, help_text="How many contracts' books it looked at.")
    transactions = models.PositiveBigIntegerField(default=0, help_text="How many transactions it looked at.")
    differences = models.PositiveIntegerField(default=0, help_text="How many it found; the first of each are kept.")

    class Meta:
        ordering: ClassVar = ["-started_at"]
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="verification_run_recent")]

    def __str__(self) -> str:
        return f"{self.get_mode_display()}, {self.started_at:%Y-%m-%d %H:%M}"


class Finding(models.Model):
    """A row that breaks an invariant. Without a contract: a daily root, or the database itself."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="findings", db_index=False
    )
    run = models.ForeignKey(VerificationRun, on_delete=models.CASCADE, related_name="findings")
    invariant = models.CharField(max_length=100)
    row = models.CharField(max_length=100)
    detail = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["contract", "run"], name="finding_of_contract")]

    def __str__(self) -> str:
        return f"{self.invariant}: {self.row}"


class Checkpoint(models.Model):
    """How far one contract's journal has been verified: everything up to `last_seq` was found sound at `checked_at`."""

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, primary_key=True, related_name="checkpoint")
    last_seq = models.BigIntegerField()
    last_at = models.DateTimeField(help_text="Business time of entry `last_seq`.")
    last_seal = models.PositiveBigIntegerField(default=0, help_text="The last seal that was recomputed.")
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contract_id} up to {self.last_seq}"


class CheckedBalance(models.Model):
    """The sum of a lot's entries in one account up to the contract's checkpoint: where an incremental run goes on."""

    pk = models.CompositePrimaryKey("contract_id", "lot_id", "account")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.CharField(max_length=9, choices=Account)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    amount_mt = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account} of {self.lot_id}"
