"""What a token may be allowed to do. Scopes narrow a caller's rights; they never add to them."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """An OAuth scope of this site. Labels are what the consent page says."""

    TOKENS_READ = "tokens:read", _("See token balances, jobs and your own usage")
    JOBS_WRITE = "jobs:write", _("Quote, start and settle jobs, which spends tokens")
    USAGE_WRITE = "usage:write", _("Report usage of services, which spends tokens")
    ORDERS_WRITE = "orders:write", _("Order tokens")
    REPORTS_READ = "reports:read", _("Read usage reports")
    ADMIN = "admin", _("Allocate tokens and decide on requests")


SERVICE_SCOPES: Final = (Scope.TOKENS_READ, Scope.JOBS_WRITE, Scope.USAGE_WRITE)
"""What a service client gets unless told otherwise."""

SESSION_SCOPES: Final = frozenset(Scope.values) - {Scope.USAGE_WRITE.value}
"""A browser session may do whatever its user's role allows; only service clients report usage."""
