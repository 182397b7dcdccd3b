"""What the benchmark must show, once: each target is about one row, alone or compared to another of the same run."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a row's value or, with `reference`, on its ratio to that row. Without a bound: only a comparison."""

    row: str
    reference: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"

    def is_met(self, number: float) -> bool | None:
        """Tell whether the value or the ratio is within the bound; None without one."""
        if self.at_least is not None:
            return number >= self.at_least
        return None if self.at_most is None else number <= self.at_most


SMALL: Final = ", small history"
FLUSHED: Final = ", 1 ms flush"
_HORDAK: Final = "hordak, bare transfer, 1 thread"
GENERATED: Final = "import of a generated job log"
"""What the import is called where the real log does not lie beside the checkout."""
_REPORTS: Final = (
    "Reporting page, shared tokens",
    "Reporting page, usage of a year",
    "Reporting page, token events",
    "GET /usage of a year",
    "GET /usage of a year by day",
)

TARGETS: Final = (
    Target("ours in process, 1 thread", "one call, pgbench, 1 client"),
    Target("ours in process, 1 thread", _HORDAK),
    Target("ours in process, batch of 100", "set-based, pgbench, batch of 100"),
    Target("ours in process, batch of 1000", "set-based, pgbench, batch of 1000"),
    *(
        target
        for clients in ("1 connection", "8 connections", "32 connections", f"32 connections{FLUSHED}")
        for target in (
            Target(f"ours over HTTP, {clients}", f"one call over HTTP, {clients}", at_least=0.5),
            Target(f"ours over HTTP, {clients}", f"bare call over HTTP, {clients}"),
            Target(f"ours over HTTP, {clients}", f"naive ORM over HTTP, {clients}", at_least=5),
        )
    ),
    Target("ours in process, 32 threads", "plain row lock, pgbench, 32 clients"),
    # On the ledger itself, as the row lock's: over HTTP two cores are busy with the requests long before the pool is.
    Target(f"ours in process, 32 threads{FLUSHED}", f"plain row lock, pgbench, 32 clients{FLUSHED}", at_least=5),
    Target(f"ours in process, 32 threads{FLUSHED}, p99", at_most=75),
    Target("ours over HTTP, 32 connections", "plain row lock, pgbench, 32 clients"),
    Target(f"ours over HTTP, 32 connections{FLUSHED}", f"plain row lock, pgbench, 32 clients{FLUSHED}"),
    Target("ours over HTTP, batch of 100, 4 connections", at_least=10_000),
    Target("ours over HTTP, batch of 100, 4 connections", _HORDAK, at_least=10),
    Target("ours over HTTP, batch of 1000, 4 connections", at_least=20_000),
    Target("ours over HTTP, settle 1000, 4 connections", at_least=20_000),
    *(Target(row, f"{row}{SMALL}", at_most=1.3) for row in ("one charge", "balance", "balance as of")),
    *(Target(row, f"{row}{SMALL}", at_most=1.5) for row in _REPORTS),
    *(Target(f"{row}, p95", at_most=150) for row in _REPORTS),
    *(Target(f"{row}, SQL statements", at_most=12) for row in _REPORTS),
    *(
        target
        for log in ("import of the job log", GENERATED)
        for target in (
            Target(log, at_least=1000),
            Target(f"{log}, peak memory", f"{log}, a tenth, peak memory", at_most=1.3),
        )
    ),
    Target("export of 1,000,000 rows as CSV, peak memory", at_most=200),
    Target("export of 1,000,000 rows as CSV, first byte", at_most=1000),
    Target("export of 1,000,000 rows as Excel, peak memory", at_most=200),
)
"""The comparisons and targets. Source: the product's speed targets, docs/benchmarks.md."""
