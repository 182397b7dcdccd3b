"""The levels of the rollup: usage of each day and of each month, by one thing alone, by everything, or in all."""

from collections.abc import Collection
from typing import Final

SPANS: Final = ("day", "month")
COLUMNS: Final = {"service": "service_id", "user": "user_id", "project": "project", "pool": "pool_id"}
KEPT: Final[dict[str, tuple[str, ...]]] = {
    "total": (),
    **{name: (name,) for name in COLUMNS},
    "everything": tuple(COLUMNS),
}
"""What a level tells apart; the other columns are added up, and hold nobody or nothing."""


def level(span: str, by: str) -> str:
    """Return what a level is called in its rows."""
    return f"{span} {by}"


def smallest(things: Collection[str]) -> str:
    """Return by what the shortest sums are kept that tell these apart: services, users, projects, pools."""
    wanted = set(things) & set(COLUMNS)
    return next(by for by, kept in KEPT.items() if wanted <= set(kept))
