"""Verification: recomputes the books from their entries and names every difference. Reads the books, changes nothing.

`verify` runs it and keeps the result; `differences` only looks. Run by `manage.py verify_ledger` and by the worker.
"""

from ledger.verification.difference import Difference
from ledger.verification.invariants import INVARIANTS
from ledger.verification.results import Soundness, contract_findings, soundness
from ledger.verification.run import differences, verify

__all__ = ["INVARIANTS", "Difference", "Soundness", "contract_findings", "differences", "soundness", "verify"]
