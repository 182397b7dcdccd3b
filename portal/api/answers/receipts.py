"""The shape of receipts. They are written in their canonical form, byte by byte: see docs/proof.md."""

from typing import Any

from rest_framework import serializers

from ledger.models import Account, Kind
from ledger.sealing.receipts import STATUSES


class HashShape(serializers.RegexField):
    """A SHA-256 in hex."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^([0-9a-f]{64})?$", **options)


class ReceiptEntry(serializers.Serializer[Any]):
    """An entry as it is sealed: amounts in milli-tokens, times in microseconds since 1970."""

    account = serializers.ChoiceField(Account.choices)
    amount_mt = serializers.IntegerField()
    at = serializers.IntegerField()
    balance_after_mt = serializers.IntegerField()
    lot = serializers.UUIDField(allow_null=True)
    pool = serializers.UUIDField(allow_null=True)
    seq = serializers.IntegerField()


class ReceiptTransaction(serializers.Serializer[Any]):
    """A transaction as it is sealed."""

    at = serializers.IntegerField()
    caller = serializers.CharField()
    contract = serializers.UUIDField()
    due_at = serializers.IntegerField(allow_null=True)
    entries = ReceiptEntry(many=True)
    first_seq = serializers.IntegerField()
    id = serializers.UUIDField()
    job = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(Kind.choices)
    last_seq = serializers.IntegerField()
    order = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    type = serializers.CharField()


class ReceiptSeal(serializers.Serializer[Any]):
    """The seal over the transaction; its leaf hash stands in the next one."""

    contract = serializers.UUIDField()
    first_seq = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    number = serializers.IntegerField()
    previous = HashShape()
    root = HashShape()  # type: ignore[assignment]  # a field takes the name over
    sealed_at = serializers.IntegerField()
    transactions = serializers.IntegerField()
    type = serializers.CharField()


class ReceiptStep(serializers.Serializer[Any]):
    """One step up a Merkle tree."""

    hash = HashShape()
    side = serializers.ChoiceField(["left", "right"])


class ReceiptPart(serializers.Serializer[Any]):
    """The contract's seals under the signed root."""

    contract = serializers.UUIDField()
    first_number = serializers.IntegerField()
    last_number = serializers.IntegerField()
    number = serializers.IntegerField()
    seals_root = HashShape()
    type = serializers.CharField()


class ReceiptProof(serializers.Serializer[Any]):
    """The way from the transaction to the seal's root, to its part, to the signed root."""

    in_seal = ReceiptStep(many=True)
    in_part = ReceiptStep(many=True, allow_null=True)
    part = ReceiptPart(allow_null=True)
    in_root = ReceiptStep(many=True, allow_null=True)


class ReceiptRoot(serializers.Serializer[Any]):
    """A daily root's statement with its own signature, as it is published."""

    day = serializers.DateField()
    key = serializers.CharField()
    made_at = serializers.IntegerField()
    number = serializers.IntegerField()
    previous = HashShape()
    root = HashShape()  # type: ignore[assignment]  # a field takes the name over
    signature = serializers.CharField()
    type = serializers.CharField()


class ReceiptAnswer(serializers.Serializer[Any]):
    """A signed receipt. Keep its bytes as they came; `tools/verify_receipt.py` checks them without the site."""

    issued_at = serializers.IntegerField()
    key = serializers.CharField(help_text="Which of the published keys signed the receipt.")
    proof = ReceiptProof(allow_null=True)
    root = ReceiptRoot(allow_null=True)
    seal = ReceiptSeal(allow_null=True)
    signature = serializers.CharField(help_text="Ed25519, Base64, over the canonical form without this field.")
    status = serializers.ChoiceField(
        STATUSES, help_text="`posted`: not sealed yet; `sealed`: no signed root covers it yet; `published`."
    )
    transaction = ReceiptTransaction()
    type = serializers.CharField()
