"""FOCUS 1.2 (FinOps Open Cost and Usage Specification): charges as usage of prepaid tokens, orders as purchases.

What money a token stands for is what was paid for its lot; a gift's tokens cost nothing. Source: FOCUS 1.2.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from ledger.models import Contract, Entry, Kind, Lot, Order, OrderStatus, Transaction
from reporting.dates import next_month
from reporting.exports.columns import Row
from reporting.exports.question import Question
from reporting.exports.sources.charges import transactions
from reporting.exports.sources.focus_columns import COLUMNS, NAMES
from reporting.exports.sources.names import CHUNK, email_of, up_to

__all__ = ["COLUMNS", "count_rows", "rows"]

PROVIDER: Final = "Counting House"
UNIT: Final = "Tokens"
NO_CURRENCY: Final = "USD"
_EXACT: Final = Decimal("0.000001")


def rows(question: Question) -> Iterator[Row]:
    """Yield purchases, then charges and refunds, oldest first."""
    contract = Contract.objects.get(id=question.contract_id)
    prices, currency = token_prices(contract.id)
    account = _account(contract, currency)
    purchases = (_purchase(order, account) for order in orders(question).iterator(chunk_size=CHUNK))
    fields = (
        *("id", "kind", "at", "net_mt", "job_id", "job__draws", "job__quantity_m", "job__first_result_at"),
        *("job__service__code", "job__service__name", "job__service__unit", "job__service__category", "job__rate_id"),
        *("job__project", "job__comment", "user"),
    )
    lines = transactions(question).annotate(user=email_of("job__user")).order_by("first_seq").values(*fields)
    charges = (_charge(line, account, prices, pool=question.pool_id) for line in lines.iterator(chunk_size=CHUNK))
    for found in chain(purchases, charges):
        yield tuple(found.get(name) for name in NAMES)


def count_rows(question: Question, limit: int) -> int:
    """Return how many rows there are, up to `limit`."""
    return up_to(transactions(question), limit) + up_to(orders(question), limit)


def orders(question: Question) -> QuerySet[Order]:
    """Return the purchases of the period; none where a filter asks for a part of the usage."""
    narrowed = (question.user_id, question.service, question.project, question.pool_id)
    if any(value is not None for value in narrowed):
        return Order.objects.none()
    bought = Order.objects.filter(contract_id=question.contract_id, status=OrderStatus.FULFILLED)
    return bought.filter(**question.period.within("fulfilled_at")).select_related("pack").order_by("fulfilled_at", "id")


def token_prices(contract_id: UUID) -> tuple[dict[UUID, Decimal], str]:
    """Return the price of one token by lot, for lots that were paid for, and the currency of the latest order.

    A part of a lot that moved to another pool costs what the lot did.
    """
    first_entry = Entry.objects.filter(contract_id=OuterRef("contract_id"), seq=OuterRef("first_seq")).order_by()
    bought = Transaction.objects.filter(contract_id=contract_id, kind=Kind.PURCHASE, order__isnull=False)
    paid = bought.annotate(lot=Subquery(first_entry.values("lot_id"))).order_by("first_seq")
    prices, currency = dict[UUID, Decimal](), NO_CURRENCY
    for lot_id, cents, amount_mt, code in paid.values_list(
        "lot", "order__price_cents", "order__amount_mt", "order__currency"
    ):
        # SQLite gives a key that was looked up as the text it keeps.
        prices[UUID(str(lot_id))], currency = Decimal(cents) * 10 / Decimal(amount_mt), code
    parts = Lot.objects.filter(contract_id=contract_id, parent__isnull=False).order_by("granted_at", "id")
    moved = dict(parts.values_list("id", "parent_id"))
    for lot_id in moved:
        root = lot_id
        while root in moved:
            root = moved[root]
        if root in prices:
            prices[lot_id] = prices[root]
    return prices, currency


def _account(contract: Contract, currency: str) -> dict[str, Any]:
    """Return what is the same in every row."""
    return {
        "BillingAccountId": contract.number,
        "BillingAccountName": contract.name,
        "BillingAccountType": "Contract",
        "BillingCurrency": currency,
        "InvoiceIssuerName": PROVIDER,
        "ProviderName": PROVIDER,
        "PublisherName": PROVIDER,
        "PricingCurrency": UNIT,
        "PricingUnit": UNIT,
    }


def _purchase(order: Order, account: dict[str, Any]) -> dict[str, Any]:
    """Return a purchase: billed in money now, effective as its tokens are used."""
    price, amount = Decimal(order.price_cents) / 100, Decimal(order.amount_mt) / 1000
    assert order.fulfilled_at is not None, "only fulfilled orders are bought"
    return {
        **account,
        **_periods(order.fulfilled_at),
        "BillingCurrency": order.currency,
        "BilledCost": price,
        "ListCost": price,
        "ContractedCost": price,
        "EffectiveCost": Decimal(0),
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "One-Time",
        "ChargeDescription": f"{order.quantity} x {order.pack.name}",
        "PricingCategory": "Standard",
        "PricingQuantity": amount,
        "PricingCurrencyEffectiveCost": Decimal(0),
        "ListUnitPrice": _unit(price, amount),
        "ContractedUnitPrice": _unit(price, amount),
        "ServiceCategory": "Other",
        "ServiceName": "Tokens",
        "SkuId": order.pack.code,
        "SkuPriceId": order.pack.code,
        "x_OrderId": order.id,
    }


def _charge(line: dict[str, Any], account: dict[str, Any], prices: dict[UUID, Decimal], *, pool: UUID | None) -> Any:
    """Return a charge or refund: nothing is billed, the cost is that of the tokens drawn."""
    amount, is_refund = Decimal(line["net_mt"]) / 1000, line["kind"] == Kind.REFUND
    cost = _cost(line["job__draws"], prices, pool).quantize(_EXACT) * (-1 if is_refund else 1)
    unit_price = _unit(cost, amount)
    return {
        **account,
        **_periods(line["at"]),
        "BilledCost": Decimal(0),
        "ListCost": cost,
        "ContractedCost": cost,
        "EffectiveCost": cost,
        "ChargeCategory": "Credit" if is_refund else "Usage",
        "ChargeClass": "Correction" if is_refund and _earlier_month(line) else None,
        "ChargeFrequency": None if is_refund else "Usage-Based",
        "ChargeDescription": f"{'Refund of ' if is_refund else ''}{line['job__service__name']}",
        "ConsumedQuantity": None if is_refund else amount,
        "ConsumedUnit": None if is_refund else UNIT,
        "PricingCategory": None if is_refund else "Standard",
        "PricingQuantity": amount,
        "PricingCurrencyEffectiveCost": amount,
        "PricingCurrencyListUnitPrice": Decimal(1),
        "PricingCurrencyContractedUnitPrice": Decimal(1),
        "ListUnitPrice": unit_price,
        "ContractedUnitPrice": unit_price,
        "ResourceId": line["job_id"],
        "ResourceType": "Job",
        "ServiceCategory": "Other",
        "ServiceName": line["job__service__name"],
        "ServiceSubcategory": None,
        "SkuId": line["job__service__code"],
        "SkuPriceId": line["job__rate_id"],
        "SkuMeter": line["job__service__unit"],
        "SubAccountId": line["user"],
        "SubAccountType": "User",
        "Tags": _tags(line["job__project"]),
        "x_ServiceQuantity": Decimal(line["job__quantity_m"]) / 1000,
        "x_ServiceUnit": line["job__service__unit"],
        "x_TransactionId": line["id"],
    }


def _cost(draws: list[list[Any]], prices: dict[UUID, Decimal], pool: UUID | None) -> Decimal:
    """Return what was paid for the tokens that a job drew; `draws` are lot, pool and milli-tokens."""
    drawn = [(UUID(lot), amount_mt) for lot, of_pool, amount_mt in draws if pool is None or UUID(of_pool) == pool]
    return sum((prices.get(lot, Decimal(0)) * amount_mt / 1000 for lot, amount_mt in drawn), Decimal(0))


def _periods(at: datetime) -> dict[str, datetime]:
    """Return the hour of the charge and the month it is billed with, both with an exclusive end."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    month = hour.replace(day=1, hour=0)
    return {
        "ChargePeriodStart": hour,
        "ChargePeriodEnd": hour + timedelta(hours=1),
        "BillingPeriodStart": month,
        "BillingPeriodEnd": next_month(month),
    }


def _earlier_month(line: dict[str, Any]) -> bool:
    charged_at = line["job__first_result_at"]
    return bool(charged_at and (charged_at.year, charged_at.month) != (line["at"].year, line["at"].month))


def _unit(price: Decimal, amount: Decimal) -> Decimal | None:
    return (price / amount).quantize(_EXACT) if amount else None


def _tags(project: str) -> str:
    return json.dumps({"project": project}, ensure_ascii=False) if project else "{}"
