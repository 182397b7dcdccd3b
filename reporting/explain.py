"""Explains a pool's balance between two instants: opening, what was added and taken, closing. Reads the journal only.

Amounts are milli-tokens. Everything comes from one statement, and so from one snapshot of the books.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Q
from django.db.models.expressions import Combinable

from ledger.balances import balance_at, due_at, total_mt
from ledger.models import POOL_ACCOUNTS, Account, Entry, Kind, Pool

_ADDING: Final[dict[str, tuple[Kind, ...]]] = {
    "granted": (Kind.GRANT,),
    "bought": (Kind.PURCHASE,),
    "allocated": (Kind.ALLOCATE, Kind.TAKE_BACK),
    "adjusted": (Kind.ADJUST,),
}
ORDER: Final = ("granted", "bought", "allocated", "used", "refunded", "expired", "adjusted", "held-more")


@dataclass(frozen=True, slots=True)
class Term:
    """A step from opening to closing: what it adds to (negative: takes from) what is available, and its entries.

    `kinds` and `account` find the entries: those of transactions of these kinds, on that account of the pool.
    """

    code: str
    amount_mt: int
    kinds: tuple[str, ...] = ()
    account: str = ""


@dataclass(frozen=True, slots=True)
class BalanceExplained:
    """What was available at two instants and every step between them. `due_mt` of the expired is not posted yet."""

    from_at: datetime
    to_at: datetime
    opening_mt: int
    closing_mt: int
    held_mt: int
    terms: tuple[Term, ...]
    due_mt: int

    @property
    def computed_mt(self) -> int:
        """Opening and all terms together."""
        return self.opening_mt + sum(term.amount_mt for term in self.terms)

    @property
    def is_still(self) -> bool:
        return not any(term.amount_mt for term in self.terms)

    @property
    def adds_up(self) -> bool:
        return self.computed_mt == self.closing_mt


def explain(pool: Pool, *, from_at: datetime, to_at: datetime) -> BalanceExplained:
    """Return how the pool's available tokens at `from_at` became those at `to_at`, with one statement.

    Each instant includes the entries at it. Opening and closing are the balances that the entries themselves carry;
    the terms are sums of entries: that they agree is checked, not assumed (`adds_up`).
    """
    asked: dict[str, Combinable] = {
        "opening": balance_at(Account.AVAILABLE, from_at),
        "closing": balance_at(Account.AVAILABLE, to_at),
    }
    asked |= {"held": balance_at(Account.HELD, to_at), "due_before": due_at(from_at), "due_after": due_at(to_at)}
    between = Q(at__gt=from_at, at__lte=to_at)
    asked |= {name: _sum(between, POOL_ACCOUNTS, kinds) for name, kinds in _ADDING.items()}
    asked["used"] = _sum(between & ~Q(transaction__kind=Kind.REFUND), (Account.USED,))
    asked["refunded"] = _sum(between, (Account.USED,), (Kind.REFUND,))
    asked["expired"] = _sum(between, (Account.EXPIRED,))
    asked["held_more"] = _sum(between, (Account.HELD,))
    found = Pool.objects.filter(pk=pool.pk).order_by().annotate(**{f"x_{name}": each for name, each in asked.items()})
    (row,) = found.values(*(f"x_{name}" for name in asked))
    got = {name: int(row[f"x_{name}"]) for name in asked}
    return BalanceExplained(
        from_at=from_at,
        to_at=to_at,
        opening_mt=got["opening"] - got["due_before"],
        closing_mt=got["closing"] - got["due_after"],
        held_mt=got["held"],
        terms=tuple(sorted(_terms(got), key=lambda term: ORDER.index(term.code))),
        due_mt=got["due_after"],
    )


def _terms(got: dict[str, int]) -> list[Term]:
    return [
        *(Term(name, got[name], kinds) for name, kinds in _ADDING.items()),
        Term("used", -got["used"], (Kind.CAPTURE,), Account.USED),
        Term("refunded", -got["refunded"], (Kind.REFUND,), Account.USED),
        Term("expired", -(got["expired"] + got["due_after"] - got["due_before"]), (), Account.EXPIRED),
        Term("held-more", -got["held_more"], (), Account.HELD),
    ]


def _sum(between: Q, accounts: Collection[str], kinds: Collection[str] = ()) -> Combinable:
    entries = Entry.objects.filter(between, pool_id=OuterRef("id"), account__in=accounts)
    return total_mt(entries.filter(transaction__kind__in=kinds) if kinds else entries, "amount_mt")
