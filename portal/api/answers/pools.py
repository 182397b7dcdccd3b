"""Pools, lots, entries and allocations as answers show them."""

from typing import Any

from rest_framework import serializers

from ledger.allocations import AllocationView
from ledger.balances import Balance
from ledger.models import Account, Kind, Lot, LotSource, Membership, Pool, PoolKind
from portal.api.answers.values import (
    AmountShape,
    InstantShape,
    amount,
    instant,
    instant_or_none,
    page_of,
)

DIRECTIONS = ("give", "take")


class PoolAnswer(serializers.Serializer[Any]):
    """A pool's tokens as of an instant: available + held + used + expired = total."""

    id = serializers.UUIDField()
    contract = serializers.UUIDField()
    kind = serializers.ChoiceField(PoolKind.choices)
    user = serializers.CharField(allow_null=True)
    available = AmountShape()
    held = AmountShape()
    used = AmountShape()
    expired = AmountShape()
    total = AmountShape()
    as_of = InstantShape()


PoolPage = page_of(PoolAnswer)


def pool(found: Pool, balance: Balance) -> dict[str, Any]:
    """Return a pool's JSON; load it with its user."""
    return {
        "id": str(found.id),
        "contract": str(found.contract_id),
        "kind": found.kind,
        "user": found.user.email if found.user else None,
        "available": amount(balance.available_mt),
        "held": amount(balance.held_mt),
        "used": amount(balance.used_mt),
        "expired": amount(balance.expired_mt),
        "total": amount(balance.total_mt),
        "as_of": instant(balance.as_of),
    }


class LotAnswer(serializers.Serializer[Any]):
    """What remains of one grant or purchase."""

    id = serializers.UUIDField()
    source = serializers.ChoiceField(LotSource.choices)  # type: ignore[assignment]  # a field takes the name over
    amount = AmountShape()
    remaining = AmountShape()
    held = AmountShape()
    granted_at = InstantShape()
    expires_at = InstantShape(allow_null=True)
    usable_until = InstantShape(allow_null=True, help_text="Later than `expires_at` in a refund's days of grace.")


LotPage = page_of(LotAnswer)


def lot(found: Lot) -> dict[str, Any]:
    """Return a lot's JSON."""
    return {
        "id": str(found.id),
        "source": found.source,
        "amount": amount(found.amount_mt),
        "remaining": amount(found.remaining_mt),
        "held": amount(found.held_mt),
        "granted_at": instant(found.granted_at),
        "expires_at": instant_or_none(found.expires_at),
        "usable_until": instant_or_none(found.usable_until),
    }


class EntryAnswer(serializers.Serializer[Any]):
    """A number of tokens added to (or, negative, taken from) one account of a pool."""

    seq = serializers.IntegerField(help_text="Without gaps in each contract's books.")
    transaction = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    account = serializers.ChoiceField(Account.choices)
    lot = serializers.UUIDField(allow_null=True)
    amount = AmountShape()
    balance_after = AmountShape()
    job = serializers.UUIDField(allow_null=True)
    at = InstantShape()


EntryPage = page_of(EntryAnswer)
ENTRY_VALUES = (
    "seq",
    "transaction_id",
    "transaction__kind",
    "account",
    "lot_id",
    "amount_mt",
    "balance_after_mt",
    "transaction__job_id",
    "at",
)


def entry(row: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of an entry's ENTRY_VALUES."""
    lot_id, job_id = row["lot_id"], row["transaction__job_id"]
    return {
        "seq": row["seq"],
        "transaction": str(row["transaction_id"]),
        "kind": row["transaction__kind"],
        "account": row["account"],
        "lot": str(lot_id) if lot_id else None,
        "amount": amount(row["amount_mt"]),
        "balance_after": amount(row["balance_after_mt"]),
        "job": str(job_id) if job_id else None,
        "at": instant(row["at"]),
    }


class AllocationAnswer(serializers.Serializer[Any]):
    """Tokens that moved between a contract's shared pool and a user's individual one."""

    transaction = serializers.UUIDField()
    contract = serializers.UUIDField()
    user = serializers.CharField()
    direction = serializers.ChoiceField(DIRECTIONS)
    amount = AmountShape()
    at = InstantShape()


def allocation(view: AllocationView, member: Membership) -> dict[str, Any]:
    """Return an allocation's JSON."""
    return {
        "transaction": str(view.transaction),
        "contract": str(view.contract),
        "user": member.user.email,
        "direction": view.direction,
        "amount": amount(view.amount_mt),
        "at": instant(view.at),
    }
