"""The trees are those of RFC 6962, and a path leads to the root from its own leaf alone."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.sealing import merkle

LEAVES = st.lists(st.binary(max_size=3), min_size=1, max_size=40)


def by_the_book(data: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = 1 << (len(data) - 1).bit_length() - 1
    return sha256(b"\x01" + by_the_book(data[:k]) + by_the_book(data[k:])).digest()


@given(data=st.lists(st.binary(max_size=3), max_size=40))
def test_the_root_is_that_of_the_standard(data: list[bytes]) -> None:
    assert merkle.root_of([merkle.leaf_hash(item) for item in data]) == by_the_book(data)


@given(data=LEAVES, place=st.integers(0, 1000))
def test_every_path_leads_to_the_root(data: list[bytes], place: int) -> None:
    leaves = [merkle.leaf_hash(item) for item in data]
    index = place % len(leaves)
    assert merkle.climb(leaves[index], merkle.path_to(leaves, index)) == merkle.root_of(leaves)


@given(data=LEAVES, place=st.integers(0, 1000), other=st.binary(max_size=70))
def test_no_other_leaf_takes_its_path(data: list[bytes], place: int, other: bytes) -> None:
    leaves = [merkle.leaf_hash(item) for item in data]
    index = place % len(leaves)
    if other != data[index]:
        assert merkle.climb(merkle.leaf_hash(other), merkle.path_to(leaves, index)) != merkle.root_of(leaves)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
