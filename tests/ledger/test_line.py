"""Threads that want the same books at once: each gets its own answer, whoever served it."""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ledger import jobs
from ledger.balances import balance
from ledger.errors import LedgerError
from ledger.jobs import Idempotency, JobOrder
from ledger.models import Contract, Pool
from ledger.posting import Answer, Request, line
from ledger.verification import differences

THREADS = 12
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(do: Callable[[int], str]) -> list[str]:
    """Run `do` in many threads that start together; return what each met."""
    gate, met = threading.Barrier(THREADS), [""] * THREADS

    def run(number: int) -> None:
        gate.wait()
        try:
            met[number] = do(number)
        except LedgerError as refusal:
            met[number] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


@pytest.fixture
def order(contract_a: Contract, bob: User, bobs_pool: Pool, fund: Callable[..., None]) -> JobOrder:
    """Bob has tokens for seven analyses of five tokens."""
    fund(bobs_pool, "35")
    return JobOrder(contract_a.id, bob.pk, "analysis")


def test_a_pool_pays_what_it_has_and_no_more(order: JobOrder, bobs_pool: Pool) -> None:
    def start(number: int) -> str:
        return jobs.start(idempotency=Idempotency("user:1", str(number), "f" * 64), order=order).job.status

    met = at_once(start)
    assert (met.count("running"), met.count("insufficient_tokens")) == (7, THREADS - 7)
    assert balance(bobs_pool.id).available_mt == 0
    assert list(differences()) == []


def test_the_same_key_has_one_effect(order: JobOrder, bobs_pool: Pool) -> None:
    def start(_: int) -> str:
        answer = jobs.start(idempotency=Idempotency("user:1", "one", "f" * 64), order=order)
        return "replayed" if answer.replayed else "started"

    met = at_once(start)
    assert (met.count("started"), met.count("replayed")) == (1, THREADS - 1)
    assert balance(bobs_pool.id).held_mt == 5_000


def test_a_reused_key_is_refused_to_the_one_who_reuses_it(order: JobOrder) -> None:
    def start(number: int) -> str:
        fingerprint = ("e" if number % 2 else "f") * 64
        return jobs.start(idempotency=Idempotency("user:1", "one", fingerprint), order=order).job.status

    met = at_once(start)
    assert (met.count("running"), met.count("idempotency_key_reused")) == (THREADS // 2, THREADS // 2)


def test_nobody_suffers_from_a_request_that_the_database_refuses(order: JobOrder) -> None:
    def start(number: int) -> str:
        key = "k" * 400 if number == 0 and connection.vendor == "postgresql" else str(number)
        try:
            return jobs.start(idempotency=Idempotency("user:1", key, "f" * 64), order=order).job.status
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001
            return type(error).__name__

    met = at_once(start)
    assert met.count("running") == 7
    assert met.count("DataError") == (1 if connection.vendor == "postgresql" else 0)


def test_a_line_goes_on_after_the_one_at_its_front_died(order: JobOrder) -> None:
    served = []

    def dies_once(contract_id: object, requests: object, before_commit: object) -> list[jobs.JobView]:
        served.append(requests)
        if len(served) == 1:
            raise KeyboardInterrupt
        return []

    with pytest.raises(KeyboardInterrupt):
        line.serve_in_line(order.contract_id, [], serve=dies_once)  # type: ignore[arg-type]
    assert line.serve_in_line(order.contract_id, [], serve=dies_once) == []  # type: ignore[arg-type]


def test_the_next_in_line_begins_while_the_one_before_commits(order: JobOrder) -> None:
    first_commits, second_began = threading.Event(), threading.Event()
    served: list[int] = []

    def serve(contract_id: object, requests: Sequence[Request], before_commit: Callable[[], None]) -> list[Answer]:
        served.append(len(requests))
        if len(served) == 1:
            before_commit()
            first_commits.set()
            assert second_began.wait(10)
        second_began.set()
        return [Answer(()) for _ in requests]

    def stand() -> None:
        line.serve_in_line(order.contract_id, [Request(commands=())], serve=serve)

    first, second = threading.Thread(target=stand), threading.Thread(target=stand)
    first.start()
    assert first_commits.wait(10)
    second.start()
    first.join(10)
    second.join(10)
    assert (served, first.is_alive(), second.is_alive()) == ([1, 1], False, False)
