"""The books as text hold every transaction, every lot and every name, whatever the name looks like."""

import stat
from io import StringIO
from pathlib import Path
from threading import Thread
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.books import FORMATS, Format, heading, lines
from ledger.errors import NotFound
from ledger.models import Contract, Entry, Kind, Pool, Transaction
from ledger.verification import differences
from tests.ledger.books.naive import lots_in_the_database, pools_in_the_database, read
from tests.ledger.books.story import HOSTILE, Story, day

both = pytest.mark.parametrize("book_format", FORMATS)


@pytest.fixture
def story(contract_a: Contract, bob: User, alice: User) -> Story:
    """A contract on which everything has happened once."""
    told = Story(contract_a, bob, alice)
    told.tell()
    return told


def text(contract: Contract, book_format: Format, from_seq: int = 1) -> str:
    return heading(book_format) + "".join(lines(contract_id=contract.id, book_format=book_format, from_seq=from_seq))


def test_the_story_has_everything_in_it(story: Story) -> None:
    assert set(Transaction.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert list(differences()) == []
    assert Pool.objects.filter(expired_mt__gt=0, held_mt__gt=0).exists()
    assert Entry.objects.filter(amount_mt=0).exists()


@both
def test_adding_up_the_text_gives_what_the_database_says(story: Story, book_format: Format) -> None:
    sums = read(book_format, text(story.contract, book_format))
    pools = pools_in_the_database()
    assert {name: sums.of(name) for name in pools} == pools
    lots = lots_in_the_database()
    assert {key: sums.balances[key] for key in lots} == lots
    assert sums.assertions >= len(pools)


def test_hledger_gets_an_assertion_with_every_posting(story: Story) -> None:
    sums = read("hledger", text(story.contract, "hledger"))
    assert sums.assertions >= Entry.objects.count() + len(lots_in_the_database()) + len(pools_in_the_database())


@both
def test_every_transaction_is_told_with_its_id_kind_caller_job_and_time(story: Story, book_format: Format) -> None:
    told = text(story.contract, book_format)
    for row in Transaction.objects.all():
        at = f"{row.at:%Y-%m-%dT%H:%M:%S.%fZ}"
        if book_format == "hledger":
            facts = f"  ; id:{row.id}, kind:{row.kind}, at:{at}, "
            caller = f"caller:{row.caller}" + (f", job:{row.job_id}" if row.job_id else "")
        else:
            facts = f'  id: "{row.id}"\n  kind: "{row.kind}"\n  at: "{at}"\n'
            caller = f'  caller: "{row.caller}"\n' + (f'  job: "{row.job_id}"\n' if row.job_id else "")
        assert told.count(facts) == 1
        assert caller in told[told.index(facts) :].split("\n\n")[0]
        assert f"\n{row.at:%Y-%m-%d} * " in told


@both
def test_a_name_that_looks_like_markup_stays_a_name(story: Story, book_format: Format) -> None:
    told = text(story.contract, book_format).removeprefix(heading(book_format))
    assert not set(told) & set("[]<>|\\\r\t\u2028")
    for line in told.split("\n"):
        quotes, comments = line.count('"'), line.count(";")
        assert (quotes == 0 and comments <= 1) if book_format == "hledger" else quotes in {0, 2}
    for name in (HOSTILE[:64], HOSTILE[:100], HOSTILE[:150], HOSTILE):
        assert name in unquote(told)


@both
def test_books_told_from_a_later_entry_begin_with_what_was_before(story: Story, book_format: Format) -> None:
    pools, lots = pools_in_the_database(), lots_in_the_database()
    last = Entry.objects.filter(contract=story.contract).count()
    for from_seq in (2, 3, last // 3, last // 2, last, last + 1, last + 100):
        told = text(story.contract, book_format, from_seq)
        sums = read(book_format, told)
        assert {name: sums.of(name) for name in pools} == pools
        assert {key: sums.balances[key] for key in lots} == lots
        ids = {str(pk) for pk in Transaction.objects.filter(last_seq__gte=from_seq).values_list("pk", flat=True)}
        assert {str(pk) for pk in Transaction.objects.values_list("pk", flat=True) if f"{pk}" in told} == ids


@both
@pytest.mark.django_db(transaction=True)
def test_what_is_posted_while_the_books_are_read_is_left_out(
    contract_a: Contract, bob: User, alice: User, book_format: Format
) -> None:
    story = Story(contract_a, bob, alice)
    story.grant(story.bobs, 5_000, at=day(0))
    before = text(story.contract, book_format)
    pieces = lines(contract_id=story.contract.id, book_format=book_format)
    told = heading(book_format) + next(pieces)

    def post_more() -> None:
        story.grant(story.bobs, 7_000, at=day(1))
        connection.close()

    thread = Thread(target=post_more)
    thread.start()
    thread.join()
    assert told + "".join(pieces) == before
    assert text(story.contract, book_format) != before


@both
def test_a_contract_without_tokens_has_books_too(contract_b: Contract, book_format: Format) -> None:
    sums = read(book_format, text(contract_b, book_format))
    assert set(sums.balances.values()) <= {0}
    assert sums.assertions >= 4


def test_books_of_no_contract_are_refused_at_once(db: None) -> None:
    with pytest.raises(NotFound):
        lines(contract_id=uuid4(), book_format="hledger")


@both
def test_the_command_writes_every_contract_to_a_file_for_its_owner_only(
    story: Story, contract_b: Contract, book_format: Format, tmp_path: Path
) -> None:
    file = tmp_path / "books"
    call_command("export_journal", book_format=book_format, output=file)
    told = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sums = read(book_format, told)
    pools = pools_in_the_database()
    assert {name: sums.of(name) for name in pools} == pools
    assert str(contract_b.id) in told


def test_the_command_prints_one_contract(story: Story, contract_b: Contract) -> None:
    out = StringIO()
    call_command("export_journal", "--format", "hledger", "--contract", contract_b.number, stdout=out)
    assert out.getvalue() == text(contract_b, "hledger")
    with pytest.raises(CommandError, match="There is no contract nobody's"):
        call_command("export_journal", "--format", "hledger", "--contract", "nobody's")
