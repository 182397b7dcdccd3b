"""Tamper evidence: seals over the journal, a signed root a day, receipts. Reads the books, writes only seals and roots.

The forms and the way to check them without this code: docs/proof.md.
"""

from ledger.sealing.keys import Signer, signer_from_pem
from ledger.sealing.receipts import proof_of, receipt
from ledger.sealing.roots import make_root, sign_due_root, statement_of
from ledger.sealing.seal import seal_all, unsealed

__all__ = [
    "Signer",
    "make_root",
    "proof_of",
    "receipt",
    "seal_all",
    "sign_due_root",
    "signer_from_pem",
    "statement_of",
    "unsealed",
]
