"""Books as hledger reads them: an account per lot, and a balance assertion on every posting.

`hledger check --strict` then recomputes every balance; `--real` leaves the counting of the pools out of reports.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.books.facts import Facts, facts_of_event, facts_of_head, facts_of_lot, facts_of_pool, title_of
from ledger.books.read import SOURCES, Event, Head, Leg, LotCount, PoolCount
from ledger.books.words import CURRENCY, day, fixed, harmless, instant
from ledger.models import Account

HEADING: Final = f"""\
; Token ledger. Amounts are tokens, times are UTC. Check: hledger -f FILE check --strict
decimal-mark .
commodity 1000.000 {CURRENCY}
"""
_ROOTS: Final = {
    Account.AVAILABLE: "assets",
    Account.HELD: "assets",
    Account.USED: "expenses",
    Account.EXPIRED: "expenses",
}
_BY_LOT: Final = (Account.AVAILABLE, Account.HELD)


class HledgerBooks:
    """Writes one contract's books. Remembers what each lot holds, so memory grows with the lots that hold something."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._lots: dict[tuple[str, UUID], int] = {}

    def begin(self, opening_at: datetime | None) -> str:
        """Declare the contract's own accounts."""
        names = [_source(self._head, account) for account in SOURCES]
        names += [self._opening_account] if opening_at else []
        title = f"\n; Contract {harmless(self._head.number)}, entries to {self._head.last_seq}"
        return f"{title}\n" + "".join(_declared(name, facts_of_head(self._head)) for name in names)

    def opening(self, leg: Leg, at: datetime) -> str:
        """Carry forward what one account held before the first transaction that is told."""
        self._follow(leg)
        return (
            f"\n{day(at)} * Carried forward\n"
            + _posting(self._account(leg), leg.amount_mt)
            + _posting(self._opening_account, -leg.amount_mt)
        )

    def event(self, event: Event, legs: Sequence[Leg]) -> str:
        """Write one transaction, asserting what each account holds after each posting."""
        title = f"\n{day(event.at)} * {title_of(event)}  ; {_tags(facts_of_event(event))}\n"
        return title + "".join(self._asserted(leg) for leg in legs)

    def pool(self, pool: PoolCount) -> str:
        """Declare a pool's accounts; its lots are counted next."""
        names = [_account(pool.kind, pool.id, account) for account in _ROOTS]
        names += [_counted(pool.id, account) for account in _BY_LOT]
        return "\n" + "".join(_declared(name, facts_of_pool(pool)) for name in names)

    def lot(self, pool: PoolCount, lot: LotCount) -> str:
        """Declare a lot's accounts, assert what its row says, and add that to the count of its pool."""
        names = {account: _account(pool.kind, pool.id, account, lot.id) for account in _BY_LOT}
        amounts = {Account.AVAILABLE: lot.remaining_mt, Account.HELD: lot.held_mt}
        return (
            "".join(_declared(name, facts_of_lot(lot)) for name in names.values())
            + f"{day(self._head.closes_at)} * Count of a lot\n"
            + "".join(_posting(names[account], 0, amounts[account]) for account in _BY_LOT)
            + "".join(_posting(_counted(pool.id, account), amounts[account]) for account in _BY_LOT)
        )

    def pool_end(self, pool: PoolCount) -> str:
        """Assert what the pool's row says: of what its lots hold together, and of what was used and expired."""
        counted = {Account.AVAILABLE: pool.available_mt, Account.HELD: pool.held_mt}
        rest = {Account.USED: pool.used_mt, Account.EXPIRED: pool.expired_mt}
        lines = [f"{day(self._head.closes_at)} * Count of a pool  ; {_tags(facts_of_pool(pool))}\n"]
        for account, amount_mt in counted.items():
            lines.append(_posting(_counted(pool.id, account), -amount_mt, 0))
            lines.append(_posting(_account(pool.kind, pool.id, account), 0, 0))
        lines += [_posting(_account(pool.kind, pool.id, account), 0, amount_mt) for account, amount_mt in rest.items()]
        return "".join(lines)

    def end(self, opening_at: datetime | None) -> str:
        """Assert the contract's own accounts."""
        balances = (self._head.issued_mt, self._head.sold_mt, self._head.adjusted_mt)
        return (
            f"\n{day(self._head.closes_at)} * End of the books  ; at:{instant(self._head.closes_at)}\n"
            + "".join(
                _posting(_source(self._head, name), 0, held) for name, held in zip(SOURCES, balances, strict=True)
            )
            + (_posting(self._opening_account, 0, 0) if opening_at else "")
        )

    @property
    def _opening_account(self) -> str:
        return f"equity:{self._head.contract_id}:opening"

    def _asserted(self, leg: Leg) -> str:
        return _posting(self._account(leg), leg.amount_mt, self._follow(leg))

    def _follow(self, leg: Leg) -> int | None:
        """Return what the posting's account must hold after it; a lot never holds less than nothing."""
        if leg.account not in _BY_LOT:
            return leg.balance_after_mt
        if leg.lot_id is None:
            return 0
        key = (leg.account, leg.lot_id)
        held_mt = self._lots.pop(key, 0) + leg.amount_mt
        if held_mt:
            self._lots[key] = held_mt
        return max(held_mt, 0)

    def _account(self, leg: Leg) -> str:
        if leg.pool_id is None or leg.pool_kind is None:
            return _source(self._head, leg.account)
        return _account(leg.pool_kind, leg.pool_id, leg.account, leg.lot_id if leg.account in _BY_LOT else None)


def _account(kind: str, pool_id: UUID, account: str, lot_id: UUID | None = None) -> str:
    return f"{_ROOTS[Account(account)]}:{kind}:{pool_id}:{account}" + (f":{lot_id}" if lot_id else "")


def _source(head: Head, account: str) -> str:
    return f"income:{head.contract_id}:{account}"


def _counted(pool_id: UUID, account: str) -> str:
    # In parentheses hledger calls it virtual: it need not balance and is no part of the real books.
    return f"(counted:{pool_id}:{account})"


def _declared(account: str, facts: Facts) -> str:
    return f"account {account.strip('()')}  ; {_tags(facts)}\n"


def _posting(account: str, amount_mt: int, asserted_mt: int | None = None) -> str:
    assertion = "" if asserted_mt is None else f" = {fixed(asserted_mt)} {CURRENCY}"
    return f"    {account}  {fixed(amount_mt)} {CURRENCY}{assertion}\n"


def _tags(facts: Facts) -> str:
    return ", ".join(f"{name}:{value}" for name, value in facts)
