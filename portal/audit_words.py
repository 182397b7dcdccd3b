"""What the audit log's acts are called in words, and which kinds of act there are to filter by."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WORDS: Final[dict[str, "StrPromise"]] = {
    "api_client.created": _("made an API client"),
    "api_client.registered": _("registered a desktop application"),
    "api_client.revoked": _("revoked an API client"),
    "benefit.requested": _("asked for subscription benefits"),
    "benefit.enabled": _("enabled subscription benefits"),
    "benefit.refused": _("refused subscription benefits"),
    "contract.handed_over": _("handed the contract over"),
    "contract.options_changed": _("changed the contract's options"),
    "contract.read": _("read the contract's books, as an operator"),
    "member.invited": _("invited"),
    "member.invited_again": _("sent an invitation again"),
    "member.invitation_withdrawn": _("withdrew an invitation"),
    "member.role_changed": _("changed the role"),
    "member.shared_use_allowed": _("allowed the use of shared tokens"),
    "member.shared_use_withdrawn": _("withdrew the use of shared tokens"),
    "member.left": _("left the contract"),
    "member.removed": _("took off the contract"),
    "order.placed": _("placed an order"),
    "order.approved": _("approved an order"),
    "order.cancelled": _("cancelled an order"),
    "order.drafted": _("drafted an order"),
    "order.paid": _("noted an order's payment"),
    "order.paid_again": _("received a second payment for an order"),
    "order.delivered": _("delivered an order's tokens"),
    "order.expired": _("let an order lapse"),
    "pool.adjusted": _("corrected a balance, as an operator"),
    "pool.adjustment_asked": _("asked for a correction, as an operator"),
    "pool.adjustment_declined": _("declined a correction, as an operator"),
    "refund.requested": _("asked for a refund"),
    "refund.approved": _("approved a refund"),
    "refund.declined": _("declined a refund"),
    "tokens.allocated": _("allocated tokens"),
    "tokens.taken_back": _("took tokens back"),
    "tokens.asked_for": _("asked for tokens"),
    "account.signed_in": _("Signed in"),
    "account.sign_in_failed": _("Failed to sign in"),
    "account.password_changed": _("Changed the password"),
    "account.password_set": _("Set a password"),
    "account.password_reset": _("Set a new password by a mail's link"),
    "account.address_added": _("Added an e-mail address"),
    "account.address_changed": _("Changed the primary e-mail address"),
    "account.address_removed": _("Removed an e-mail address"),
    "account.second_factor_added": _("Added a second step"),
    "account.second_factor_removed": _("Removed a second step"),
    "account.second_factor_reset": _("Made new recovery codes"),
    "account.second_factor_failed": _("Gave a wrong second step"),
    "account.session_ended": _("Signed out another browser"),
    "account.application_removed": _("Took an application's access away"),
    "account.first_operator": _("Became the first operator"),
}
KINDS: Final[dict[str, tuple["StrPromise", tuple[str, ...]]]] = {
    "members": (_("Members, roles, invitations"), ("member.", "contract.handed_over")),
    "benefits": (_("Subscription benefits"), ("benefit.",)),
    "tokens": (_("Allocations and corrections"), ("tokens.", "pool.")),
    "orders": (_("Orders"), ("order.",)),
    "refunds": (_("Refunds"), ("refund.",)),
    "settings": (_("Options, limits, API clients"), ("contract.options_changed", "api_client.")),
    "operators": (_("Operators of the site"), ("contract.read", "pool.adjust", "subscription.", "seat.")),
}
"""Kinds of act by name: what they are called, and how the names of their acts begin."""


def words_of(action: str) -> "str | StrPromise":
    """Return an act in words; its name where it has none, as what operators change has."""
    return WORDS.get(action, action.replace(".", ": ").replace("_", " "))
