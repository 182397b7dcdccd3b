"""Receipts: who may have one, and that a third party can check it without the site and sees every change."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import DailyRoot, Pool, Transaction
from ledger.sealing import make_root, seal_all
from portal.proof import signer
from tests.api.caller import Api, ok, problem
from tests.house.sources import ROOT
from tools import verify_receipt

ROOTS = "/.well-known/ledger-roots"


@pytest.fixture
def charged(bobs_pool: Pool, fund: Callable[..., None], as_bob: Api, as_desktop: Api) -> Transaction:
    """The capture of one of Bob's jobs, among other transactions."""
    fund(bobs_pool, "100")
    jobs = [ok(as_bob.post("/jobs", {"service": "analysis"}), 201)["id"] for _ in range(5)]
    for job in jobs:
        ok(as_desktop.post(f"/jobs/{job}/complete"))
    return Transaction.objects.get(job_id=jobs[2], kind="capture")


def publish(day: int = 1) -> DailyRoot:
    seal_all()
    root = make_root(day=datetime(2026, 3, day, tzinfo=UTC).date(), signer=signer(), at=datetime.now(UTC))
    assert root
    return root


def fetched(api: Api, transaction: Transaction) -> bytes:
    response = api.get(f"/receipts/{transaction.id}")
    assert response.status_code == 200
    return response.content


def published() -> bytes:
    response = Client().get(ROOTS)
    assert response["Cache-Control"].startswith("public")
    return response.content


def offline(tmp_path: Path, receipt: bytes, roots: bytes) -> subprocess.CompletedProcess[str]:
    """Run the tool as a third party would: another process, no Django, no database."""
    (tmp_path / "receipt.json").write_bytes(receipt)
    (tmp_path / "roots.json").write_bytes(roots)
    command = [sys.executable, "-I", str(ROOT / "tools/verify_receipt.py"), "receipt.json", "roots.json"]
    return subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)


def test_a_receipt_is_genuine_at_every_stage(charged: Transaction, as_bob: Api, tmp_path: Path) -> None:
    stages = []
    for step in (lambda: None, seal_all, publish):
        step()
        receipt = fetched(as_bob, charged)
        checked = offline(tmp_path, receipt, published())
        assert (checked.returncode, checked.stderr) == (0, "")
        assert f"GENUINE: capture {charged.id}" in checked.stdout
        stages.append(json.loads(receipt)["status"])
    assert stages == ["posted", "sealed", "published"]


def test_receipts_of_every_transaction_are_genuine(charged: Transaction, as_alice: Api) -> None:
    for day in (1, 2, 3):
        ok(as_alice.get("/me"))
        publish(day)
    for transaction in Transaction.objects.all():
        status, content = verify_receipt.check(fetched(as_alice, transaction), [published()])
        assert (status, content["id"]) == ("published", str(transaction.id))


def test_late_transactions_go_into_the_next_root(
    charged: Transaction, as_alice: Api, bobs_pool: Pool, fund: Callable[..., None]
) -> None:
    first = publish(1)
    fund(bobs_pool, "5", at=datetime(2020, 5, 1, tzinfo=UTC))
    second = publish(2)
    late = Transaction.objects.latest("first_seq")
    receipt = json.loads(fetched(as_alice, late))
    assert receipt["root"]["number"] == second.number == first.number + 1
    assert json.loads(fetched(as_alice, charged))["root"]["number"] == first.number
    assert DailyRoot.objects.get(number=1).root == first.root


@pytest.fixture
def genuine(charged: Transaction, as_bob: Api) -> tuple[bytes, bytes]:
    publish()
    receipt, roots = fetched(as_bob, charged), published()
    assert verify_receipt.check(receipt, [roots])[0] == "published"
    return receipt, roots


def test_any_flipped_byte_is_refused(genuine: tuple[bytes, bytes]) -> None:
    receipt, roots = genuine

    @given(place=st.integers(0, len(receipt) - 1), other=st.integers(1, 255))
    def flip(place: int, other: int) -> None:
        flipped = bytearray(receipt)
        flipped[place] ^= other
        with pytest.raises(verify_receipt.Refused):
            verify_receipt.check(bytes(flipped), [roots])

    flip()


