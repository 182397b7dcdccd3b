"""Identifiers of the ledger's rows: UUID version 7, made by the application, so that rows sort by age."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a fresh UUIDv7 (Source: RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    rand_a = random_bits >> 68
    rand_b = random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)


class IdsByText(dict[str, UUID]):
    """Makes ids from their texts, each once: rows read together name the same few, and making an id is dear."""

    def __missing__(self, text: str) -> UUID:
        made = self[text] = UUID(text)
        return made
