"""Times and durations as logs write them. For the readers and the command."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

LAST_S: Final = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp())
DAY_S: Final = 86_400
_CLOCK: Final = re.compile(r"(?:([0-9]{1,7})-)?(?:([0-9]{1,7}):)?([0-9]{1,7}):([0-9]{1,7})", re.ASCII)


def moment(seconds: int) -> datetime:
    """Return the aware datetime of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def clock_seconds(text: str) -> int | None:
    """Return the seconds of `[days-][hours:]minutes:seconds`, None where the text is something else."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return days * DAY_S + hours * 3600 + minutes * 60 + seconds


def local_seconds(text: str, zone: tzinfo) -> int | None:
    """Return the seconds since 1970 of a time such as 2024-03-01T12:00:00 in `zone`, or of plain seconds."""
    if text.isascii() and text.isdigit() and len(text) <= 12:
        seconds = int(text)
    else:
        try:
            parsed = datetime.fromisoformat(text)
            seconds = int((parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).timestamp())
        except (ValueError, OverflowError):
            return None
    return seconds if 0 <= seconds <= LAST_S else None
