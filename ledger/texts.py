"""Texts that people give with a request: checked here, so that both databases keep them as they were given."""

from typing import Final

from ledger.errors import InvalidRequest

REASON_LIMIT: Final = 500
"""The most characters of a reason, whoever gives it for what; as long as its columns."""


def check_text(text: str, *, field: str, limit: int) -> str:
    """Return the text without blanks around it.

    Raises:
        InvalidRequest: it is longer than `limit` characters, or has characters that a database cannot keep.
    """
    if not text:
        return text
    text = text.strip()
    if len(text) > limit:
        raise InvalidRequest(f"Give at most {limit} characters.", field=field)
    if not is_storable(text):
        raise InvalidRequest("This has characters that cannot be kept.", field=field)
    return text


def require_text(text: str, *, field: str, limit: int, missing: str) -> str:
    """Return the text without blanks around it; refuse an empty one with the sentence `missing`.

    Raises:
        InvalidRequest: as `check_text`, or it is empty.
    """
    text = check_text(text, field=field, limit=limit)
    if not text:
        raise InvalidRequest(missing, field=field)
    return text


def is_storable(text: str) -> bool:
    """Return whether both databases keep the text: it is UTF-8 without NUL."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False
