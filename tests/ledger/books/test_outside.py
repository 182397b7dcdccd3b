"""Programs that nobody here wrote accept the books, find what every pool holds, and refuse books that were changed."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.books import FORMATS, Format
from ledger.books.outside import Balances, BooksRefused, recompute, version
from ledger.models import Account, Book, Contract, Entry, Lot, Pool, Transaction
from tests.ledger.books.story import Story

Write = Callable[..., Path]
both = pytest.mark.parametrize("book_format", FORMATS)


def pools_of(contract: Contract) -> Balances:
    return {
        (pool.id, account): getattr(pool, f"{account}_mt")
        for pool in Pool.objects.filter(contract=contract)
        for account in (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)
    }


@both
def test_they_find_what_every_pool_holds(story: Story, write: Write, book_format: Format) -> None:
    ours, theirs = pools_of(story.contract), recompute(book_format, write(book_format))
    assert {key: theirs.get(key) for key in ours} == ours
    assert sum(ours.values()) > 0


@both
def test_they_accept_books_that_begin_later(story: Story, write: Write, book_format: Format) -> None:
    ours, last = pools_of(story.contract), Entry.objects.filter(contract=story.contract).count()
    for from_seq in (2, last // 2, last + 1):
        theirs = recompute(book_format, write(book_format, from_seq))
        assert {key: theirs.get(key) for key in ours} == ours


def first_hold(text: str) -> str:
    """The first transaction that holds something, from its date to the empty line."""
    return next(part for part in text.split("\n\n") if re.search(r"kind: ?\"?hold", part) and "-5.000 TOK" in part)


def more(text: str) -> str:
    """One amount is off by a thousandth."""
    hold = first_hold(text)
    return text.replace(hold, hold.replace("  -5.000", "  -5.001"))


def both_sides_more(text: str) -> str:
    """A transaction moves a thousandth more, and still balances."""
    hold = first_hold(text)
    return text.replace(hold, hold.replace("  -5.000", "  -5.001").replace("  5.000", "  5.001"))


def other_lot(text: str) -> str:
    """A transaction draws on a lot that was not there yet."""
    lots = re.findall(r'available:([0-9a-f-]{36})|"([0-9a-f-]{36})"}', text)
    hold = first_hold(text)
    later = next(lot for pair in reversed(lots) if (lot := "".join(pair)) not in hold)
    own = next("".join(pair) for pair in lots if "".join(pair) in hold)
    return text.replace(hold, hold.replace(own, later))


def missing(text: str) -> str:
    """A transaction is gone."""
    return text.replace(first_hold(text) + "\n\n", "")


def twice(text: str) -> str:
    """A refund stands there twice."""
    refund = next(part for part in text.split("\n\n") if re.search(r"kind: ?\"?refund", part))
    return text.replace(refund, f"{refund}\n\n{refund}")


def other_claim(text: str) -> str:
    """The books claim that a pool holds a thousandth less than it does."""
    found = re.search(r"= (?!0\.000)(\d+\.\d\d)\d( TOK\n    \(counted)|:Available  (?!0\.000)(\d+\.\d\d)\d( ~ 0)", text)
    assert found
    whole = found[0]
    digit = re.search(r"(\d)( TOK\n| ~ 0)", whole)
    assert digit
    return text.replace(whole, whole.replace(digit[0], f"{(int(digit[1]) - 1) % 10}{digit[2]}"))


@both
@pytest.mark.parametrize("edit", [more, both_sides_more, other_lot, missing, twice, other_claim])
@pytest.mark.usefixtures("story")
def test_they_refuse_books_that_were_changed(write: Write, book_format: Format, edit: Callable[[str], str]) -> None:
    text = write(book_format).read_text(encoding="utf-8")
    assert edit(text) != text
    with pytest.raises(BooksRefused):
        recompute(book_format, write(book_format, edit=edit))


def overdraw_and_refill(text: str) -> str:
    """Take a token of a lot from an account that never had any, and put it back a day later."""
    pool = re.findall(r"open Assets:Shared:(P-[0-9a-f-]+):Held", text)[0]
    accounts = [f"Assets:Shared:{pool}:Held", f"Expenses:Shared:{pool}:Expired"]
    return text + "".join(
        f'\n202{year}-01-01 * "x"\n'
        + "".join(
            f'  {account}  {sign}1.000 TOK {{1 TOK, 2030-01-01, "x"}}\n'
            for account, sign in zip(accounts, signs, strict=True)
        )
        for year, signs in ((3, ("-", "")), (4, ("", "-")))
    )


@pytest.mark.usefixtures("story")
def test_beancount_guards_a_lot_of_an_empty_account_too(write: Write) -> None:
    with pytest.raises(BooksRefused, match="No position matches"):
        recompute("beancount", write("beancount", edit=overdraw_and_refill))


SWAP = """
    UPDATE ledger_lot SET amount_mt = 45500 - amount_mt, remaining_mt = 45500 - remaining_mt
    WHERE remaining_mt IN (15500, 30000)
