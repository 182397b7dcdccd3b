"""Transactions are sealed in order of seq, per contract, into a chain that no change leaves whole."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.jobs import JobView
from ledger.models import Book, Contract, Entry, Pool, Seal, Transaction
from ledger.progress import Progress
from ledger.sealing import merkle, seal_all, unsealed
from ledger.sealing.read import Span, transactions
from ledger.sealing.seal import BrokenJournal, hash_of, leaves_of
from tests.ledger.tampering import tampering


def chain(contract: Contract) -> list[Seal]:
    return list(Seal.objects.filter(contract=contract).order_by("number"))


@pytest.mark.usefixtures("books")
def test_every_transaction_comes_under_one_seal(contract_a: Contract) -> None:
    assert seal_all() == Transaction.objects.count() == 10
    (seal,) = chain(contract_a)
    assert (seal.number, seal.first_seq, seal.previous) == (1, 1, "")
    assert seal.last_seq == Book.objects.get(contract=contract_a).last_seq
    assert seal.root == merkle.root_of(leaves_of(seal)).hex()
    assert unsealed() == 0


@pytest.mark.usefixtures("books")
def test_sealing_again_adds_nothing_and_new_transactions_go_on(
    contract_a: Contract, start_job: Callable[[], JobView]
) -> None:
    seal_all()
    assert seal_all() == 0
    start_job()
    assert unsealed() == 2
    assert seal_all() == 1
    first, second = chain(contract_a)
    assert second.first_seq == first.last_seq + 1
    assert second.previous == first.hash == hash_of(first).hex()


def documented_hash(seal: Seal) -> str:
    """The hash as docs/proof.md tells others to compute it, written without any code of the site."""
    since = seal.sealed_at - datetime(1970, 1, 1, tzinfo=UTC)
    form = {
        "type": "counting-house/seal/v1",
        "contract": str(seal.contract_id),
        "number": seal.number,
        "first_seq": seal.first_seq,
        "last_seq": seal.last_seq,
        "transactions": len(seal.leaves) // 32,
        "root": seal.root,
        "previous": seal.previous,
        "sealed_at": (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds,
    }
    return sha256(b"\x00" + json.dumps(form, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@pytest.mark.usefixtures("books")
def test_the_hash_of_a_seal_covers_all_that_it_says_and_the_seal_before(contract_a: Contract) -> None:
    seal_all(per_seal=3)
    seals = chain(contract_a)
    assert len(seals) > 2
    assert [seal.hash for seal in seals] == [documented_hash(seal) for seal in seals]
    assert [seal.previous for seal in seals] == ["", *(seal.hash for seal in seals[:-1])]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("per_seal", [1, 2, 3, 5, 100])
def test_a_seal_ends_where_a_transaction_does_and_holds_its_leaves(contract_a: Contract, per_seal: int) -> None:
    seal_all(per_seal=per_seal)
    seals = chain(contract_a)
    assert {seal.last_seq for seal in seals} <= set(Transaction.objects.values_list("last_seq", flat=True))
    assert [seal.first_seq for seal in seals[1:]] == [seal.last_seq + 1 for seal in seals[:-1]]
    (posted,) = transactions([Span(contract_a.id, 0, 1_000)]).values()
    assert [leaf for seal in seals for leaf in leaves_of(seal)] == [transaction.leaf for transaction in posted]


@pytest.mark.usefixtures("books")
def test_contracts_have_chains_of_their_own(
    contract_a: Contract, contract_b: Contract, fund: Callable[..., None]
) -> None:
    fund(Pool.objects.get(contract=contract_b, kind="shared"), "7")
    seal_all()
    assert [seal.number for seal in chain(contract_b)] == [1]
    assert chain(contract_b)[0].hash != chain(contract_a)[0].hash


@pytest.mark.usefixtures("books")
def test_a_batch_takes_the_same_statements_however_long_it_is(start_job: Callable[[], JobView]) -> None:
    counts = []
    for jobs in (1, 10):
        for _ in range(jobs):
            start_job()
        with CaptureQueriesContext(connection) as asked:
            seal_all()
        counts.append(len([query for query in asked if "SAVEPOINT" not in query["sql"]]))
    # What is due, transactions with their entries, the new seals; then twice that nothing is due.
    assert counts == [5, 5]


@pytest.mark.usefixtures("books")
def test_a_journal_with_a_gap_is_sealed_up_to_it_and_keeps_no_other_from_being_sealed(
    contract_a: Contract, contract_b: Contract, fund: Callable[..., None]
) -> None:
    fund(Pool.objects.get(contract=contract_b, kind="shared"), "7")
    lost = Transaction.objects.filter(contract=contract_a).order_by("first_seq")[4]
    with tampering():
        Entry.objects.filter(contract=contract_a, seq=lost.last_seq).delete()
    with pytest.raises(BrokenJournal, match=str(contract_a.id)):
        seal_all()
    assert chain(contract_a)[0].last_seq == lost.first_seq - 1
    assert len(chain(contract_b)) == 1


class _Stopping(Progress):
    """Stops after a number of batches, as a worker that was told to end does."""

    def __init__(self, batches: int) -> None:
        self.left = batches

    def advance(self, count: int = 1) -> None:
        self.left -= 1

    def is_stopped(self) -> bool:
        return self.left <= 0


@pytest.mark.usefixtures("books")
def test_what_was_left_when_it_was_stopped_is_sealed_next_time(contract_a: Contract) -> None:
    assert seal_all(per_seal=2, progress=_Stopping(2)) == 2
    assert seal_all(per_seal=2) == 8
    assert [seal.number for seal in chain(contract_a)] == list(range(1, 11))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("statement", ["DELETE FROM ledger_seal", "UPDATE ledger_seal SET number = number"])
def test_the_database_refuses_to_change_a_seal(statement: str) -> None:
    seal_all()
    with pytest.raises(Exception, match=r"refuses|append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
