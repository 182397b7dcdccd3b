"""The lines of the audit log as people read them: an order by its number, a job by its service, options in words.

For the page alone; exports and the API's readers get what stands in the log.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import AuditEvent, Job, Order, Pool, Role
from portal.audit_words import words_of
from portal.templatetags.portal import number

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Named = tuple[str, str]
OPTIONS: Final[Mapping[str, "StrPromise"]] = {
    "allow_split=True": gettext_lazy("charges may be paid from both pools together"),
    "allow_split=False": gettext_lazy("charges are paid from one pool"),
    "project_required=True": gettext_lazy("every job must carry a project code"),
    "project_required=False": gettext_lazy("jobs may go without a project code"),
    "approval_limit_cents=None": gettext_lazy("no order needs approval"),
}
LIMIT: Final = "approval_limit_cents="


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event: what was done, to what, where that is shown (empty: nowhere), and the particulars."""

    event: AuditEvent
    did: "str | StrPromise"
    to: str
    url: str
    detail: str


def lines_of(events: Sequence[AuditEvent], *, contract_id: UUID) -> list[AuditLine]:
    """Return the events of a contract in words; at most three statements, however many there are."""
    named: dict[str, Named] = {}
    for beginning, names in _NAMES.items():
        ids = {event.subject for event in events if event.action.startswith(beginning) and _is_id(event.subject)}
        named |= names(contract_id, ids) if ids else {}
    return [
        AuditLine(event, words_of(event.action), *named.get(event.subject, (event.subject, "")), _detail(event))
        for event in events
    ]


def _orders(contract_id: UUID, ids: Iterable[str]) -> dict[str, Named]:
    draft = _("Draft of an order")
    found = Order.objects.filter(contract_id=contract_id, id__in=ids).select_related("contract")
    return {str(order.id): (order.reference or draft, reverse("portal:order", args=[order.id])) for order in found}


def _jobs(contract_id: UUID, ids: Iterable[str]) -> dict[str, Named]:
    found = Job.objects.filter(contract_id=contract_id, id__in=ids).values_list("id", "service__name")
    return {str(key): (service, reverse("portal:job", args=[key])) for key, service in found}


def _pools(contract_id: UUID, ids: Iterable[str]) -> dict[str, Named]:
    found = Pool.objects.filter(contract_id=contract_id, id__in=ids).select_related("user")
    return {str(pool.id): (_owner(pool.user), "") for pool in found}


def _owner(user: User | None) -> str:
    return _("Shared tokens") if user is None else user.email or user.username


_NAMES: Final[Mapping[str, Callable[[UUID, Iterable[str]], dict[str, Named]]]] = {
    "order.": _orders,
    "refund.": _jobs,
    "pool.": _pools,
}


def _is_id(subject: str) -> bool:
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False


def _detail(event: AuditEvent) -> str:
    if event.action == "contract.options_changed":
        return "; ".join(_option(change) for change in event.detail.split(", "))
    return str(Role(event.detail).label) if event.detail in Role.values else event.detail


def _option(change: str) -> str:
    limit = change.removeprefix(LIMIT)
    if change.startswith(LIMIT) and limit.isdecimal():
        return _("orders above %(price)s need approval") % {"price": number(10 * int(limit))}
    return str(OPTIONS.get(change, change))
