"""Reads the two formats line by line, knowing nothing of the programs they are for, and adds up."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.models import Lot, Pool

AMOUNT = r"(-?\d+\.\d{3})"
HLEDGER_POSTING = re.compile(rf"    (\S+)  {AMOUNT} TOK(?: = {AMOUNT} TOK)?")
BEANCOUNT_POSTING = re.compile(rf'  (\S+)  {AMOUNT} TOK(?: {{1 TOK, [\d-]{{10}}, "([^"]+)"}})?')
BEANCOUNT_BALANCE = re.compile(rf"([\d-]{{10}}) balance (\S+)  {AMOUNT} ~ 0 TOK")
TITLE = re.compile(r"([\d-]{10}) \* (.*)")
Key = tuple[str, str]


@dataclass
class Sums:
    """What every (account, lot) holds in thousandths; accounts are `kind:pool:account` or a name of their own."""

    balances: Counter[Key] = field(default_factory=Counter)
    assertions: int = 0

    def of(self, account: str) -> int:
        return sum(amount for (name, _), amount in self.balances.items() if name == account)

    def post(self, key: Key, amount: int) -> None:
        self.balances[key] += amount
        assert self.balances[key] >= 0 or ":" not in key[0], f"{key} was overdrawn"

    def claim(self, held: int, claimed: str) -> None:
        assert held == thousandths(claimed)
        self.assertions += 1


def thousandths(text: str) -> int:
    return int(text.replace(".", ""))


def read(book_format: str, text: str) -> Sums:
    return read_hledger(text) if book_format == "hledger" else read_beancount(text)


def read_hledger(text: str) -> Sums:
    sums = Sums()
    for postings in _transactions(text):
        total = 0
        for line in postings:
            found = HLEDGER_POSTING.fullmatch(line)
            assert found, line
            name, amount, claimed = found.groups()
            if name.startswith("("):
                key = (name, "")
            else:
                total += thousandths(amount)
                key = _hledger_key(name)
            sums.post(key, thousandths(amount))
            if claimed:
                sums.claim(sums.balances[key], claimed)
        assert total == 0
    return sums


def _hledger_key(name: str) -> Key:
    parts = name.split(":")
    if len(parts) < 4:
        return "/".join(parts[1:]), ""
    return ":".join(parts[1:4]), parts[4] if len(parts) > 4 else ""


def read_beancount(text: str) -> Sums:
    sums = Sums()
    for postings in _transactions(text):
        total = 0
        for line in postings:
            if re.match(r"  [a-z]+: ", line):
                continue
            found = BEANCOUNT_POSTING.fullmatch(line)
            assert found, line
            name, amount, lot = found.groups()
            total += thousandths(amount)
            if lot != "floor":
                sums.post((_beancount_name(name), lot or ""), thousandths(amount))
        assert total == 0
    last_claims = {name: claimed for _, name, claimed in sorted(BEANCOUNT_BALANCE.findall(text))}
    for name, claimed in last_claims.items():
        if not name.startswith("Equity"):
            sums.claim(sums.of(_beancount_name(name)), claimed)
    return sums


def _beancount_name(name: str) -> str:
    parts = name.replace(":P-", ":").lower().split(":")
    return (":" if len(parts) > 3 else "/").join(parts[1:])


def _transactions(text: str) -> Iterator[list[str]]:
    """Yield the indented lines below each transaction's title."""
    postings: list[str] | None = None
    for line in text.split("\n"):
        if line.startswith("  ") and postings is not None:
            postings.append(line)
            continue
        if postings is not None:
            yield postings
        postings = [] if TITLE.fullmatch(line) else None


def pools_in_the_database() -> dict[str, int]:
    """Return what the pools' rows say, by the names that the sums use."""
    return {
        f"{pool.kind}:{pool.id}:{account}": getattr(pool, f"{account}_mt")
        for pool in Pool.objects.all()
        for account in ("available", "held", "used", "expired")
    }


def lots_in_the_database() -> dict[Key, int]:
    """Return what the lots' rows say."""
    return {
        (f"{lot.pool.kind}:{lot.pool_id}:{account}", str(lot.id)): amount_mt
        for lot in Lot.objects.select_related("pool")
        for account, amount_mt in (("available", lot.remaining_mt), ("held", lot.held_mt))
    }
