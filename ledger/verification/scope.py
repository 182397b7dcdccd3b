"""The part of a contract's books that one step of a verification looks at.

A full run looks at each contract from its first entry. An incremental one looks at what was posted since the
contract's checkpoint, and takes the sums of what was before from there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
# A key that was being written during the last run may seem older than it.
_OVERLAP: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """One contract's entries after `since`, up to and with `upto`. `since` is 0 where everything is looked at."""

    contract_id: UUID
    since: int
    upto: int
    since_at: datetime = BEGINNING
    checked_at: datetime = BEGINNING
    news_at: datetime = BEGINNING
    sealed: int = 0

    @property
    def keys_at(self) -> datetime:
        """From when on keys are looked at. None is dated before its effect, not even when the clock was set back."""
        return min(self.checked_at - _OVERLAP, self.news_at) if self.since else BEGINNING
