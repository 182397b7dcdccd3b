"""A receipt: one transaction's content, its seal, and the way from there to a published root, signed. Whoever asks
must be allowed to read the transaction; that is the caller's business."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from ledger.errors import NotFound
from ledger.models import DailyRoot, RootPart, Seal, Transaction
from ledger.sealing.canonical import RECEIPT, canonical, microseconds
from ledger.sealing.keys import Signer
from ledger.sealing.merkle import Step, path_to
from ledger.sealing.read import Span, transactions
from ledger.sealing.roots import part_form, statement_of
from ledger.sealing.seal import form_of, leaves_of

POSTED: Final = "posted"
SEALED: Final = "sealed"
PUBLISHED: Final = "published"
STATUSES: Final = (POSTED, SEALED, PUBLISHED)
Json = dict[str, Any]


def receipt(*, transaction_id: UUID, signer: Signer, at: datetime | None = None) -> Json:
    """Return the signed receipt of a transaction, with as much proof as exists by now.

    `status` tells: `posted` (no seal covers it yet), `sealed` (no published root covers the seal yet), `published`.
    Ask again later for the rest. A handful of statements, whatever the length of the books.

    Raises:
        NotFound: there is no such transaction.
    """
    found = Transaction.objects.filter(id=transaction_id).values_list("contract_id", "first_seq").first()
    if found is None:
        raise NotFound("There is no such transaction.")
    contract_id, first_seq = found
    (posted,) = transactions([Span(contract_id, first_seq - 1, first_seq)])[contract_id]
    seal = _seal_over(contract_id, first_seq)
    part = _part_over(seal) if seal else None
    body: Json = {
        "issued_at": microseconds(at or timezone.now()),
        "key": signer.id,
        "proof": _proof(posted.leaf, seal, part),
        "root": _signed_statement(part) if part else None,
        "seal": form_of(seal) if seal else None,
        "status": PUBLISHED if part else SEALED if seal else POSTED,
        "transaction": posted.form,
        "type": RECEIPT,
    }
    signer.publish()
    return {**body, "signature": signer.sign(canonical(body))}


def proof_of(found: Transaction) -> tuple[str, DailyRoot | None]:
    """Return the status that the transaction's receipt would have, and the root that covers it. Two statements."""
    seal = _seal_over(found.contract_id, found.first_seq)
    part = _part_over(seal) if seal else None
    return PUBLISHED if part else SEALED if seal else POSTED, part.root if part else None


def _seal_over(contract_id: UUID, seq: int) -> Seal | None:
    ahead = Seal.objects.filter(contract_id=contract_id, first_seq__lte=seq).order_by("-first_seq").first()
    return ahead if ahead and seq <= ahead.last_seq else None


def _part_over(seal: Seal) -> RootPart | None:
    parts = RootPart.objects.filter(contract_id=seal.contract_id, first_number__lte=seal.number)
    found = parts.select_related("root").order_by("-root_id").first()
    return found if found and seal.number <= found.last_number else None


def _proof(leaf: bytes, seal: Seal | None, part: RootPart | None) -> Json | None:
    """Return the three ways up: to the seal's root, to the root of the contract's seals, to the signed root.

    The transaction's leaf is looked up by its hash: if its content has changed since it was sealed, nothing proves it.
    """
    if seal is None:
        return None
    leaves = leaves_of(seal)
    if leaf not in leaves:
        return None
    proof: Json = {"in_seal": _written(path_to(leaves, leaves.index(leaf))), "in_part": None, "part": None}
    proof["in_root"] = None
    if part:
        hashes = _hashes(Seal.objects.filter(contract_id=seal.contract_id, number__range=_numbers(part)), "number")
        beside = _hashes(RootPart.objects.filter(root_id=part.root_id), "position")
        proof["in_part"] = _written(path_to(hashes, seal.number - part.first_number))
        proof["part"] = part_form(part)
        proof["in_root"] = _written(path_to(beside, part.position))
    return proof


def _numbers(part: RootPart) -> tuple[int, int]:
    return (part.first_number, part.last_number)


def _hashes(rows: Any, order: str) -> list[bytes]:
    return [bytes.fromhex(digest) for digest in rows.order_by(order).values_list("hash", flat=True)]


def _signed_statement(part: RootPart) -> Json:
    return {**statement_of(part.root), "signature": part.root.signature}


def _written(steps: Sequence[Step]) -> list[Json]:
    return [{"hash": beside.hex(), "side": side} for side, beside in steps]
