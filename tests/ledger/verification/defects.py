"""A defect for every invariant: what a fault of the program, or a tampering hand, would leave in new rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from ledger.models import (
    Book,
    CheckedBalance,
    DailyRoot,
    Entry,
    IdempotencyKey,
    Job,
    Lot,
    Order,
    Pack,
    Pool,
    Seal,
    Transaction,
)
from tests.ledger.verification.conftest import News

Defect = Callable[[News], object]


def _set(row: Model | None, **values: object) -> None:
    assert row is not None, "there is something to spoil"
    assert type(row)._default_manager.filter(pk=row.pk).update(**values) == 1


def _small_lot(news: News) -> UUID:
    """The newest lot of two tokens, which no charge of five fits into."""
    return Lot.objects.filter(pool_id=news.pool_id, amount_mt=2_000).latest("granted_at").id


def _big_lot(news: News) -> Lot:
    return Lot.objects.filter(pool_id=news.pool_id, amount_mt=100_000).latest("granted_at")


def _held(news: News) -> Entry | None:
    return news.entries(account="held", transaction__kind="hold", amount_mt=5_000).first()


def _lot_of(entry: Entry | None) -> Lot | None:
    return entry.lot if entry else None


def _spent_from_another_lot(news: News) -> None:
    for entry in news.entries(transaction=news.entries(account="held", amount_mt=5_000)[0].transaction_id):
        _set(entry, lot_id=_small_lot(news))


def _key_of_the_running_job(news: News) -> IdempotencyKey:
    return IdempotencyKey.objects.get(answer__contains=str(news.job("running").id))


def _copy_key(news: News) -> None:
    key = _key_of_the_running_job(news)
    key.key = "another"
    key.save(force_insert=True)


def _key_of_nothing(news: News) -> None:
    answer = f'{{"results": [{{"job": {{"id": "{uuid4()}", "status": "running"}}}}], "whole": true}}'
    IdempotencyKey.objects.create(
        caller="user:1", key="x", contract_id=news.contract_id, fingerprint="f", answer=answer, at=timezone.now()
    )


def _order_without_purchase(news: News) -> None:
    at, pack = timezone.now(), Pack.objects.all()[0]
    Order.objects.create(
        contract_id=news.contract_id,
        pack=pack,
        quantity=1,
        amount_mt=pack.amount_mt,
        price_cents=1,
        currency="USD",
        channel="store",
        status="fulfilled",
        ordered_by=User.objects.all()[0],
        created_at=at,
        fulfilled_at=at,
    )


def _expire_later(news: News) -> None:
    expired = news.entries(transaction__kind="expire")[0]
    _set(
        expired.lot, expires_at=F("expires_at") + timedelta(days=9), usable_until=F("usable_until") + timedelta(days=9)
    )


def _newest(news: News, kind: str) -> Transaction | None:
    return news.transactions(kind=kind).last()


DEFECTS: Final[dict[str, Defect]] = {
    "every transaction's entries sum to zero": lambda news: _set(_held(news), amount_mt=5_001),
    "a transaction has just the entries of its range": lambda news: news.entries().last().delete(),
    "an entry is of its transaction's contract, range and time": lambda news: _set(
        _held(news), transaction_id=_newest(news, "refund").id
    ),
    "a contract's entries are numbered without gaps": lambda news: Book.objects.update(last_seq=F("last_seq") + 1),
    "business time never goes back": lambda news: _set(news.entries().last(), at=F("at") - timedelta(days=1)),
    "a transaction moves tokens between the accounts of its kind": lambda news: _set(
        _newest(news, "release"), kind="grant"
    ),
    "what a transaction names exists": lambda news: _set(_newest(news, "hold"), job_id=uuid4()),
    "what an entry names exists": lambda news: _set(_held(news), lot_id=uuid4()),
    "an entry is in its lot's pool": lambda news: _set(_held(news), pool_id=Pool.objects.get(kind="shared").id),
    "an entry's balance after it is the running sum of its account": lambda news: _set(
        _held(news), balance_after_mt=F("balance_after_mt") + 1
    ),
    "no balance of a pool goes below zero": lambda news: _set(_held(news), balance_after_mt=-1),
    "no lot is overdrawn at any instant": _spent_from_another_lot,
    "a pool's balances are the sums of its entries": lambda news: Pool.objects.update(used_mt=F("used_mt") + 1),
    "a pool is the sum of its lots": lambda news: Pool.objects.update(available_mt=F("available_mt") + 1),
    "a lot is the sum of its entries": lambda news: _set(_big_lot(news), remaining_mt=F("remaining_mt") - 1),
    "the counter-accounts are the sums of their entries": lambda news: Book.objects.update(issued_mt=0),
    "what a job moves stays in its lots": lambda news: _set(_held(news), lot_id=_small_lot(news)),
    "nothing is spent from an expired lot": lambda news: _set(
        _lot_of(_held(news)), usable_until=F("granted_at"), expires_at=F("granted_at")
    ),
    "no lot expires before its time": _expire_later,
    "a lot lasts as long as was agreed": lambda news: _set(_big_lot(news), usable_until=timezone.now()),
    "what a job names exists": lambda news: _set(news.job("running"), pool_id=uuid4()),
    "a job's charge, refund and hold are those of its entries": lambda news: _set(news.job("completed"), captured_mt=1),
    "a refund gives back the charge to its own lots, once": lambda news: _set(
        news.entries(transaction__kind="refund", account="used")[0], lot_id=_small_lot(news)
    ),
    "a job knows what it drew on each lot": lambda news: _set(news.job("running"), draws=[]),
    "a job's life is legal": lambda news: _set(news.job("cancelled"), status="completed"),
    "every fulfilled order is one purchase of its amount": _order_without_purchase,
    "each key's effect is in the books": _key_of_nothing,
    "no effect has two keys": _copy_key,
    "each job that somebody started has its key": lambda news: _key_of_the_running_job(news).delete(),
    "each seal holds the hash of the one before it": lambda news: _set(Seal.objects.last(), previous="0" * 64),
    "every sealed transaction is as it was sealed": lambda news: _set(_newest(news, "refund"), reason="of another"),
    "every daily root is signed and holds its seals": lambda news: _set(DailyRoot.objects.first(), root="0" * 64),
    "the database refuses to change the journal": lambda news: _drop_trigger(),
    "a checkpoint is the sum of what it covers": lambda news: CheckedBalance.objects.update(
        amount_mt=F("amount_mt") + 1
    ),
    "every row is of a contract with books": lambda news: _copy(news.entries().last(), contract_id=uuid4()),
}


def _drop_trigger() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER ledger_entry_no_delete")


FURTHER: Final[dict[str, tuple[str, Defect]]] = {
    "a pool that has a token too many": (
        "a pool's balances are the sums of its entries",
        lambda news: Pool.objects.update(available_mt=F("available_mt") + 1),
    ),
    "a pool that holds a token too many": (
        "a pool's balances are the sums of its entries",
        lambda news: Pool.objects.update(held_mt=F("held_mt") + 1),
    ),
    "a job of a service that is gone": (
        "what a job names exists",
        lambda news: _set(news.job("running"), service_id=uuid4()),
    ),
    "a key of nobody's": (
        "every row is of a contract with books",
        lambda news: _set(_key_of_the_running_job(news), contract_id=uuid4()),
    ),
    "a job without any transaction": (
        "a job's life is legal",
        lambda news: _copy(news.job("running"), id=uuid4()),
    ),
    "a lot out of nowhere": (
        "a lot is the sum of its entries",
        lambda news: _copy(_big_lot(news), id=uuid4()),
    ),
    "an entry past the book's end": (
        "a contract's entries are numbered without gaps",
        lambda news: _copy(news.entries().last(), seq=10_000),
    ),
    "a sealed transaction that is gone": (
        "every sealed transaction is as it was sealed",
        lambda news: _lose(news.transactions(kind="capture")),
    ),
    "a sealed entry of another amount": (
        "every sealed transaction is as it was sealed",
        lambda news: _set(_held(news), amount_mt=4_999),
    ),
    "a seal that is gone": (
        "every daily root is signed and holds its seals",
        lambda news: Seal.objects.filter(number=2).delete(),
    ),
    "a signature of another root": (
        "every daily root is signed and holds its seals",
        lambda news: _set(DailyRoot.objects.first(), signature=DailyRoot.objects.last().signature),
    ),
    "a job ended before it began": (
        "a job's life is legal",
        lambda news: _set(news.job("completed"), ended_at=F("created_at") - timedelta(days=1)),
    ),
    "a job of another price": (
        "a job's charge, refund and hold are those of its entries",
        lambda news: Job.objects.filter(id=news.job("completed").id).update(price_mt=1),
    ),
}


def _lose(rows: QuerySet[Transaction]) -> None:
    """Delete them, and nothing that hangs on them."""
    rows._raw_delete(rows.db)


def _copy(row: Model | None, **values: object) -> None:
    assert row is not None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
