"""Which rate is in effect, and what a quantity costs by it. Source: DOMAIN, "Rate card"."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from ledger.errors import NotFound
from ledger.models import Contract, Pool, Rate, Service
from ledger.pricing import price_of, rates_at
from tests.ledger.steps import START, day, put, start

pytestmark = pytest.mark.usefixtures("sound_books")
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("quantity_m", "price_mt"),
    [(1, 100_000), (4_999, 100_000), (5_000, 100_000), (5_001, 200_000), (10_000, 200_000), (12_345, 300_000)],
)
def test_every_started_step_counts_whole(quantity_m: int, price_mt: int) -> None:
    assert price_of(quantity_m, amount_mt=100_000, step_m=5_000, minimum_mt=0) == price_mt


def test_a_price_is_at_least_the_minimum() -> None:
    prices = [price_of(units * 1_000, amount_mt=500, step_m=1_000, minimum_mt=2_000) for units in (1, 4, 5)]
    assert prices == [2_000, 2_000, 2_500]


@pytest.mark.parametrize(
    ("service", "units_m", "price_mt"),
    [
        ("generative_study", 1_000, 11_000),
        ("media_generation", 10_000, 1_000),
        ("media_generation", 11_000, 2_000),
        ("optimization", 5_100, 200_000),
        ("rendering_large", 6_200, 7_000),
        ("model_derivative", 1_000, 500),
        ("rendering_standard", 4_000, 0),
    ],
)
def test_jobs_cost_what_the_rate_card_says(
    contract_a: Contract, bob: User, bobs_pool: Pool, service: str, units_m: int, price_mt: int
) -> None:
    put(bobs_pool, "1000")
    assert start(contract_a, bob, service, quantity_m=units_m).price_mt == price_mt


def change_rate(amount_mt: int, *, from_at: datetime, until_at: datetime | None = None) -> None:
    service = Service.objects.get(code="analysis")
    Rate.objects.create(service=service, amount_mt=amount_mt, effective_from=from_at, effective_until=until_at)


def price(contract: Contract, user: User, at: datetime) -> int:
    return start(contract, user, at=at).price_mt


def test_a_rate_is_in_effect_from_its_first_instant_to_just_before_its_last(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    Rate.objects.filter(service__code="analysis").update(effective_until=day(10))
    change_rate(7_000, from_at=day(10), until_at=day(20))
    put(bobs_pool, "1000")
    assert [price(contract_a, bob, at) for at in (day(10) - INSTANT, day(10), day(20) - INSTANT)] == [
        5_000,
        7_000,
        7_000,
    ]
    with pytest.raises(NotFound) as refusal:
        price(contract_a, bob, day(20))
    assert refusal.value.field == "service"


def test_of_two_open_rates_the_later_one_counts(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    change_rate(7_000, from_at=day(10))
    put(bobs_pool, "1000")
    assert [price(contract_a, bob, at) for at in (day(9), day(11))] == [5_000, 7_000]
    assert [rate.amount_mt for rate in rates_at(day(11)).filter(service__code="analysis")] == [7_000]


def test_the_rate_card_has_one_rate_per_service(rate_card: None) -> None:
    change_rate(7_000, from_at=day(10), until_at=day(20))
    for at, amount_mt in ((START, 5_000), (day(15), 7_000), (day(20), 5_000)):
        card = {rate.service.code: rate.amount_mt for rate in rates_at(at)}
        assert (card["analysis"], len(card), rates_at(at).count()) == (amount_mt, 15, 15)
    assert not rates_at(datetime(2000, 1, 1, tzinfo=START.tzinfo)).exists()
