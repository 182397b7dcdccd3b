"""Numbers into drawing: arcs of a donut and bars, as attributes of SVG, for a policy that allows no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a ring that is 100 long, in thousandths of its length written out."""

    name: str
    dashes: str
    offset: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart that is 100 high and as wide as it has bars."""

    x: int
    y: str
    height: str
    label: str
    milli: int


def donut(parts: Sequence[tuple[str, int]]) -> list[Arc]:
    """Return the arcs of the parts that are not zero; amounts are milli-tokens."""
    total = sum(milli for _, milli in parts)
    arcs, start = [], 0.0
    for name, milli in parts:
        if milli > 0:
            length = 100 * milli / total
            arcs.append(Arc(name, f"{length:.3f} {100 - length:.3f}", f"{-start:.3f}"))
            start += length
    return arcs


def columns(values: Sequence[tuple[str, int]]) -> list[Bar]:
    """Return a bar for each value; what is not above zero has no height."""
    highest = max((milli for _, milli in values), default=0)
    return [_bar(x, label, milli, highest) for x, (label, milli) in enumerate(values)]


def share(milli: int, of_milli: int) -> str:
    """Return `milli` as a percentage of `of_milli` between 0 and 100, for the width of a bar."""
    return f"{100 * min(max(milli, 0), of_milli) / of_milli:.2f}" if of_milli > 0 else "0"


def _bar(x: int, label: str, milli: int, highest: int) -> Bar:
    height = float(share(milli, highest))
    return Bar(x, f"{100 - height:.2f}", f"{height:.2f}", label, milli)
