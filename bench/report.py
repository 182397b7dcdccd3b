"""Compares the rows of a run with each other and with the targets; prints the table and writes the JSON file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.rounds import Row
from bench.targets import GENERATED, TARGETS, Target


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the run, perhaps compared: `ratio` is its value over the value of the row named by `reference`."""

    name: str
    value: float
    unit: str
    reference: str | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def compare(rows: Sequence[Row]) -> list[Line]:
    """Return a line for each row, and one for each comparison of it that this run can make."""
    values = {row.name: row.value for row in rows}
    lines = []
    for row in rows:
        targets = [target for target in TARGETS if target.row == row.name]
        compared = [_line(row, target, values) for target in targets if target.reference in {None, *values}]
        lines += compared or [Line(row.name, row.value, row.unit)]
    return lines


def _line(row: Row, target: Target, values: dict[str, float]) -> Line:
    ratio = row.value / values[target.reference] if target.reference else None
    met = target.is_met(row.value if ratio is None else ratio)
    return Line(row.name, row.value, row.unit, target.reference, ratio, str(target), met)


def unmeasured(rows: Sequence[Row]) -> list[str]:
    """Return the targets that this run says nothing about, because a row is missing."""
    names = {row.name for row in rows}
    wanted = [target for target in TARGETS if str(target) and GENERATED not in target.row]
    missing = [target for target in wanted if not {target.row, target.reference or target.row} <= names]
    return [" / ".join(filter(None, (target.row, target.reference))) for target in missing]


def write_json(lines: Sequence[Line], path: Path) -> None:
    """Write the lines as a JSON array of objects."""
    path.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")


def table(lines: Sequence[Line]) -> str:
    """Return the lines as text; a row's further comparisons leave its name out."""
    cells = [("what", "value", "unit", "compared with", "ratio", "target", "met")]
    previous = ""
    for line in lines:
        first = line.name != previous
        previous = line.name
        cells.append(
            (
                line.name if first else "",
                _number(line.value) if first else "",
                line.unit if first else "",
                line.reference or "",
                "" if line.ratio is None else f"{line.ratio:.2f}",
                line.target,
                {True: "yes", False: "NO", None: ""}[line.met],
            )
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(_aligned, row, widths, range(len(row)))).rstrip() for row in cells)


def _aligned(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column in {1, 4} else text.ljust(width)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"
