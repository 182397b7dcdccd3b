"""FOCUS 1.2: purchases bill money, charges bill nothing and cost what their tokens were bought for."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User

from tests.exports.conftest import Ask

Line = dict[str, str]


@pytest.fixture
def lines(history: None, alice: User, ask: Ask) -> list[Line]:
    answer = ask(alice, "charges", "focus-csv", scope="contract", range="all")
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


def of(lines: list[Line], category: str) -> list[Line]:
    return [line for line in lines if line["ChargeCategory"] == category]


def test_a_purchase_is_billed(lines: list[Line]) -> None:
    (bought,) = of(lines, "Purchase")
    assert Decimal(bought["BilledCost"]) > 0
    assert (bought["EffectiveCost"], bought["PricingQuantity"], bought["PricingUnit"]) == ("0", "100", "Tokens")
    assert (bought["BillingCurrency"], bought["PricingCurrency"], bought["ConsumedQuantity"]) == ("USD", "Tokens", "")


def test_charges_cost_what_their_tokens_were_bought_for(lines: list[Line]) -> None:
    """Carol and Alice were paid from the bought lot, Bob from his gift, which costs nothing."""
    price = Decimal(of(lines, "Purchase")[0]["BilledCost"]) / 100
    costs = {line["SubAccountId"]: Decimal(line["EffectiveCost"]) for line in of(lines, "Usage")}
    assert costs["carol@example.com"] == price / 2
    assert costs["alice@example.com"] == price * 5
    assert {Decimal(line["BilledCost"]) for line in of(lines, "Usage")} == {0}


def test_a_refund_in_a_later_month_is_a_correction(lines: list[Line]) -> None:
    (refund,) = of(lines, "Credit")
    assert (refund["ChargeClass"], refund["PricingQuantity"], refund["ConsumedUnit"]) == ("Correction", "-0.5", "")
    assert refund["BillingPeriodStart"] == "2026-04-01T00:00:00+00:00"


def test_what_the_specification_forbids_to_be_null_is_there(lines: list[Line]) -> None:
    never_null = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingAccountId", "BillingCurrency",
                  "BillingPeriodStart", "BillingPeriodEnd", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd",
                  "InvoiceIssuerName", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName")  # fmt: skip
    assert [name for line in lines for name in never_null if not line[name]] == []
    for line in of(lines, "Usage"):
        assert line["ConsumedUnit"] == line["PricingUnit"] == "Tokens"
        assert Decimal(line["ConsumedQuantity"]) > 0


def test_purchases_are_left_out_of_a_part_of_the_usage(history: None, alice: User, bob: User, ask: Ask) -> None:
    for answer in (
        ask(alice, "charges", "focus-csv", scope="contract", range="all", service="analysis"),
        ask(bob, "charges", "focus-csv", range="all"),
    ):
        found = list(csv.DictReader(StringIO(answer.getvalue().decode())))
        assert found
        assert of(found, "Purchase") == []
