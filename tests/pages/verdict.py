"""What a page may cost, which pages cost more, and the table of all of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

MOST: Final = {"axe": 0, "csp": 0, "failed_requests": 0, "sql": 12, "bytes": 249_999, "ttfb_ms": 99.9}
LEAST_SCORE: Final = 95
Row = dict[str, Any]
HEAD: Final = ("page", "role", "axe", "csp", "failed", "SQL", "kB", "TTFB ms", "Lighthouse 320", "1440")


def misses(row: Row) -> list[str]:
    """Return what a measured row has too much of, or too little."""
    found = [f"{name} {row[name]}" for name, most in MOST.items() if row[name] > most]
    scores = row["lighthouse"] or {}
    return found + [f"{name} {score}" for name, score in scores.items() if score < LEAST_SCORE]


def table(rows: Iterable[Row]) -> list[str]:
    """Return a line for each page, with the worst of its looks; a page that misses a bar is marked."""
    pages: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        pages[row["page"], row["role"]].append(row)
    cells = [[*HEAD, ""], *(_cells(page, role, looks) for (page, role), looks in pages.items())]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return ["  ".join(_padded(cell, widths[at], at) for at, cell in enumerate(line)).rstrip() for line in cells]


def _cells(page: str, role: str, looks: list[Row]) -> list[str]:
    worst = {name: max(row[name] for row in looks) for name in MOST}
    missed = sorted({miss for row in looks for miss in misses(row)})
    return [
        *(page, role, str(worst["axe"]), str(worst["csp"]), str(worst["failed_requests"]), str(worst["sql"])),
        *(f"{worst['bytes'] / 1000:.0f}", f"{worst['ttfb_ms']:.0f}", _scores(looks, 320), _scores(looks, 1440)),
        f"MISSED: {', '.join(missed)}" if missed else "",
    ]


def _scores(looks: list[Row], width: int) -> str:
    found = next((row["lighthouse"] for row in looks if row["width"] == width and row["lighthouse"]), None)
    return "/".join(str(score) for score in found.values()) if found else "-"


def _padded(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 2 or column > 7 else cell.rjust(width)