"""


@both
@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger_pool SET available_mt = available_mt + 1",
        "UPDATE ledger_pool SET used_mt = used_mt + 1",
        "UPDATE ledger_lot SET remaining_mt = remaining_mt - 1 WHERE remaining_mt > 1",
        "UPDATE ledger_lot SET held_mt = held_mt - 1 WHERE held_mt > 0",
        # Two lots of one pool change places, so that the pool's sums stay right.
        SWAP,
        "UPDATE ledger_book SET issued_mt = issued_mt - 1",
    ],
)
def test_they_refuse_a_database_that_was_changed(tampering: str, book_format: Format) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    with pytest.raises(CommandError, match="refuses the books"):
        call_command("check_books", program=[book_format], stdout=StringIO())


def insert(story: Story, lot: Lot, source: Account, target: Account, amount_mt: int) -> None:
    """Write a transaction past the pipeline, as a tampering hand would, that keeps every sum right."""
    book = Book.objects.get(contract=story.contract)
    pool = Pool.objects.get(id=lot.pool_id)
    balances = {Account.AVAILABLE: pool.available_mt, Account.HELD: pool.held_mt}
    first, last = book.last_seq + 1, book.last_seq + 2
    known = {"contract": story.contract, "at": book.last_at}
    row = Transaction.objects.create(kind="hold", caller="system", first_seq=first, last_seq=last, **known)
    for seq, account, moved_mt in ((first, source, -amount_mt), (last, target, amount_mt)):
        balances[account] += moved_mt
        after = {"amount_mt": moved_mt, "balance_after_mt": balances[account]}
        Entry.objects.create(seq=seq, transaction=row, account=account, pool=pool, lot=lot, **after, **known)
    names = {f"{account}_mt": balance_mt for account, balance_mt in balances.items()}
    Pool.objects.filter(id=pool.id).update(**names)
    Book.objects.filter(contract=story.contract).update(last_seq=last)


@both
def test_they_refuse_a_lot_that_was_overdrawn_for_a_while(story: Story, write: Write, book_format: Format) -> None:
    lot = Lot.objects.get(remaining_mt=15_500)
    insert(story, lot, Account.AVAILABLE, Account.HELD, 15_501)
    insert(story, lot, Account.HELD, Account.AVAILABLE, 15_501)
    with pytest.raises(BooksRefused):
        recompute(book_format, write(book_format))


@pytest.mark.usefixtures("story", "contract_b")
def test_the_command_says_how_many_pools_agree() -> None:
    out, pools = StringIO(), Pool.objects.count()
    call_command("check_books", stdout=out)
    first, second = out.getvalue().splitlines()
    assert first.startswith(f"{version('hledger')}: {pools} of {pools} pools agree")
    assert second.startswith(f"{version('beancount')}: {pools} of {pools} pools agree")


@pytest.mark.usefixtures("story")
def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CommandError, match="hledger is not installed"):
        call_command("check_books")
