"""Secrets that a demo or a developer's checkout makes for itself, once. For portal/settings.py only."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management.utils import get_random_secret_key


def secret_key(directory: Path) -> str:
    """Return the SECRET_KEY kept in `directory`, making it on first use."""
    return _kept(directory / "secret-key", get_random_secret_key)


def oidc_private_key(directory: Path) -> str:
    """Return the PEM of the RSA key kept in `directory` that signs identity tokens, made on first use."""
    return _kept(directory / "oidc-key.pem", _new_rsa_key)


def _new_rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        # Two processes may start at once: linking lets exactly one of them win, and both read the winner.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
