"""Reads the Idempotency-Key header (IETF draft 07) and takes the fingerprint of a request."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from rest_framework.request import Request

from ledger.posting import Idempotency
from portal.api.caller import caller_of
from portal.api.problems import IdempotencyKeyRequired, InvalidIdempotencyKey

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_QUOTED: Final = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"', re.ASCII)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def idempotency_of(request: Request, refused: Sequence[int] = ()) -> Idempotency:
    """Return who asks for what under which key. The body must have been found readable.

    `refused` are the items of a batch that the caller may not ask for. They belong to the request: should the
    caller's rights change before it is sent again, it is another one.

    Raises:
        IdempotencyKeyRequired, InvalidIdempotencyKey.
    """
    return Idempotency(
        caller=caller_of(request).key,
        key=parse_key(request.headers.get(HEADER)),
        fingerprint=fingerprint(request.method or "", request.path, request.data, refused),
    )


def parse_key(header: str | None) -> str:
    """Return the key in a header's value: a quoted string of RFC 8941, or the same characters bare."""
    text = (header or "").strip(" \t")
    if not text:
        raise IdempotencyKeyRequired
    if text.startswith('"'):
        quoted = _QUOTED.fullmatch(text)
        text = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    if not _KEY.fullmatch(text):
        raise InvalidIdempotencyKey
    return text


def fingerprint(method: str, path: str, body: Any, refused: Sequence[int] = ()) -> str:
    """Return the SHA-256 (hex) of a request; the order of names and the spacing of its JSON do not matter."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    without = f"\nwithout {list(refused)}" if refused else ""
    return hashlib.sha256(f"{method} {path}\n{canonical}{without}".encode()).hexdigest()
