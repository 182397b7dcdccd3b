"""The rate card as the model knows it, once more and by hand: what a quantity of a service costs, and the packs."""

from dataclasses import dataclass
from datetime import datetime

from tests.ledger.steps import day


@dataclass(frozen=True)
class Terms:
    """Milli-tokens per started step (thousandths of the unit); a later price and since when it holds."""

    mt: int
    step: int = 1_000
    refundable: bool = True
    covered_by: str = ""
    later: tuple[datetime, int] | None = None


SERVICES = {
    "analysis": Terms(5_000),
    "simulation": Terms(10_000, later=(day(3), 12_500)),
    "generative_study": Terms(11_000, refundable=False),
    "model_derivative": Terms(500),
    "media_generation": Terms(1_000, step=10_000, refundable=False),
    "optimization": Terms(100_000, step=5_000),
    "rendering_standard": Terms(0, covered_by="Standard renderings are free"),
}
PACKS = {"100": (100_000, 30_000), "500": (500_000, 148_500)}
"""Milli-tokens and cents."""


def price(service: str, quantity: int, at: datetime) -> int:
    terms = SERVICES[service]
    steps = -(-quantity // terms.step)
    later = terms.later
    return steps * (later[1] if later and later[0] <= at else terms.mt)
