"""Seals over the journal and the signed daily roots over the seals. Append-only; written by ledger.sealing alone."""

from typing import ClassVar

from django.db import models

from ledger.models.contracts import Contract


class Seal(models.Model):
    """A run of one contract's transactions, hashed: each seal holds the hash of the one before it.

    `root` is the Merkle root over `leaves`, the 32-byte leaf hashes of the transactions in order; `hash` is the leaf
    hash of the seal's own canonical form.
    """

    pk = models.CompositePrimaryKey("contract_id", "number")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="seals", db_index=False)
    number = models.PositiveBigIntegerField(help_text="1, 2, 3, ... in each contract.")
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    leaves = models.BinaryField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True, help_text="Hash of the contract's seal before; empty: none.")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["contract", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "first_seq"], name="seal_seq_once")]
        indexes: ClassVar = [models.Index(fields=["sealed_at"], name="seal_recent")]

    def __str__(self) -> str:
        return f"Seal {self.number} of {self.contract_id}"


class SigningKey(models.Model):
    """The public half of a key that signed a root or a receipt; it stays published for ever."""

    id = models.CharField(max_length=16, primary_key=True, help_text="First 16 hex digits of the key's SHA-256.")
    public_key = models.CharField(max_length=44, help_text="Ed25519, 32 bytes, in Base64.")
    first_used_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["first_used_at", "id"]

    def __str__(self) -> str:
        return self.id


class DailyRoot(models.Model):
    """The signed Merkle root over every seal that no earlier root covers. Never changed; at most one a day."""

    number = models.PositiveBigIntegerField(primary_key=True, help_text="1, 2, 3, ... in the whole ledger.")
    day = models.DateField(unique=True)
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the statement before; empty: none.")
    made_at = models.DateTimeField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="roots", db_index=False)
    signature = models.CharField(max_length=88, help_text="Ed25519 over the canonical statement, in Base64.")

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"Root {self.number} of {self.day}"


class RootPart(models.Model):
    """One contract's seals under a daily root: a leaf of its tree, at `position`."""

    pk = models.CompositePrimaryKey("contract_id", "root_id")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="root_parts", db_index=False)
    root = models.ForeignKey(DailyRoot, on_delete=models.PROTECT, related_name="parts", db_index=False)
    position = models.PositiveBigIntegerField()
    first_number = models.PositiveBigIntegerField()
    last_number = models.PositiveBigIntegerField()
    seals_root = models.CharField(max_length=64, help_text="Merkle root over the hashes of these seals.")
    hash = models.CharField(max_length=64, help_text="Leaf hash of this part's canonical form.")

    class Meta:
        ordering: ClassVar = ["root", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["root", "position"], name="root_part_position_once")]

    def __str__(self) -> str:
        return f"Part {self.position} of root {self.root_id}"
