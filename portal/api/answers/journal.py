"""How the journal looks in answers."""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework import serializers

from ledger.models import Account, Entry, Kind, Transaction
from portal.api.answers.values import AmountShape, InstantShape, amount, instant, instant_or_none, page_of


class JournalEntry(serializers.Serializer[Any]):
    """A number of tokens added to (or, negative, taken from) one account. Without a pool: a counter-account."""

    seq = serializers.IntegerField()
    account = serializers.ChoiceField(Account.choices)
    pool = serializers.UUIDField(allow_null=True)
    lot = serializers.UUIDField(allow_null=True)
    amount = AmountShape()
    balance_after = AmountShape()


class JournalAnswer(serializers.Serializer[Any]):
    """A transaction; its entries sum to zero."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    job = serializers.UUIDField(allow_null=True)
    order = serializers.UUIDField(allow_null=True)
    caller = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    at = InstantShape()
    due_at = InstantShape(allow_null=True, help_text="When an expiry took effect, if before `at`.")
    entries = JournalEntry(many=True)


JournalPage = page_of(JournalAnswer)


def journal(transactions: Sequence[Transaction], entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the JSON of transactions with their entries."""
    by_transaction: dict[Any, list[dict[str, Any]]] = {}
    for entry in entries:
        by_transaction.setdefault(entry.transaction_id, []).append(_entry(entry))
    return [{**_transaction(found), "entries": by_transaction.get(found.id, [])} for found in transactions]


def _transaction(found: Transaction) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "kind": found.kind,
        "job": str(found.job_id) if found.job_id else None,
        "order": str(found.order_id) if found.order_id else None,
        "caller": found.caller,
        "reason": found.reason,
        "at": instant(found.at),
        "due_at": instant_or_none(found.due_at),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "account": entry.account,
        "pool": str(entry.pool_id) if entry.pool_id else None,
        "lot": str(entry.lot_id) if entry.lot_id else None,
        "amount": amount(entry.amount_mt),
        "balance_after": amount(entry.balance_after_mt),
    }
