"""Checks a receipt without the site that issued it: python verify_receipt.py RECEIPT.json ROOTS.json...

ROOTS.json is what the site publishes at /.well-known/ledger-roots, fetched by you, at best before. Needs the
standard library and `cryptography` alone. docs/proof.md describes every step. Exit status 0: the receipt is genuine.
"""

import argparse
import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TYPES = {name: f"counting-house/{name}/v1" for name in ("transaction", "seal", "part", "daily-root", "receipt")}


Form = dict[str, Any]
Keys = dict[str, Ed25519PublicKey]


class Refused(Exception):
    """The receipt does not prove what it says."""


def require(condition: bool, sentence: str) -> None:
    if not condition:
        raise Refused(sentence)


def canonical(form: object) -> bytes:
    """The one way to write a form: names sorted, no space, ASCII."""
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def leaf_hash(form: object) -> bytes:
    return sha256(b"\x00" + canonical(form)).digest()


def climb(leaf: bytes, steps: list[dict[str, str]]) -> bytes:
    """Go up a Merkle tree (RFC 6962)."""
    for step in steps:
        beside = bytes.fromhex(step["hash"])
        require(len(beside) == 32 and step["side"] in ("left", "right"), "A step of the proof is malformed.")
        pair = beside + leaf if step["side"] == "left" else leaf + beside
        leaf = sha256(b"\x01" + pair).digest()
    return leaf


def load(content: bytes, what: str) -> Form:
    """Read JSON that must be in its canonical form, so that no byte of it can be another."""
    try:
        form = json.loads(content)
        same = canonical(form) == content
    except (ValueError, RecursionError) as error:
        raise Refused(f"The {what} is not JSON.") from error
    require(same and isinstance(form, dict), f"The {what} is not as it was issued, byte by byte.")
    return form


def keys_of(published: Form) -> Keys:
    """The public keys by name; a key's name is made of the key."""
    keys = {}
    for key in published["keys"]:
        public = b64decode(key["public_key"], validate=True)
        require(sha256(public).hexdigest()[:16] == key["id"], "A published key has another key's name.")
        keys[key["id"]] = Ed25519PublicKey.from_public_bytes(public)
    return keys


def check_signature(signed: Form, keys: Keys, what: str) -> None:
    """Check the signature over everything beside the signature itself."""
    require(signed["key"] in keys, f"The {what} is signed by a key that is not published.")
    body = {name: value for name, value in signed.items() if name != "signature"}
    try:
        keys[signed["key"]].verify(b64decode(signed["signature"], validate=True), canonical(body))
    except InvalidSignature:
        raise Refused(f"The signature of the {what} is wrong.") from None


def check_seal(receipt: Form) -> None:
    """From the transaction to its seal."""
    seal, transaction = receipt["seal"], receipt["transaction"]
    require(receipt["proof"] is not None, "The transaction is not as it was sealed: nothing proves it.")
    same = seal["type"] == TYPES["seal"] and seal["contract"] == transaction["contract"]
    require(same, "The seal is of other books.")
    within = seal["first_seq"] <= transaction["first_seq"] <= transaction["last_seq"] <= seal["last_seq"]
    require(within, "The seal does not cover the transaction.")
    root = climb(leaf_hash(transaction), receipt["proof"]["in_seal"])
    require(root.hex() == seal["root"], "The transaction is not under its seal.")


def check_root(receipt: Form, keys: Keys, published: Form) -> None:
    """From the seal to the signed root, and to the root as you fetched it."""
    seal, proof, root = receipt["seal"], receipt["proof"], receipt["root"]
    part = proof["part"]
    require(part["type"] == TYPES["part"] and part["contract"] == seal["contract"], "The part is of other books.")
    require(part["first_number"] <= seal["number"] <= part["last_number"], "The part does not cover the seal.")
    require(climb(leaf_hash(seal), proof["in_part"]).hex() == part["seals_root"], "The seal is not under its part.")
    require(root["type"] == TYPES["daily-root"] and part["number"] == root["number"], "The part is of another root.")
    require(climb(leaf_hash(part), proof["in_root"]).hex() == root["root"], "The part is not under its root.")
    check_signature(root, keys, "root")
    require(root in published["roots"], "The root is not among the published ones you have: fetch them again.")


def check_content(transaction: Form) -> None:
    """What can be seen of the transaction itself."""
    require(transaction["type"] == TYPES["transaction"], "This is no transaction.")
    entries = transaction["entries"]
    numbers = [entry["seq"] for entry in entries]
    require(numbers == list(range(transaction["first_seq"], transaction["last_seq"] + 1)), "Entries are missing.")
    require(sum(entry["amount_mt"] for entry in entries) == 0, "The entries do not sum to zero.")


def check(content: bytes, published_contents: list[bytes]) -> tuple[str, Form]:
    """Return the receipt's status and transaction, or refuse."""
    receipt = load(content, "receipt")
    lists = [load(one, "list of roots") for one in published_contents]
    try:
        published = {name: [item for one in lists for item in one[name]] for name in ("keys", "roots")}
        require(receipt["type"] == TYPES["receipt"], "This is no receipt.")
        keys = keys_of(published)
        check_signature(receipt, keys, "receipt")
        check_content(receipt["transaction"])
        require(receipt["status"] in ("posted", "sealed", "published"), "The status is unknown.")
        if receipt["status"] != "posted":
            check_seal(receipt)
        if receipt["status"] == "published":
            check_root(receipt, keys, published)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"The receipt or the list of roots is malformed ({error!r}).") from error
    return receipt["status"], receipt["transaction"]


MEANING = {
    "posted": "signed by the site; no seal covers it yet, so ask for the receipt again tomorrow",
    "sealed": "signed and sealed; no published root covers it yet, so ask for the receipt again tomorrow",
    "published": "signed, sealed, and under a published root",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("receipt", type=Path, help="the receipt as it was downloaded")
    parser.add_argument(
        "roots", type=Path, nargs="+", help="what you fetched from /.well-known/ledger-roots, all pages"
    )
    given = parser.parse_args()
    try:
        status, transaction = check(given.receipt.read_bytes(), [path.read_bytes() for path in given.roots])
    except Refused as refusal:
        print(f"REFUSED: {refusal}", file=sys.stderr)
        return 1
    print(f"GENUINE: {transaction['kind']} {transaction['id']} is {MEANING[status]}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
