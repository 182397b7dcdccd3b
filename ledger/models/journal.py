"""The journal: transactions and their entries, append-only, and the keys that make every request take effect once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract
from ledger.models.jobs import Job
from ledger.models.orders import Order
from ledger.models.pools import Lot, Pool


class Book(models.Model):
    """The head of one contract's journal: the row every posting locks, so that `seq` has no gaps.

    The three balances are the counter-accounts that tokens come from; they are zero or negative.
    """

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, primary_key=True, related_name="book")
    last_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)
    issued_mt = models.BigIntegerField(default=0)
    sold_mt = models.BigIntegerField(default=0)
    adjusted_mt = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Book of {self.contract_id}"


class Kind(models.TextChoices):
    """What a transaction did."""

    GRANT = "grant", _("Granted")
    PURCHASE = "purchase", _("Purchased")
    ALLOCATE = "allocate", _("Allocated")
    TAKE_BACK = "take_back", _("Taken back")
    HOLD = "hold", _("Held")
    CAPTURE = "capture", _("Consumed")
    RELEASE = "release", _("Released")
    REFUND = "refund", _("Refunded")
    EXPIRE = "expire", _("Expired")
    ADJUST = "adjust", _("Adjusted")


EVENT_KINDS = (Kind.GRANT, Kind.PURCHASE, Kind.ALLOCATE, Kind.TAKE_BACK, Kind.REFUND, Kind.EXPIRE, Kind.ADJUST)
"""What happens to a pool other than a job being paid: the token events of reports."""


class Transaction(models.Model):
    """One event of the ledger. Its entries are those of the contract from `first_seq` to `last_seq`; they sum to 0."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="transactions", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    job = models.ForeignKey(
        Job,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="transactions",
        db_index=False,
        db_constraint=False,
    )
    # Its unique constraint is the index by which an order's transaction is found.
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="transactions", db_index=False
    )
    caller = models.CharField(max_length=100, help_text="Who asked: user:<id>, client:<id> or system.")
    reason = models.CharField(max_length=500, blank=True)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="When an expiry took effect, if before `at`.")

    class Meta:
        ordering: ClassVar = ["contract", "first_seq"]
        constraints: ClassVar = [
            # One hold, one capture, one release, one refund per job: the second refund meets this.
            models.UniqueConstraint(
                fields=["job", "kind"], condition=Q(job__isnull=False), name="transaction_once_per_job_and_kind"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(order__isnull=False), name="transaction_once_per_order"
            ),
            models.UniqueConstraint(fields=["contract", "first_seq"], name="transaction_seq_once"),
            models.CheckConstraint(name="transaction_has_entries", condition=Q(last_seq__gt=models.F("first_seq"))),
        ]
        # Few of many, and holds and captures do not pay for it.
        indexes: ClassVar = [
            models.Index(
                fields=["contract", "first_seq"],
                condition=Q(kind__in=EVENT_KINDS),
                name="transaction_event",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Account(models.TextChoices):
    """Where an entry's tokens are: four accounts in each pool, three counter-accounts in each contract."""

    AVAILABLE = "available", _("Available")
    HELD = "held", _("Held")
    USED = "used", _("Used")
    EXPIRED = "expired", _("Expired")
    ISSUED = "issued", _("Issued as gifts")
    SOLD = "sold", _("Sold")
    ADJUSTED = "adjusted", _("Adjusted")


POOL_ACCOUNTS = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)


class Entry(models.Model):
    """A number of milli-tokens of one lot added to (or, negative, taken from) one account."""

    pk = models.CompositePrimaryKey("contract_id", "seq")
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    seq = models.BigIntegerField()
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    account = models.CharField(max_length=9, choices=Account)
    pool = models.ForeignKey(
        Pool,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        db_index=False,
        db_constraint=False,
    )
    lot = models.ForeignKey(
        Lot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        db_index=False,
        db_constraint=False,
    )
    amount_mt = models.BigIntegerField()
    balance_after_mt = models.BigIntegerField(help_text="Of this account (in this pool) after this entry.")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["contract", "seq"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="entry_pool_iff_pool_account",
                condition=Q(pool__isnull=False, account__in=POOL_ACCOUNTS)
                | (Q(pool__isnull=True) & ~Q(account__in=POOL_ACCOUNTS)),
            ),
            models.CheckConstraint(
                name="entry_pool_balance_never_negative", condition=Q(pool__isnull=True) | Q(balance_after_mt__gte=0)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["pool", "account", "at", "seq"], name="entry_balance_at")]

    def __str__(self) -> str:
        return f"{self.contract_id} #{self.seq}"


class IdempotencyKey(models.Model):
    """One caller's key with the first answer it got. Written in the same database transaction as its effect."""

    pk = models.CompositePrimaryKey("caller", "key", "part")
    caller = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    part = models.PositiveSmallIntegerField(
        default=0, help_text="A request over several contracts takes effect in parts, one per contract, in order."
    )
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request, in hex.")
    answer = models.TextField(help_text="The first answer, as JSON.")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
