"""Ed25519 keys: the private one comes from the settings, the public ones of all times are kept and published."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone

from ledger.models import SigningKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """The public half: 32 bytes in Base64."""
        return b64encode(self.key.public_key().public_bytes_raw()).decode()

    @property
    def id(self) -> str:
        """What the key is called wherever it signed."""
        return key_id(self.public_key)

    def sign(self, data: bytes) -> str:
        """Return the signature in Base64."""
        return b64encode(self.key.sign(data)).decode()

    def publish(self) -> None:
        """Keep the public half for ever, before anything signed with it is seen."""
        SigningKey.objects.get_or_create(
            id=self.id, defaults={"public_key": self.public_key, "first_used_at": timezone.now()}
        )


def signer_from_pem(pem: str) -> Signer:
    """Return the signer of a private key in PEM.

    Raises:
        ValueError: it is no Ed25519 key.
    """
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("The key that signs proofs must be an Ed25519 key.")
    return Signer(key)


def key_id(public_key: str) -> str:
    """Return the name of a public key given in Base64."""
    return sha256(b64decode(public_key)).hexdigest()[:16]


def is_signed_by(public_key: str, signature: str, data: bytes) -> bool:
    """Tell whether `data` was signed by the owner of `public_key`."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public_key)).verify(b64decode(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
