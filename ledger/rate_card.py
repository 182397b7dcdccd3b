"""Loads products, services, rates, gift rules and packs from ledger/data/.

For the command `load_rate_card`, the demo and tests. Operators change rates afterwards, in their own pages.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.transaction import atomic

from ledger.amounts import parse_milli
from ledger.models import Category, GiftPeriod, GiftRule, Pack, Product, Rate, RefundPolicy, Service

DATA_DIR: Final = Path(__file__).parent / "data"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many rows of each kind were missing and have been added."""

    products: int
    services: int
    rates: int
    gift_rules: int
    packs: int


def load_rate_card() -> Added:
    """Add every row of the data files that is missing; change none that is there.

    A service that has any rate keeps its own: an operator may have ended the data file's, and prices once
    charged are history. Safe to repeat.

    Source: DOMAIN, "Rate card"; Fusion seed, "Charge"; InfraWorks seed, "Subscription length | token amount".
    """
    card = _read("rate_card")
    with atomic():
        return Added(
            products=_add_products(card["products"]),
            services=_add_services(card["services"]),
            rates=_add_rates(card["services"], effective_from=card["effective_from"]),
            gift_rules=_add_gift_rules(_read("gifts")["gifts"]),
            packs=_add_packs(_read("packs")["packs"]),
        )


def _read(name: str) -> Row:
    return tomllib.loads((DATA_DIR / f"{name}.toml").read_text(encoding="utf-8"))


def _add_products(rows: list[Row]) -> int:
    present = set(Product.objects.values_list("name", flat=True))
    missing = [Product(**row) for row in rows if row["name"] not in present]
    return len(Product.objects.bulk_create(missing))


def _add_services(rows: list[Row]) -> int:
    products = {product.name: product for product in Product.objects.all()}
    present = set(Service.objects.values_list("code", flat=True))
    missing = [
        Service(
            code=row["code"],
            name=row["name"],
            product=products[row["product"]],
            category=Category(row["category"]),
            unit=row["unit"],
            refund_policy=RefundPolicy(row["refund_policy"]),
        )
        for row in rows
        if row["code"] not in present
    ]
    return len(Service.objects.bulk_create(missing))


def _add_rates(rows: list[Row], *, effective_from: datetime) -> int:
    without_rate = {service.code: service for service in Service.objects.filter(rates=None)}
    missing = [
        Rate(
            service=without_rate[row["code"]],
            amount_mt=parse_milli(row["tokens"]),
            step_m=parse_milli(row.get("step", "1")),
            minimum_mt=parse_milli(row.get("minimum", "0")),
            covered_by=row.get("covered_by", ""),
            effective_from=effective_from,
            source=row["source"],
        )
        for row in rows
        if row["code"] in without_rate
    ]
    return len(Rate.objects.bulk_create(missing))


def _add_gift_rules(rows: list[Row]) -> int:
    present = set(GiftRule.objects.values_list("length", flat=True))
    missing = [
        GiftRule(
            length=row["length"],
            name=row["name"],
            amount_mt=parse_milli(row["tokens"]),
            period=GiftPeriod(row["period"]),
            term_months=row["term_months"],
        )
        for row in rows
        if row["length"] not in present
    ]
    return len(GiftRule.objects.bulk_create(missing))


def _add_packs(rows: list[Row]) -> int:
    present = set(Pack.objects.values_list("code", flat=True))
    missing = [
        Pack(
            code=row["code"],
            name=row["name"],
            amount_mt=parse_milli(row["tokens"]),
            price_cents=row["price_cents"],
        )
        for row in rows
        if row["code"] not in present
    ]
    return len(Pack.objects.bulk_create(missing))
