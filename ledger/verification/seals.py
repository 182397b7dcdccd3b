"""Recomputes the seals from the transactions and the daily roots from the seals, and names the first broken link."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final
from uuid import UUID

from ledger.models import DailyRoot, RootPart, Seal, SigningKey
from ledger.sealing import merkle
from ledger.sealing.canonical import canonical
from ledger.sealing.keys import is_signed_by, key_id
from ledger.sealing.read import Posted, Span, transactions
from ledger.sealing.roots import part_hash, statement_hash, statement_of
from ledger.sealing.seal import hash_of, leaves_of
from ledger.verification.difference import Difference
from ledger.verification.scope import Scope

CHAIN: Final = "each seal holds the hash of the one before it"
CONTENT: Final = "every sealed transaction is as it was sealed"
ROOTS: Final = "every daily root is signed and holds its seals"
INVARIANTS: Final = (CHAIN, CONTENT, ROOTS)
_ENTRIES_AT_ONCE: Final = 8_000


def broken_seals(scope: Scope) -> Iterator[Difference]:
    """Yield the first broken link of the contract's chain, and the first transaction that is not as it was sealed."""
    last = Seal.objects.filter(contract_id=scope.contract_id, number=scope.sealed).first() if scope.sealed else None
    ahead = Seal.objects.filter(contract_id=scope.contract_id, number__gt=scope.sealed).order_by("number")
    together: list[Seal] = []
    for seal in ahead.iterator(chunk_size=100):
        if wrong := _broken_link(seal, last, scope):
            yield _difference(CHAIN, seal, seal.first_seq, wrong)
            return
        together.append(seal)
        if seal.last_seq - together[0].first_seq >= _ENTRIES_AT_ONCE:
            if found := _changed(together):
                yield found
                return
            together = []
        last = seal
    if together and (found := _changed(together)):
        yield found


def last_seal(contract_id: UUID, *, upto: int) -> int:
    """Return the number of the last seal that covers entries up to `upto` at most."""
    within = Seal.objects.filter(contract_id=contract_id, last_seq__lte=upto).order_by("-first_seq")
    return within.values_list("number", flat=True).first() or 0


def _broken_link(seal: Seal, last: Seal | None, scope: Scope) -> str:
    number, seq, previous = (last.number, last.last_seq, last.hash) if last else (0, 0, "")
    if scope.sealed and last is None:
        return f"the seal {scope.sealed} before it is gone"
    if seal.number != number + 1 or seal.first_seq != seq + 1:
        return f"it follows seal {number}, which ends with entry {seq}"
    if seal.previous != previous:
        return "it does not hold the hash of the seal before"
    if seal.root != merkle.root_of(leaves_of(seal)).hex():
        return "its root is not that of its leaves"
    return "" if seal.hash == hash_of(seal).hex() else "its hash is not that of its content"


def _changed(together: Sequence[Seal]) -> Difference | None:
    """Return the first transaction under these seals, which follow each other, that is not as it was sealed."""
    first, last = together[0], together[-1]
    rest = iter(transactions([Span(first.contract_id, first.first_seq - 1, last.last_seq)])[first.contract_id])
    pending = next(rest, None)
    for seal in together:
        found: list[Posted] = []
        while pending is not None and pending.first_seq <= seal.last_seq:
            found.append(pending)
            pending = next(rest, None)
        seq = seal.first_seq
        for leaf, posted in zip_longest(leaves_of(seal), found):
            if posted is None or leaf is None or posted.leaf != leaf:
                wrong = "missing" if posted is None else "added" if leaf is None else "changed"
                return _difference(CONTENT, seal, posted.first_seq if posted else seq, f"transaction {wrong}")
            seq = posted.last_seq + 1
        if seq != seal.last_seq + 1:
            return _difference(CONTENT, seal, seq, "the seal ends with another entry")
    return None


def _difference(invariant: str, seal: Seal, seq: int, detail: str) -> Difference:
    return Difference(invariant, f"seq {seq}", f"seal {seal.number}: {detail}", seal.contract_id)


def broken_roots(*, in_full: bool) -> Iterator[Difference]:
    """Yield what is wrong with the daily roots: their chain and signatures always, what they cover in full or newest.

    The first one that is wrong ends it: what is signed after it stands on it.
    """
    keys = dict(SigningKey.objects.values_list("id", "public_key"))
    previous, number = "", 0
    newest = DailyRoot.objects.order_by("-number").values_list("number", flat=True).first()
    for root in DailyRoot.objects.order_by("number").iterator():
        wrong = _wrong_statement(root, number, previous, keys)
        if not wrong and (in_full or root.number == newest):
            wrong = _wrong_parts(root)
        if wrong:
            yield Difference(ROOTS, f"root {root.number} of {root.day}", wrong)
            return
        previous, number = statement_hash(root), root.number


def _wrong_statement(root: DailyRoot, number: int, previous: str, keys: dict[str, str]) -> str:
    if root.number != number + 1 or root.previous != previous:
        return f"it does not follow root {number}"
    public_key = keys.get(root.key_id)
    if public_key is None or key_id(public_key) != root.key_id:
        return "its key is not known"
    if not is_signed_by(public_key, root.signature, canonical(statement_of(root))):
        return "its signature is not that of its content"
    return ""


def _wrong_parts(root: DailyRoot) -> str:
    """Say what is wrong under a root; the leaves of its tree are all that is kept in memory."""
    leaves: list[bytes] = []
    for part in RootPart.objects.filter(root_id=root.number).order_by("position").iterator():
        if part.position != len(leaves) or part.hash != part_hash(part).hex():
            return f"its part {part.position} has been changed"
        numbers = (part.first_number, part.last_number)
        seals = Seal.objects.filter(contract_id=part.contract_id, number__range=numbers).order_by("number")
        hashes = [bytes.fromhex(digest) for digest in seals.values_list("hash", flat=True)]
        if merkle.root_of(hashes).hex() != part.seals_root:
            return f"the seals under its part {part.position} have been changed"
        leaves.append(part_hash(part))
    return "" if merkle.root_of(leaves).hex() == root.root else "it is not the root over its parts"
