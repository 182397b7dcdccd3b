"""Orders of the contract, for its buyers."""

from collections.abc import Iterator
from typing import Final

from django.db.models import F, QuerySet

from ledger.models import Order
from reporting.exports.columns import Column, ColumnKind, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, up_to

COLUMNS: Final[tuple[Column, ...]] = (
    text("id", "Order", "The order's id."),
    instant("created_at", "Ordered", "When the order was placed."),
    text("status", "Status", "The order's status now."),
    text("channel", "Through", "store, reseller or direct."),
    text("pack", "Pack", "The pack's code."),
    text("pack_name", "Pack (name)", "The same for people."),
    count("quantity", "Packs", "How many packs."),
    milli("tokens", "Tokens", "Tokens in all."),
    Column("net", ColumnKind.CENTS, "Net", "Price in all before tax, as of the order; 0 where the reseller was paid."),
    Column("tax", ColumnKind.CENTS, "Tax", "Tax on it, as of the order."),
    Column("total", ColumnKind.CENTS, "Total", "What is paid: net and tax."),
    text("currency", "Currency", "The currency of the three (ISO 4217)."),
    text("purchase_order", "Purchase order", "The buyer's own number, with direct sales."),
    text("ordered_by", "Ordered by", "E-mail address of the buyer."),
    text("approved_by", "Approved by", "E-mail address of who approved it; empty where no approval was needed."),
    instant("fulfilled_at", "Fulfilled", "When the tokens arrived; empty before."),
    instant("cancelled_at", "Cancelled", "When the order was cancelled, if it was."),
)


def orders(question: Question) -> QuerySet[Order]:
    """Return the orders that were placed in the period."""
    found = Order.objects.filter(contract_id=question.contract_id, **question.period.within("created_at"))
    return found.filter(status=question.status) if question.status else found


def rows(question: Question) -> Iterator[Row]:
    """Yield the orders, newest first."""
    named = orders(question).annotate(
        buyer=email_of("ordered_by"), approver=email_of("approved_by"), total=F("price_cents") + F("tax_cents")
    )
    listed = named.order_by("-created_at", "-id").values_list(
        *("id", "created_at", "status", "channel", "pack__code", "pack__name", "quantity", "amount_mt"),
        *("price_cents", "tax_cents", "total", "currency", "purchase_order", "buyer", "approver"),
        *("fulfilled_at", "cancelled_at"),
    )
    yield from listed.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many orders there are, up to `limit`."""
    return up_to(orders(question), limit)
