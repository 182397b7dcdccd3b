"""Resellers' activation codes: made by operators, kept as hashes only, used once."""

import hashlib
import secrets

from ledger.errors import InvalidActivationCode
from ledger.models import ActivationCode, Order, Pack
from ledger.texts import is_storable


def create_activation_code(*, pack: Pack, quantity: int = 1, note: str = "") -> str:
    """Return a new reseller's code; only its hash is kept, so nobody can read it again."""
    code, code_hash = new_code()
    ActivationCode.objects.create(code_hash=code_hash, pack=pack, quantity=quantity, note=note)
    return code


def new_code() -> tuple[str, str]:
    """Return a code that nobody can guess, and the hash under which it is kept."""
    code = "-".join(secrets.token_hex(3).upper() for _ in range(4))
    return code, _hash(code)


def find_code(activation_code: str) -> ActivationCode:
    """Return the code that somebody gave, used or not.

    One wording for unknown and used codes: nothing to probe. Whether it was used is decided where it takes effect, so
    that the same request sent twice at once is answered twice.

    Raises:
        InvalidActivationCode: there is no such code.
    """
    known = is_storable(activation_code)
    codes = ActivationCode.objects.filter(code_hash=_hash(activation_code)) if known else ActivationCode.objects.none()
    code = codes.select_related("pack").first()
    if code is None:
        raise InvalidActivationCode(field="activation_code")
    return code


def use_code(code: ActivationCode, order: Order) -> None:
    """Spend the code on the order.

    Raises:
        InvalidActivationCode: it was used.
    """
    if not ActivationCode.objects.filter(id=code.id, order=None).update(order=order):
        raise InvalidActivationCode(field="activation_code")


def _hash(activation_code: str) -> str:
    plain = activation_code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
