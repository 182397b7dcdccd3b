"""What an order of a job may say, and how it is refused when it says something else."""

import gc

import pytest
from django.contrib.auth.models import User

from ledger import jobs
from ledger.contracts import individual_pool
from ledger.errors import ContractExpired, InsufficientTokens, InvalidRequest, NotFound, ProjectRequired
from ledger.ids import new_id
from ledger.jobs import JobOrder, Verdict
from ledger.models import Contract, Membership, Pool, Rate, Service
from ledger.quotes import quote
from tests.cast import fresh_key
from tests.ledger.steps import START, complete, day, put, start

pytestmark = pytest.mark.usefixtures("sound_books")

LIMITS = {"project": 100, "comment": 500, "external_id": 200}


@pytest.mark.parametrize(("field", "limit"), LIMITS.items())
def test_texts_are_kept_whole_up_to_their_limit(
    contract_a: Contract, bob: User, bobs_pool: Pool, field: str, limit: int
) -> None:
    put(bobs_pool, "5")
    job = start(contract_a, bob, **{field: "é" * limit})
    assert getattr(jobs.views([bob.jobs.get()])[0], field) == getattr(job, field) == "é" * limit


@pytest.mark.parametrize(("field", "limit"), LIMITS.items())
@pytest.mark.parametrize("text", ["too long", "a\x00b", "\ud800"])
def test_texts_that_cannot_be_kept_are_refused(
    contract_a: Contract, bob: User, bobs_pool: Pool, field: str, limit: int, text: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        start(contract_a, bob, **{field: "x" * (limit + 1) if text == "too long" else text})
    assert refusal.value.field == field


@pytest.mark.parametrize("project", ["", " ", "\t\n"])
def test_a_project_that_is_required_is_not_blank(contract_a: Contract, bob: User, bobs_pool: Pool, project) -> None:
    Contract.objects.update(project_required=True)
    put(bobs_pool, "5")
    with pytest.raises(ProjectRequired):
        start(contract_a, bob, project=project)
    assert start(contract_a, bob, project=" P-7 ").project == "P-7"


@pytest.mark.parametrize("quantity_m", [0, -1, 10**15, 2**63, 2**80])
def test_a_quantity_that_cannot_be_is_refused(contract_a: Contract, bob: User, bobs_pool: Pool, quantity_m) -> None:
    for service in ("analysis", "rendering_standard"):
        with pytest.raises(InvalidRequest) as refusal:
            start(contract_a, bob, service, quantity_m=quantity_m)
        assert refusal.value.field == "quantity"


def test_a_large_quantity_is_only_too_expensive(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    with pytest.raises(InsufficientTokens):
        start(contract_a, bob, quantity_m=10**15 - 1)


def test_a_price_that_cannot_be_kept_is_refused(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    Rate.objects.filter(service__code="analysis").update(amount_mt=10**10)
    with pytest.raises(InvalidRequest):
        quote(contract_id=contract_a.id, user_id=bob.pk, service="analysis", quantity_m=10**15 - 1)


@pytest.mark.parametrize("service", ["", "no such", "a\x00b", "\ud800", "01a200f5310a75afad682a378ef4152d"])
def test_a_service_that_is_not_there_is_not_found(contract_a: Contract, bob: User, service: str) -> None:
    with pytest.raises(NotFound) as refusal:
        start(contract_a, bob, service)
    assert refusal.value.field == "service"


def test_a_service_goes_by_its_code_and_by_its_id(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5")
    assert start(contract_a, bob, str(Service.objects.get(code="analysis").id)).service == "analysis"


@pytest.mark.parametrize("change", [{"active": False}, {"rates": None}])
def test_a_service_that_is_switched_off_or_has_no_rate_is_not_found(contract_a: Contract, bob: User, change) -> None:
    if "active" in change:
        Service.objects.filter(code="analysis").update(active=False)
    else:
        Rate.objects.filter(service__code="analysis").update(effective_from=day(1))
    with pytest.raises(NotFound):
        start(contract_a, bob)


def test_nothing_starts_on_a_contract_that_has_ended(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "10")
    Contract.objects.update(ends_at=day(30))
    job = start(contract_a, bob, at=day(29))
    with pytest.raises(ContractExpired):
        start(contract_a, bob, at=day(30))
    assert complete(job, at=day(30)).status == "completed"


def test_the_pools_of_others_are_not_found(contract_a: Contract, contract_b: Contract, bob: User, carol: User) -> None:
    carols = individual_pool(contract_id=contract_a.id, user_id=carol.pk)
    put(carols, "10")
    for pool in (carols, *contract_b.pools.all()):
        with pytest.raises(NotFound) as refusal:
            start(contract_a, bob, pool_id=pool.id)
        assert refusal.value.field == "pool"


def test_buyers_use_the_shared_pool_by_their_role(
    contract_a: Contract, alice: User, carol: User, shared_a: Pool
) -> None:
    put(shared_a, "10")
    assert not Membership.objects.filter(uses_shared=True).exists()
    assert {start(contract_a, user).pool for user in (alice, carol)} == {shared_a.id}


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_refused_in_its_place(
    contract_a: Contract, bob: User, bobs_pool: Pool, reason: str
) -> None:
    put(bobs_pool, "10")
    wrong, right = start(contract_a, bob), start(contract_a, bob)
    verdicts = [Verdict(wrong.id, "fail", reason=reason), Verdict(right.id, "fail", reason="x" * 500)]
    refused, done = jobs.settle(idempotency=fresh_key(), verdicts=verdicts, at=START).results
    assert isinstance(refused, InvalidRequest)
    assert (refused.field, done.status) == ("reason", "failed")


def test_orders_of_two_contracts_do_not_start_together(contract_a: Contract, contract_b: Contract, bob: User) -> None:
    orders = [JobOrder(contract.id, bob.pk, "analysis") for contract in (contract_a, contract_b)]
    with pytest.raises(InvalidRequest):
        jobs.start_batch(idempotency=fresh_key(), orders=orders, mode="all_or_nothing")


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_batch_has_1_to_1000_items(contract_a: Contract, bob: User, count: int) -> None:
    order = JobOrder(contract_a.id, bob.pk, "analysis")
    with pytest.raises(InvalidRequest):
        jobs.start_batch(idempotency=fresh_key(), orders=[order] * count, mode="each")


def test_a_contract_that_is_not_there_is_not_found(bob: User) -> None:
    with pytest.raises(NotFound) as refusal:
        jobs.start(idempotency=fresh_key(), order=JobOrder(new_id(), bob.pk, "analysis"))
    assert refusal.value.field == "contract"


def test_refusals_are_forgotten_once_they_were_answered(contract_a: Contract, bob: User) -> None:
    orders = [JobOrder(contract_a.id, bob.pk, "no such service")] * 5
    for _ in range(3):
        answer = jobs.start_batch(idempotency=fresh_key(), orders=orders, mode="each")
        assert {type(result) for result in answer.results} == {NotFound}
    del answer
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, NotFound)]
