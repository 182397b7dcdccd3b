"""Daily roots: one a day, over everything of that day, never changed, each holding the one before."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from ledger.jobs import JobView
from ledger.models import Book, DailyRoot, RootPart, Seal, SigningKey, VerificationMode
from ledger.sealing import Signer, make_root, seal_all, sign_due_root
from ledger.sealing.roots import statement_hash
from ledger.verification import verify
from tests.ledger.sealing.test_sealing_at_once import at_once

AT = datetime(2026, 3, 2, 0, 10, tzinfo=UTC)


@pytest.mark.usefixtures("books")
def test_each_root_holds_the_one_before_and_what_none_covered(signer: Signer, start_job: Callable[[], JobView]) -> None:
    seal_all(per_seal=3)
    first = make_root(day=date(2026, 3, 1), signer=signer, at=AT)
    start_job()
    seal_all()
    second = make_root(day=date(2026, 3, 9), signer=signer, at=AT)
    assert first
    assert second
    assert (first.previous, second.previous) == ("", statement_hash(first))
    covered = [(part.first_number, part.last_number) for part in RootPart.objects.order_by("root_id")]
    count = Seal.objects.count()
    assert covered == [(1, count - 1), (count, count)]
    assert verify(mode=VerificationMode.FULL).differences == 0


@pytest.mark.usefixtures("books")
def test_a_day_has_one_root(signer: Signer) -> None:
    seal_all()
    assert make_root(day=date(2026, 3, 1), signer=signer, at=AT)
    assert make_root(day=date(2026, 3, 1), signer=signer, at=AT) is None
    assert DailyRoot.objects.count() == 1
    assert sign_due_root(signer=signer, now=AT) == "2026-03-01: made before"


@pytest.mark.usefixtures("books")
def test_a_root_waits_for_what_was_posted_on_its_day(signer: Signer) -> None:
    tomorrow = datetime(2100, 1, 2, tzinfo=UTC)
    assert sign_due_root(signer=signer, now=tomorrow) == "2100-01-01: waits for seals"
    seal_all()
    assert sign_due_root(signer=signer, now=tomorrow) == "2100-01-01: made"


@pytest.mark.usefixtures("books")
def test_what_is_posted_after_its_day_does_not_keep_a_root_waiting(signer: Signer) -> None:
    assert Book.objects.filter(last_seq__gt=0).exists()
    assert sign_due_root(signer=signer, now=datetime(2000, 1, 2, tzinfo=UTC)) == "2000-01-01: made"


def test_a_day_on_which_nothing_happened_has_a_root_too(db: None, signer: Signer) -> None:
    assert sign_due_root(signer=signer, now=AT) == "2026-03-01: made"
    assert verify(mode=VerificationMode.FULL).differences == 0


@pytest.mark.usefixtures("books")
def test_former_keys_stay_published(signer: Signer) -> None:
    other = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
    make_root(day=date(2026, 3, 1), signer=signer, at=AT)
    make_root(day=date(2026, 3, 2), signer=other, at=AT)
    assert set(SigningKey.objects.values_list("id", flat=True)) == {signer.id, other.id}
    assert verify(mode=VerificationMode.FULL).differences == 0


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", ["ledger_dailyroot", "ledger_rootpart", "ledger_signingkey"])
def test_the_database_refuses_to_change_them(signer: Signer, table: str) -> None:
    seal_all()
    make_root(day=date(2026, 3, 1), signer=signer, at=AT)
    with pytest.raises(Exception, match="refuses"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("books")
def test_makers_that_race_make_one_root(signer: Signer) -> None:
    seal_all()
    made: list[DailyRoot | None] = []

    def make() -> None:
        made.append(make_root(day=date(2026, 3, 1), signer=signer, at=AT))

    assert at_once(make, make, make) == []
    assert len([root for root in made if root]) == 1
    assert DailyRoot.objects.count() == 1
    assert verify(mode=VerificationMode.FULL).differences == 0
