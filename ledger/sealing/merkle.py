"""Merkle trees as in RFC 6962, section 2.1: SHA-256, where no leaf can be taken for a node. Pure."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Literal

EMPTY: Final = sha256(b"").digest()
Step = tuple[Literal["left", "right"], bytes]
"""One step from a leaf to the root: the hash beside it, and on which side that stands."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of none, the hash of nothing."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def path_to(leaves: Sequence[bytes], index: int) -> list[Step]:
    """Return the steps from leaf `index` to the root."""
    level, steps = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            side: Literal["left", "right"] = "left" if beside < index else "right"
            steps.append((side, level[beside]))
        level = _parents(level)
        index //= 2
    return steps


def climb(leaf: bytes, steps: Sequence[Step]) -> bytes:
    """Return the root that the steps lead to."""
    for side, beside in steps:
        leaf = node_hash(beside, leaf) if side == "left" else node_hash(leaf, beside)
    return leaf


def _parents(level: list[bytes]) -> list[bytes]:
    """Return the next level: a last node without a neighbour goes up as it is, which is RFC 6962's unbalanced tree."""
    parents = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*parents, level[-1]] if len(level) % 2 else parents
