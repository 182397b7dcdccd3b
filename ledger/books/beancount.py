"""Books as beancount reads them: each lot a cost of its own under STRICT booking, so that it guards every lot itself.

STRICT booking only refuses what no lot has while the account holds something: from an empty account it would make a
lot below zero. So every account of a pool holds one token of a lot called "floor" until its last balance is asserted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ledger.books.facts import Facts, facts_of_event, facts_of_head, facts_of_lot, facts_of_pool, title_of
from ledger.books.read import SOURCES, Event, Head, Leg, LotCount, PoolCount
from ledger.books.words import CURRENCY, day, fixed, harmless
from ledger.models import Account

HEADING: Final = f"""\
; Token ledger. Amounts are tokens, times are UTC. Check: bean-check FILE
option "title" "Token ledger"
option "operating_currency" "{CURRENCY}"
1970-01-01 commodity {CURRENCY}
"""
_ROOTS: Final = {
    Account.AVAILABLE: "Assets",
    Account.HELD: "Assets",
    Account.USED: "Expenses",
    Account.EXPIRED: "Expenses",
}
_EQUITY: Final = ("Floor", "Counted", "Opening")
_FIRST_DAY: Final = "1970-01-01"
_NEVER: Final = "9999-12-31"
_FLOOR_MT: Final = 1000


class BeancountBooks:
    """Writes one contract's books. Remembers nothing between transactions."""

    def __init__(self, head: Head) -> None:
        self._head = head

    def begin(self, opening_at: datetime | None) -> str:
        """Open the contract's own accounts."""
        names = [self._source(account) for account in SOURCES]
        names += [self._equity(name) for name in (_EQUITY if opening_at else _EQUITY[:-1])]
        title = f"\n; Contract {harmless(self._head.number)}, entries to {self._head.last_seq}\n"
        return title + "".join(_opened(name, facts_of_head(self._head)) for name in names)

    def opening(self, leg: Leg, at: datetime) -> str:
        """Carry forward what one account held before the first transaction that is told."""
        return (
            _transaction(day(at), "Carried forward")
            + self._leg(leg)
            + _posting(self._equity("Opening"), -leg.amount_mt)
        )

    def event(self, event: Event, legs: Sequence[Leg]) -> str:
        """Write one transaction, each posting with the very lot it is of."""
        title = _transaction(day(event.at), title_of(event), facts_of_event(event))
        return title + "".join(self._leg(leg) for leg in legs)

    def pool(self, pool: PoolCount) -> str:
        """Open a pool's accounts and put a floor under each."""
        names = [_account(pool.kind, pool.id, account) for account in _ROOTS]
        opened = "\n" + "".join(_opened(name, facts_of_pool(pool), booking=' "STRICT"') for name in names)
        return opened + self._floor(pool, _FIRST_DAY, _FLOOR_MT)

    def lot(self, pool: PoolCount, lot: LotCount) -> str:
        """Take out what the lot's row says, which is refused if it holds less, and put it back a day later.

        In between the pool's accounts are asserted to be empty down to their floors: no lot holds more either.
        """
        counts = [(Account.AVAILABLE, lot.remaining_mt), (Account.HELD, lot.held_mt)]
        names = {account: amount_mt for account, amount_mt in counts if amount_mt}
        if not names:
            return ""
        facts, cost = facts_of_lot(lot), _cost(lot.expires_at, lot.id)
        return "".join(
            _transaction(self._after(days), "Count of a lot", facts)
            + "".join(
                _posting(_account(pool.kind, pool.id, account), sign * amount_mt, cost)
                for account, amount_mt in names.items()
            )
            + _posting(self._equity("Counted"), -sign * sum(names.values()))
            for days, sign in ((0, -1), (1, 1))
        )

    def pool_end(self, pool: PoolCount) -> str:
        """Take the floor away and assert what the pool's row says."""
        names = {account: _account(pool.kind, pool.id, account) for account in _ROOTS}
        balances = (pool.available_mt, pool.held_mt, pool.used_mt, pool.expired_mt)
        return (
            self._balance(names[Account.AVAILABLE], _FLOOR_MT, days=1)
            + self._balance(names[Account.HELD], _FLOOR_MT, days=1)
            + self._floor(pool, self._after(1), -_FLOOR_MT)
            + "".join(map(self._balance, names.values(), balances))
        )

    def end(self, opening_at: datetime | None) -> str:
        """Assert the contract's own accounts."""
        balances = (self._head.issued_mt, self._head.sold_mt, self._head.adjusted_mt)
        sources = map(self._balance, map(self._source, SOURCES), balances)
        equity = _EQUITY if opening_at else _EQUITY[:-1]
        return "\n" + "".join([*sources, *(self._balance(self._equity(name), 0) for name in equity)])

    def _after(self, days: int) -> str:
        return day(self._head.closes_at + timedelta(days=days))

    def _balance(self, account: str, balance_mt: int, days: int = 2) -> str:
        """Assert a balance at the start of a day after the last; `~ 0`, for beancount would let 0.001 pass."""
        return f"{self._after(days)} balance {account}  {fixed(balance_mt)} ~ 0 {CURRENCY}\n"

    def _floor(self, pool: PoolCount, on: str, amount_mt: int) -> str:
        cost = _cost_of(_FIRST_DAY, "floor")
        postings = [_posting(_account(pool.kind, pool.id, account), amount_mt, cost) for account in _ROOTS]
        against = _posting(self._equity("Floor"), -amount_mt * len(_ROOTS))
        return _transaction(on, "Floor") + "".join(postings) + against

    def _leg(self, leg: Leg) -> str:
        if leg.pool_id is None or leg.pool_kind is None:
            return _posting(self._source(leg.account), leg.amount_mt)
        cost = _cost(leg.expires_at, leg.lot_id) if leg.lot_id else ""
        return _posting(_account(leg.pool_kind, leg.pool_id, leg.account), leg.amount_mt, cost)

    def _source(self, account: str) -> str:
        return f"Income:C-{self._head.contract_id}:{account.capitalize()}"

    def _equity(self, name: str) -> str:
        return f"Equity:C-{self._head.contract_id}:{name}"


def _account(kind: str, pool_id: UUID, account: str) -> str:
    return f"{_ROOTS[Account(account)]}:{kind.capitalize()}:P-{pool_id}:{account.capitalize()}"


def _cost(expires_at: datetime | None, lot_id: UUID) -> str:
    return _cost_of(day(expires_at) if expires_at else _NEVER, str(lot_id))


def _cost_of(expires_on: str, label: str) -> str:
    return f' {{1 {CURRENCY}, {expires_on}, "{label}"}}'


def _opened(account: str, facts: Facts, *, booking: str = "") -> str:
    return f"{_FIRST_DAY} open {account}  {CURRENCY}{booking}\n" + _metadata(facts)


def _transaction(on: str, title: str, facts: Facts | None = None) -> str:
    return f'\n{on} * "{title}"\n' + _metadata(facts or [])


def _posting(account: str, amount_mt: int, cost: str = "") -> str:
    return f"  {account}  {fixed(amount_mt)} {CURRENCY}{cost}\n"


def _metadata(facts: Facts) -> str:
    return "".join(f'  {name}: "{value}"\n' for name, value in facts)
