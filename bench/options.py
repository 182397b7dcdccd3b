"""What one run of the benchmark is asked for, read from the environment. docs/benchmarks.md describes each name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROUPS: Final = ("single", "batch", "http", "hot", "sqlite", "reads", "growth", "import", "export")
"""What `ONLY` may name."""
HISTORY_LIMIT: Final = 20_000_000
SMALL_HISTORY: Final = 10_000
_UNITS: Final = {"us": 1, "ms": 1000}


@dataclass(frozen=True, slots=True)
class Options:
    """One run: how much history, how many rounds of how many seconds, which groups, where the result goes."""

    entries: int
    rounds: int
    seconds: float
    flush_us: int
    only: frozenset[str]
    out: Path | None
    short: bool

    def wants(self, group: str) -> bool:
        """Tell whether a group is measured in this run."""
        return group in self.only


def read_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Return the options of this run.

    Raises:
        SystemExit: a name or a number is not one that we know.
    """
    short = environment.get("SHORT", "") not in {"", "0"}
    out = environment.get("OUT", "")
    return Options(
        entries=_entries(environment.get("HISTORY") or ("20000" if short else "2000000")),
        rounds=int(environment.get("ROUNDS") or (3 if short else 5)),
        seconds=float(environment.get("SECONDS") or (0.4 if short else 3)),
        flush_us=_flush_us(environment.get("BENCH_FLUSH") or "disk"),
        only=_groups(environment.get("ONLY", "")),
        out=Path(out) if out else None,
        short=short,
    )


def _entries(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1000 <= number <= HISTORY_LIMIT:
        raise SystemExit(f"HISTORY is a number of entries from 1000 to {HISTORY_LIMIT}, not {text!r}.")
    return number


def _flush_us(text: str) -> int:
    """Return how long a flush takes in microseconds; 0 is the disk's own time."""
    if text == "disk":
        return 0
    number, unit = text[:-2], text[-2:]
    if not number.isdecimal() or unit not in _UNITS:
        raise SystemExit(f"BENCH_FLUSH is 'disk' or a time such as 1ms or 500us, not {text!r}.")
    return int(number) * _UNITS[unit]


def _groups(text: str) -> frozenset[str]:
    named = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := named - set(GROUPS):
        raise SystemExit(f"ONLY takes some of {', '.join(GROUPS)}; not {', '.join(sorted(unknown))}.")
    return named or frozenset(GROUPS)
