"""Contracts with years of undone work, and whether workers have done all of it, and each of it once."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.faults.ledger import rows
from tests.faults.site import Site
from tests.house.sources import ROOT

_TRANSACTIONS = """
    SELECT t.contract_id, t.kind, t.due_at, COALESCE(SUM(ABS(e.amount_mt)), 0) / 2 FROM ledger_transaction t
    JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.kind IN ('expire', 'release', 'grant')
    GROUP BY t.contract_id, t.id, t.kind, t.due_at
"""
_GIFTS = """
    SELECT s.contract_id, g.period_number FROM ledger_gift g JOIN ledger_seat p ON p.id = g.seat_id
    JOIN ledger_subscription s ON s.id = p.subscription_id
"""
_POSTED = """
    SELECT COUNT(*) FROM ledger_transaction WHERE (kind IN ('expire', 'release') OR reason LIKE 'Overdue%')
    AND contract_id IN (SELECT contract_id FROM ledger_subscription)
"""
GIFT_MT, LOT_MT, HELD_MT, FIRST_MT = 7000, 4000, 3000, 50_000


class Neglect:
    """Makes such contracts in a process of its own, and remembers what is due in each."""

    def __init__(self, site: Site) -> None:
        self.site, self.due = site, list[dict[str, Any]]()
        command = [sys.executable, "-m", "tests.faults.programs.overdue"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=ROOT, env=site.environment, **pipes)

    def make(self, contracts: int) -> None:
        """Make so many more."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{contracts}\n")
        self._process.stdin.flush()
        while line := self._process.stdout.readline().strip():
            self.due.append(json.loads(line))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def items(self) -> int:
        """How many postings are due in all: two expiries, a release and three gifts for each contract."""
        return 6 * len(self.due)

    def posted(self) -> int:
        """How many of them the ledger has."""
        return int(rows(self.site.database_url, _POSTED)[0][0])

    def wait_for(self, posted: int, *, within_s: float = 240) -> None:
        """Wait until the ledger has so many."""
        deadline = time.monotonic() + within_s
        while self.posted() < min(posted, self.items):
            assert time.monotonic() < deadline, (posted, self.posted(), self.items)
            time.sleep(0.005)

    def missing_and_doubled(self) -> tuple[list[Any], list[Any]]:
        """Return what is due and not done, and what was done more often than it was due or at another instant."""
        done = _done(self.site.database_url)
        missing, doubled = [], []
        for contract in self.due:
            found = list(done.get(contract["contract"], []))
            for item in _wanted(contract):
                if item in found:
                    found.remove(item)
                else:
                    missing.append((contract["contract"], item))
            doubled += [(contract["contract"], item) for item in found]
        return missing, doubled


def _wanted(contract: dict[str, Any]) -> list[tuple[Any, ...]]:
    first, second = (datetime.fromisoformat(at) for at in contract["lots"])
    grants = [("grant", None, amount_mt) for amount_mt in (LOT_MT, LOT_MT, FIRST_MT, *[GIFT_MT] * contract["gifts"])]
    gifts = [("gift", number) for number in range(1, contract["gifts"] + 1)]
    # Three tokens of the first lot are held until the sweep; what comes back is usable for a while more.
    return [
        ("expire", first, LOT_MT - HELD_MT),
        ("expire", second, LOT_MT),
        ("release", None, HELD_MT),
        *grants,
        *gifts,
    ]


def _done(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    done: dict[str, list[tuple[Any, ...]]] = {}
    for contract, kind, due_at, amount_mt in rows(database_url, _TRANSACTIONS):
        done.setdefault(str(UUID(str(contract))), []).append((kind, _utc(due_at), int(amount_mt)))
    for contract, number in rows(database_url, _GIFTS):
        done.setdefault(str(UUID(str(contract))), []).append(("gift", number))
    return done


def _utc(found: Any) -> datetime | None:
    if isinstance(found, str):
        return datetime.fromisoformat(found).replace(tzinfo=UTC)
    return found.astimezone(UTC) if found else None