def test_every_single_byte_counts(genuine: tuple[bytes, bytes]) -> None:
    receipt, roots = genuine
    for place in range(len(receipt)):
        flipped = bytearray(receipt)
        flipped[place] ^= 1
        with pytest.raises(verify_receipt.Refused):
            verify_receipt.check(bytes(flipped), [roots])


def _signed_again(receipt: dict[str, object]) -> bytes:
    """What a forger who has the receipts' key, but cannot change a published root, would send."""
    body = {name: value for name, value in receipt.items() if name != "signature"}
    return verify_receipt.canonical({**body, "signature": signer().sign(verify_receipt.canonical(body))})


FORGERIES: dict[str, Callable[[dict[str, object]], object]] = {
    "another amount": lambda found: [entry.update(amount_mt=-entry["amount_mt"]) for entry in _entries(found)],
    "another time": lambda found: found["transaction"].update(at=0),  # type: ignore[attr-defined]
    "another job": lambda found: found["transaction"].update(job=str(uuid4())),  # type: ignore[attr-defined]
    "another seal": lambda found: found["seal"].update(number=2),  # type: ignore[attr-defined]
    "no steps": lambda found: found["proof"].update(in_seal=[]),  # type: ignore[attr-defined]
    "no proof": lambda found: found.update(proof=None),
    "another root": lambda found: found["root"].update(root="0" * 64),  # type: ignore[attr-defined]
    "another day": lambda found: found["root"].update(day="2026-03-02"),  # type: ignore[attr-defined]
}


def _entries(found: dict[str, object]) -> list[dict[str, int]]:
    return found["transaction"]["entries"]  # type: ignore[index, no-any-return]


@pytest.mark.parametrize("name", FORGERIES)
def test_not_even_the_key_helps_against_a_published_root(genuine: tuple[bytes, bytes], name: str) -> None:
    receipt, roots = genuine
    found = json.loads(receipt)
    assert verify_receipt.check(_signed_again(found), [roots])
    FORGERIES[name](found)
    with pytest.raises(verify_receipt.Refused):
        verify_receipt.check(_signed_again(found), [roots])


def test_another_sites_key_is_refused(genuine: tuple[bytes, bytes], tmp_path: Path) -> None:
    receipt, roots = genuine
    without = json.loads(roots) | {"keys": []}
    checked = offline(tmp_path, receipt, verify_receipt.canonical(without))
    assert (checked.returncode, checked.stdout) == (1, "")
    assert "a key that is not published" in checked.stderr


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b"null", b'{"a":1,"a":1}', b"\xff", b"[" * 100_000, b"NaN"])
def test_rubbish_is_refused(genuine: tuple[bytes, bytes], rubbish: bytes) -> None:
    with pytest.raises(verify_receipt.Refused):
        verify_receipt.check(rubbish, [genuine[1]])
    with pytest.raises(verify_receipt.Refused):
        verify_receipt.check(genuine[0], [rubbish])


def test_foreign_receipts_are_as_if_they_were_not(
    charged: Transaction, as_mallory: Api, as_stranger: Api, as_bob: Api
) -> None:
    for api in (as_mallory, as_stranger):
        foreign = problem(api.get(f"/receipts/{charged.id}"), 404, "not_found")
        random = problem(api.get(f"/receipts/{uuid4()}"), 404, "not_found")
        assert {**foreign, "instance": ""} == {**random, "instance": ""}
    problem(as_bob.get(f"/receipts/{uuid4()}"), 404, "not_found")


def test_end_users_have_receipts_of_their_own_pool_and_jobs_only(
    charged: Transaction, as_bob: Api, as_carol: Api, shared_a: Pool, fund: Callable[..., None]
) -> None:
    fund(shared_a, "40")
    ok(as_carol.post("/allocations", {"user": "bob@example.com", "amount": "1", "direction": "give"}), 201)
    grants = Transaction.objects.filter(kind="grant").order_by("first_seq")
    allocation = Transaction.objects.get(kind="allocate")
    assert as_bob.get(f"/receipts/{grants[0].id}").status_code == 200
    for hidden in (grants[1], allocation):  # the shared pool's balance would stand in it
        problem(as_bob.get(f"/receipts/{hidden.id}"), 404, "not_found")
        assert as_carol.get(f"/receipts/{hidden.id}").status_code == 200
