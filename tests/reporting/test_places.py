"""Pointers into the journal save looking, and change nothing that a page shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from ledger.allocations import allocate
from ledger.models import Book, Contract, Entry, Kind, Membership, Pool
from ledger.rights import rights_of
from reporting.access import Viewer
from reporting.events import Event, read_events
from reporting.models import DayStart, PoolEvent
from reporting.periods import Period
from reporting.rollups import fold, fold_chunk, refold
from tests.cast import fresh_key
from tests.reporting.conftest import LONG_AGO, Work

Events = dict[str, tuple[Event, ...]]


@pytest.fixture
def viewers(contract_a: Contract, alice: User, bob: User) -> dict[str, Viewer]:
    """Alice, who administers, and Bob, ticked for the shared tokens."""
    Membership.objects.filter(user=bob).update(uses_shared=True)
    members = Membership.objects.filter(contract=contract_a, user__in=[alice, bob]).select_related("user")
    return {member.user.username: Viewer(member, rights_of(member)) for member in members}


@pytest.fixture
def history(
    viewers: dict[str, Viewer],
    shared_a: Pool,
    bobs_pool: Pool,
    alice: User,
    bob: User,
    work: Work,
    fund: Callable[..., None],
) -> None:
    """Purchases, allocations, refunds of two people, and tokens that expired, on some days."""
    fund(shared_a, "200", at=LONG_AGO)
    fund(bobs_pool, "9", at=LONG_AGO, expires_at=LONG_AGO + timedelta(days=2))
    for day in range(6):
        at = LONG_AGO + timedelta(days=day)
        who = alice if day % 2 else bob
        work(who, outcome="refunded", at=at, pool_id=shared_a.id)
        give = {"contract_id": shared_a.contract_id, "user_id": bob.pk, "amount_mt": 1_000}
        allocate(idempotency=fresh_key(), at=at, **give)
        work(bob, "model_derivative", at=at)


def events_of(pools: list[Pool], viewers: dict[str, Viewer], **asked: object) -> Events:
    return {
        f"{name} of {pool.kind}": read_events(pool, viewer, **asked).events
        for pool in pools
        for name, viewer in viewers.items()
    }


@pytest.mark.usefixtures("history")
def test_events_are_the_same_however_far_they_are_folded(
    shared_a: Pool, bobs_pool: Pool, viewers: dict[str, Viewer]
) -> None:
    pools = [shared_a, bobs_pool]
    some = Period(LONG_AGO + timedelta(days=1), LONG_AGO + timedelta(days=4))
    asked: list[dict[str, object]] = [{}, {"kinds": (Kind.REFUND,)}, {"before": 30}, {"period": some}]
    before = [events_of(pools, viewers, **each) for each in asked]
    kinds = {event.kind for events in before[0].values() for event in events}
    assert kinds == {Kind.GRANT, Kind.REFUND, Kind.ALLOCATE, Kind.EXPIRE}
    assert len(before[0]["alice of shared"]) == len(before[0]["bob of shared"]) + 3  # her own refunds are hers to see
    while fold_chunk(shared_a.contract_id, entries=3):
        assert [events_of(pools, viewers, **each) for each in asked] == before
    assert PoolEvent.objects.count() == len(before[0]["alice of shared"]) + len(before[0]["alice of individual"])


@pytest.mark.usefixtures("history")
def test_a_day_starts_where_its_first_entry_is(contract_a: Contract) -> None:
    fold()
    starts = dict(DayStart.objects.values_list("day", "first_seq"))
    days: dict[object, int] = {}
    for seq, at in Entry.objects.filter(contract=contract_a).order_by("seq").values_list("seq", "at"):
        days.setdefault(at.astimezone(UTC).date(), seq)
    assert starts == days
    assert len(days) == 6


@pytest.mark.usefixtures("history")
def test_refolding_finds_the_same_places(contract_a: Contract) -> None:
    fold()
    places = [sorted(model.objects.values_list()) for model in (DayStart, PoolEvent)]
    assert refold(contract_a.id) == Book.objects.get(contract=contract_a).last_seq
    assert [sorted(model.objects.values_list()) for model in (DayStart, PoolEvent)] == places


def test_a_day_that_goes_on_keeps_its_start(contract_a: Contract, shared_a: Pool, fund: Callable[..., None]) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for hour in (1, 2, 3):
        fund(shared_a, "1", at=midnight + timedelta(hours=hour))
        fold()
    assert list(DayStart.objects.values_list("day", "first_seq")) == [(midnight.date(), 1)]
