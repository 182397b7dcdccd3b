"""A quote: Required, Available, Will remain, and what else would do. It moves nothing, and its price stands."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from ledger import jobs
from ledger.errors import InvalidRequest, NotEnabled, NotFound, QuoteExpired, QuoteMismatch, SharedUseNotAllowed
from ledger.jobs import JobOrder
from ledger.models import Contract, Entry, Membership, Pool, Rate
from ledger.quotes import QuoteView, quote
from tests.cast import fresh_key
from tests.ledger.steps import START, put, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def ask(contract_a: Contract, bob: User):
    """Ask for Bob what one generative study costs: 11 tokens."""

    def quoted(service: str = "generative_study", **wanted: object) -> QuoteView:
        return quote(**({"contract_id": contract_a.id, "user_id": bob.pk, "service": service, "at": START} | wanted))

    return quoted


@pytest.fixture
def ticked(contract_a: Contract, bob: User) -> None:
    Membership.objects.filter(user=bob).update(uses_shared=True)


def test_a_quote_says_what_is_required_available_and_left(ask, bobs_pool: Pool) -> None:
    put(bobs_pool, "60")
    found = ask(count=2)
    assert (found.required_mt, found.available_mt, found.will_remain_mt) == (22_000, 60_000, 38_000)
    assert (found.sufficient, found.max_count, found.pool, found.alternatives) == (True, 5, bobs_pool.id, ())


def test_a_quote_moves_nothing(ask, bobs_pool: Pool) -> None:
    put(bobs_pool, "60")
    before = Entry.objects.count()
    ask()
    assert Entry.objects.count() == before


def test_too_few_tokens_leave_a_negative_rest_and_say_how_many_studies_fit(ask, bobs_pool: Pool) -> None:
    put(bobs_pool, "32.5")
    found = ask(count=3)
    assert (found.sufficient, found.will_remain_mt, found.max_count) == (False, -500, 2)


def test_held_tokens_are_not_available(ask, contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "16")
    start(contract_a, bob)
    assert ask().available_mt == 11_000


@pytest.mark.usefixtures("ticked")
def test_other_pools_that_would_do_are_named(ask, bobs_pool: Pool, shared_a: Pool) -> None:
    put(bobs_pool, "5")
    put(shared_a, "100")
    found = ask(pool_id=bobs_pool.id)
    assert (found.sufficient, found.alternatives) == (False, ((shared_a.id, 100_000),))
    assert ask().pool == shared_a.id


@pytest.mark.usefixtures("ticked")
def test_a_quote_that_nothing_can_pay_shows_the_pool_that_comes_closest(ask, bobs_pool: Pool, shared_a: Pool) -> None:
    put(bobs_pool, "5")
    put(shared_a, "10")
    found = ask()
    assert (found.pool, found.available_mt, found.alternatives) == (shared_a.id, 10_000, ())


@pytest.mark.usefixtures("ticked")
def test_a_contract_that_allows_splitting_quotes_both_pools_together(
    ask, contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    Contract.objects.update(allow_split=True)
    put(bobs_pool, "5")
    put(shared_a, "10")
    found = ask()
    assert (found.sufficient, found.available_mt, found.max_count) == (True, 15_000, 1)
    job = start(contract_a, bob, "generative_study", quote_id=found.id)
    assert [amount_mt for _, amount_mt in job.lots] == [5_000, 6_000]
    assert not ask(pool_id=bobs_pool.id).sufficient


def test_a_shared_pool_that_is_not_ticked_is_neither_quoted_nor_named(ask, bobs_pool: Pool, shared_a: Pool) -> None:
    put(shared_a, "100")
    found = ask()
    assert (found.pool, found.available_mt, found.alternatives) == (bobs_pool.id, 0, ())
    with pytest.raises(SharedUseNotAllowed):
        ask(pool_id=shared_a.id)


def test_pools_of_others_are_not_found(ask, contract_b: Contract) -> None:
    with pytest.raises(NotFound):
        ask(pool_id=contract_b.pools.get(user=None).id)


def test_the_price_stands_when_the_rate_card_changes(ask, contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "60")
    found = ask()
    Rate.objects.filter(service__code="generative_study").update(amount_mt=20_000)
    job = start(contract_a, bob, "generative_study", quote_id=found.id)
    assert (job.price_mt, job.pool) == (11_000, bobs_pool.id)
    assert start(contract_a, bob, "generative_study").price_mt == 20_000


def test_a_quote_stands_for_15_minutes(ask, contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "60")
    found = ask()
    assert found.expires_at == START + timedelta(minutes=15)
    start(contract_a, bob, "generative_study", quote_id=found.id, at=found.expires_at - timedelta(microseconds=1))
    with pytest.raises(QuoteExpired):
        start(contract_a, bob, "generative_study", quote_id=found.id, at=found.expires_at)


@pytest.mark.parametrize("mode", ["all_or_nothing", "each"])
def test_a_job_that_was_accepted_is_answered_again_after_its_quote_expired(
    ask, contract_a: Contract, bob: User, bobs_pool: Pool, mode: str
) -> None:
    put(bobs_pool, "60")
    found, key = ask(), fresh_key()
    order = JobOrder(contract_a.id, bob.pk, "generative_study", quote_id=found.id)
    first = jobs.start_batch(idempotency=key, orders=[order], mode=mode, at=START)
    again = jobs.start_batch(idempotency=key, orders=[order], mode=mode, at=START + timedelta(days=1))
    assert again.results == first.results
    assert (first.replayed, again.replayed) == (False, True)


def test_a_quote_is_for_one_service_quantity_and_user(
    ask, contract_a: Contract, bob: User, carol: User, bobs_pool: Pool
) -> None:
    found = ask()
    with pytest.raises(QuoteMismatch):
        start(contract_a, bob, "analysis", quote_id=found.id)
    with pytest.raises(QuoteMismatch):
        start(contract_a, bob, "generative_study", quantity_m=2_000, quote_id=found.id)
    with pytest.raises(NotFound):
        start(contract_a, carol, "generative_study", quote_id=found.id)


@pytest.mark.usefixtures("ticked")
def test_a_quote_does_not_outlive_the_right_to_its_pool(
    ask, contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(shared_a, "100")
    found = ask()
    Membership.objects.filter(user=bob).update(uses_shared=False)
    with pytest.raises(SharedUseNotAllowed):
        start(contract_a, bob, "generative_study", quote_id=found.id)


def test_a_price_of_zero_says_why(ask, bobs_pool: Pool) -> None:
    found = ask("generative_study_extension", count=7)
    assert (found.required_mt, found.sufficient) == (0, True)
    assert "Extension" in found.covered_by


@pytest.mark.parametrize("count", [0, -1, 1_001])
def test_a_number_of_jobs_that_cannot_start_together_is_refused(ask, count: int) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        ask(count=count)
    assert refusal.value.field == "count"


def test_a_project_is_asked_for_when_the_job_starts_not_for_its_price(ask, bobs_pool: Pool) -> None:
    Contract.objects.update(project_required=True)
    assert ask().required_mt == 11_000


def test_who_is_not_enabled_gets_no_quote(ask, contract_a: Contract, stranger: User) -> None:
    with pytest.raises(NotEnabled):
        ask(user_id=stranger.pk)
