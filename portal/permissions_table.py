"""The whole table of who may do what, in words, for the page of members: the very table that the ledger decides by."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from ledger.models import Role
from ledger.rights import BY_ROLE, Right

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ROLES: Final = (Role.END_USER, Role.COORDINATOR, Role.ADMINISTRATOR)
YES: Final = _("Yes")
NO: Final = _("No")
HEADS: Final = (*(role.label for role in ROLES), _("Operator of the site"), _("Service client"))
READS: Final = _("Reads, with a reason in the audit log")
OPERATORS: Final = dict.fromkeys(
    (
        Right.OWN_USE,
        Right.SHARED_BALANCE,
        Right.CONTRACT_REPORTS,
        Right.JOURNAL,
        Right.AUDIT_LOG,
        Right.VERIFICATION,
    ),
    READS,
)
CLIENTS: Final = {
    Right.OWN_USE: _("For a named user, in its scopes"),
    Right.SHARED_BALANCE: _("For who may, in its scopes"),
    Right.CONTRACT_REPORTS: _("With the scope reports:read"),
    Right.JOURNAL: _("With the scope reports:read"),
    Right.BUY: _("For a buyer, with orders:write"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what may be done, and in words whether each column may."""

    label: "str | StrPromise"
    cells: "tuple[str | StrPromise, ...]"


def permission_rows() -> list[Row]:
    """Return every right with the roles, the operators and the service clients, and what only those two do."""
    rows = [
        Row(right.label, (*(_word(role, right) for role in ROLES), OPERATORS.get(right, NO), CLIENTS.get(right, NO)))
        for right in Right
    ]
    settle = _("Report results, complete or fail a job")
    keep = _("Keep products, rates, packs and subscriptions; correct balances, with a reason")
    return [
        *rows,
        Row(settle, (NO, NO, NO, NO, _("The jobs it started, or of its services"))),
        Row(keep, (NO, NO, NO, YES, NO)),
    ]


def _word(role: Role, right: Right) -> "str | StrPromise":
    if right in BY_ROLE[role]:
        return YES
    return _("If ticked") if right is Right.SHARED_BALANCE else NO
