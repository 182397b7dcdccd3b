"""The rate card as data: what the seeds and the help pages say things cost."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from ledger.models import GiftRule, Pack, Product, Rate, Service
from ledger.rate_card import load_rate_card

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "amount_mt", "step_m", "policy", "source"),
    [
        ("generative_study", 11_000, 1_000, "before_first_result", "seed"),
        ("generative_study_extension", 0, 1_000, "before_first_result", "help"),
        ("media_generation", 1_000, 10_000, "before_first_result", "help"),
        ("cfd_simple", 5_000, 1_000, "on_failure_or_cancel", "help"),
        ("cfd_moderate", 10_000, 1_000, "on_failure_or_cancel", "help"),
        ("cfd_complex", 35_000, 1_000, "on_failure_or_cancel", "help"),
        ("optimization", 100_000, 5_000, "on_failure_or_cancel", "help"),
        ("analysis", 5_000, 1_000, "on_failure_or_cancel", "demo"),
        ("simulation", 10_000, 1_000, "on_failure_or_cancel", "demo"),
        ("model_creation", 20_000, 1_000, "on_failure_or_cancel", "demo"),
        ("rendering_standard", 0, 1_000, "on_failure_or_cancel", "help"),
        ("rendering_large", 1_000, 1_000, "on_failure_or_cancel", "help"),
        ("structural_analysis", 2_000, 1_000, "on_failure_or_cancel", "help"),
        ("design_automation", 2_000, 1_000, "on_failure_or_cancel", "help"),
        ("model_derivative", 500, 1_000, "on_failure_or_cancel", "help"),
    ],
)
def test_each_service_costs_what_the_card_says(
    code: str, amount_mt: int, step_m: int, policy: str, source: str
) -> None:
    load_rate_card()
    rate = Rate.objects.select_related("service").get(service__code=code)
    assert (rate.amount_mt, rate.step_m, rate.minimum_mt) == (amount_mt, step_m, 0)
    assert (rate.service.refund_policy, rate.source) == (policy, source)
    assert rate.effective_from == datetime(2010, 1, 1, tzinfo=UTC)


def test_a_price_of_zero_says_why() -> None:
    load_rate_card()
    free = Rate.objects.filter(amount_mt=0)
    assert free.count() == 2
    assert all(rate.covered_by for rate in free)


def test_the_gift_table_is_the_seeds() -> None:
    load_rate_card()
    assert dict(GiftRule.objects.values_list("name", "amount_mt")) == {
        "Annual": 100_000,
        "Quarterly": 150_000,
        "2 years": 500_000,
        "3 years": 500_000,
        "Not for resale": 2_500_000,
    }
    assert set(GiftRule.objects.values_list("period", flat=True)) == {"year"}


def test_infraworks_360_lt_alone_is_excluded_from_benefits() -> None:
    load_rate_card()
    assert [product.name for product in Product.objects.filter(has_benefits=False)] == ["InfraWorks 360 LT"]


def test_packs_hold_100_500_1000_and_5000_tokens() -> None:
    load_rate_card()
    assert list(Pack.objects.values_list("amount_mt", flat=True)) == [100_000, 500_000, 1_000_000, 5_000_000]


def test_loading_again_adds_nothing_and_keeps_what_operators_changed() -> None:
    load_rate_card()
    Rate.objects.filter(service__code="analysis").update(
        effective_from=datetime(2020, 1, 1, tzinfo=UTC), amount_mt=7_000
    )
    Pack.objects.filter(code="100").update(price_cents=1)
    counts = [model.objects.count() for model in (Product, Service, Rate, GiftRule, Pack)]
    call_command("load_rate_card")
    assert [model.objects.count() for model in (Product, Service, Rate, GiftRule, Pack)] == counts
    assert Rate.objects.get(service__code="analysis").amount_mt == 7_000
    assert Pack.objects.get(code="100").price_cents == 1
