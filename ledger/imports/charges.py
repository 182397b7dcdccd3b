"""What a job holds at its start and what it costs at its end. Pure; amounts are milli-tokens.

A flat rate per job, or a rate card in tokens per processor-hour: there prices are whole tokens, rounded up.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.amounts import MILLI, parse_milli
from ledger.errors import InvalidAmount
from ledger.imports.errors import ImportRefused
from ledger.imports.logfile import lines
from ledger.imports.rows import Row

HOUR_S: Final = 3600
# Above it a sum over a large log would leave the integers of the database.
MAX_PRICE_MT: Final = 10**14


@dataclass(frozen=True, slots=True)
class Charge:
    """What a job holds and what it costs (milli-tokens), for how many thousandths of the service's unit."""

    hold_mt: int
    cost_mt: int
    quantity_m: int


@dataclass(frozen=True, slots=True)
class FlatRate:
    """The same price for every job."""

    amount_mt: int
    unit: str = "job"

    def charge(self, row: Row, service: str) -> Charge | None:
        """Return the price of any job."""
        return Charge(self.amount_mt, self.amount_mt, MILLI)

    def rate_mt(self, service: str) -> int:
        """Return the price of one unit of the service."""
        return self.amount_mt

    def name(self, service: str) -> str | None:
        """Return the service's name: a flat rate knows none."""
        return None


@dataclass(frozen=True, slots=True)
class RateCard:
    """Services by their key in the log: (name, milli-tokens per processor-hour)."""

    services: dict[str, tuple[str, int]]
    unit: str = "processor-hour"

    def charge(self, row: Row, service: str) -> Charge | None:
        """Return the hold by what was asked for and the cost by what was used; None: not on the card."""
        if service not in self.services:
            return None
        rate_mt = self.services[service][1]
        asked_s = (row.requested or row.allocated) * (row.limit_s or row.run_s)
        used_s = row.allocated * row.run_s
        return Charge(_price_mt(rate_mt, asked_s), _price_mt(rate_mt, used_s), -(-asked_s * MILLI // HOUR_S))

    def rate_mt(self, service: str) -> int:
        """Return the price of one processor-hour of the service."""
        return self.services[service][1]

    def name(self, service: str) -> str | None:
        """Return the service's name on the card."""
        return self.services[service][0] or None


Tariff = FlatRate | RateCard


def _price_mt(rate_mt: int, processor_s: int) -> int:
    return -(-rate_mt * processor_s // (HOUR_S * MILLI)) * MILLI


def parse_flat_rate(text: str) -> FlatRate:
    """Return the rate that --rate names.

    Raises:
        ImportRefused: it is not an amount of tokens.
    """
    try:
        return FlatRate(parse_milli(text))
    except InvalidAmount as error:
        raise ImportRefused(f"--rate {text!r} is not an amount of tokens: {error.detail}") from error


def read_rate_card(path: Path) -> RateCard:
    """Return the card of a CSV file: service number, name, tokens per processor-hour.

    Its first line may be titles.

    Raises:
        ImportRefused: the file cannot be read, or a line of it is not such a row.
    """
    services: dict[str, tuple[str, int]] = {}
    for line, text in lines(path):
        if not text.strip():
            continue
        row = _card_row(text)
        if row is None and line > 1:
            raise ImportRefused(f"Line {line} of {path} is not: service number, name, tokens per processor-hour.")
        if row and row[0] in services:
            raise ImportRefused(f"Line {line} of {path} gives service {row[0]} a second rate.")
        if row:
            services[row[0]] = row[1:]
    if not services:
        raise ImportRefused(f"{path} has no lines of the form: service number, name, tokens per processor-hour.")
    return RateCard(services)


def _card_row(text: str) -> tuple[str, str, int] | None:
    try:
        number, name, rate = (cell.strip() for cell in next(csv.reader([text])))
        return number, name, parse_milli(rate)
    except (ValueError, csv.Error):
        return None
