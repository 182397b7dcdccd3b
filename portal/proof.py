"""The site's signing key, and what the worker does for the proof of the books: seal, sign, verify."""

from functools import cache
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ledger.models import VerificationMode
from ledger.progress import SILENT, Progress
from ledger.sealing import Signer, seal_all, sign_due_root, signer_from_pem
from ledger.verification import INVARIANTS, verify

_DERIVATION: Final = b"counting-house proof v1"

log = structlog.get_logger(__name__)


def signer() -> Signer:
    """Return what receipts and daily roots are signed with."""
    return _signer(settings.PROOF_PRIVATE_KEY, settings.SECRET_KEY)


def seal_journal(*, progress: Progress = SILENT) -> int:
    """Seal what was posted; return how many transactions."""
    return seal_all(progress=progress)


def sign_daily_root(*, progress: Progress = SILENT) -> str:
    """Sign the root of the day that is over, once everything of it is sealed. Run often: it is made once."""
    return sign_due_root(signer=signer(), progress=progress)


def verify_new(*, progress: Progress = SILENT) -> str:
    """Verify what was posted since the last checkpoint."""
    return _verified(VerificationMode.INCREMENTAL, progress)


def verify_everything(*, progress: Progress = SILENT) -> str:
    """Verify everything from the first entry on."""
    return _verified(VerificationMode.FULL, progress)


def _verified(mode: VerificationMode, progress: Progress) -> str:
    run = verify(mode=mode, progress=progress)
    if run.ended_at is None:
        return "stopped"
    if run.differences:
        log.error("books.unsound", mode=str(mode), differences=run.differences, run=str(run.id))
        return f"NOT sound: {run.differences} differences"
    return f"sound: {len(INVARIANTS)} invariants, {run.transactions:,} transactions"


@cache
def _signer(pem: str, secret: str) -> Signer:
    if pem:
        return signer_from_pem(pem)
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_DERIVATION).derive(secret.encode())
    return Signer(Ed25519PrivateKey.from_private_bytes(seed))
