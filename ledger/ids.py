"""Identifiers of the ledger's rows: UUID version 7, made by the application, so that rows sort by age."""

import os
import time
from typing import Final
from uuid import UUID

_FIXED: Final = 0xF << 76 | 0b11 << 62
_VERSION_7: Final = 0x7 << 76 | 0b10 << 62


def new_id() -> UUID:
    """Return a fresh UUIDv7 (Source: RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    return UUID(int=(milliseconds << 80 | random_bits) & ~_FIXED | _VERSION_7)


class IdsByText(dict[str, UUID]):
    """Makes ids from their texts, each once: rows read together name the same few, and making an id is dear."""

    def __missing__(self, text: str) -> UUID:
        made = self[text] = UUID(text)
        return made
