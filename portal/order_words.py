"""What an order's state means, in words, and the steps it goes through. For the order pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Channel, Order, OrderStatus
from ledger.order_states import INVOICE

Words = str | Promise
AFTER_PLACING: Final[dict[str, Words]] = {
    OrderStatus.FULFILLED: gettext_lazy("Thank you. The tokens are in the shared pool."),
    OrderStatus.AWAITING_APPROVAL: gettext_lazy(
        "The order is above the contract's limit and waits for the administrator's approval."
    ),
    OrderStatus.PLACED: gettext_lazy("The order is placed. Pay it now, and the tokens arrive."),
    OrderStatus.INVOICED: gettext_lazy("The order is placed. The tokens arrive when its invoice is paid."),
}
MEANING: Final[dict[str, Words]] = {
    OrderStatus.DRAFT: gettext_lazy("Kept for later. Nothing is ordered, and nothing is to be paid."),
    OrderStatus.AWAITING_APPROVAL: gettext_lazy(
        "The price is above the contract's limit, so a second person has to approve it. Nothing is bought before that."
    ),
    OrderStatus.PLACED: gettext_lazy("The order waits for its payment. The tokens arrive as soon as it is paid."),
    OrderStatus.INVOICED: gettext_lazy("The invoice is on its way. The tokens arrive when it is paid."),
    OrderStatus.PAID: gettext_lazy(
        "The money came after the order was given up or the contract had ended, so no tokens arrived. "
        "The site's operators decide: write to Support."
    ),
    OrderStatus.FULFILLED: gettext_lazy("The tokens are in the contract's shared pool."),
    OrderStatus.CANCELLED: gettext_lazy("The order was given up. Nothing was bought, and nothing is to be paid."),
    OrderStatus.EXPIRED: gettext_lazy("The order waited for too long and lapsed. Nothing was bought."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order: what it is called, when it was done, and whether it is the one that is waited for."""

    label: str
    at: datetime | None
    is_done: bool
    is_next: bool = False


def how_paid(order: Order) -> str:
    """Say how an order is paid, and when its tokens arrive."""
    if order.channel == Channel.RESELLER:
        return _("Paid to the reseller.")
    if order.provider != INVOICE:
        return _("Online, right after this. The tokens arrive as soon as it is paid.")
    if order.contract.pays_first:
        return _("By invoice. The tokens arrive when it is paid.")
    return _("By invoice. The tokens arrive at once.")


def steps_of(order: Order) -> list[Step]:
    """Return the steps of an order as far as they are known, in their order."""
    steps: list[tuple[str, datetime | None]] = [
        (_("Draft") if order.status == OrderStatus.DRAFT else _("Ordered"), order.created_at)
    ]
    if order.approved_at or order.status == OrderStatus.AWAITING_APPROVAL:
        steps.append((_("Approved"), order.approved_at))
    if order.provider == INVOICE:
        steps.append((_("Invoiced"), order.invoiced_at))
    if order.paid_at or order.status in (OrderStatus.PLACED, OrderStatus.INVOICED):
        steps.append((_("Paid"), order.paid_at))
    if order.status == OrderStatus.CANCELLED:
        return _shown([*_known(steps), (_("Cancelled"), order.cancelled_at)])
    if order.status == OrderStatus.EXPIRED:
        return _shown([*_known(steps), (_("Lapsed"), order.expires_at)])
    return _shown(sorted([*steps, (_("Tokens arrived"), order.fulfilled_at)], key=_when_known))


def _known(steps: list[tuple[str, datetime | None]]) -> list[tuple[str, datetime | None]]:
    return [step for step in steps if step[1]]


def _when_known(step: tuple[str, datetime | None]) -> tuple[bool, float]:
    """Done steps come first, by their time; the others stay as they are, because sorting is stable."""
    return (step[1] is None, step[1].timestamp() if step[1] else 0.0)


def _shown(steps: list[tuple[str, datetime | None]]) -> list[Step]:
    following = next((number for number, step in enumerate(steps) if step[1] is None), -1)
    return [Step(label, at, at is not None, number == following) for number, (label, at) in enumerate(steps)]
