"""The canonical form of everything that is hashed or signed. A change of it is a new version, never an edit."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

VERSION: Final = "v1"
TRANSACTION: Final = f"counting-house/transaction/{VERSION}"
SEAL: Final = f"counting-house/seal/{VERSION}"
PART: Final = f"counting-house/part/{VERSION}"
ROOT: Final = f"counting-house/daily-root/{VERSION}"
RECEIPT: Final = f"counting-house/receipt/{VERSION}"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODE: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def canonical(form: dict[str, Any]) -> bytes:
    """Return the one way to write `form`: JSON, names sorted, no space, ASCII. It holds no floats."""
    return _ENCODE(form).encode("ascii")


def microseconds(at: datetime) -> int:
    """Return an aware time as microseconds since 1970 in UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)
