"""What people asked Product Support: operators read it and mark what they answered. The answer itself is a mail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from ledger.models import Contract
from portal.admin.base import KeptAdmin
from portal.models.support_requests import SupportRequest, SupportState


@admin.register(SupportRequest)
class SupportRequestAdmin(KeptAdmin):
    """As it was sent, but for its state. People wrote it to be read, so no reason is asked for."""

    fields = (
        *("number", "user", "contract", "job", "topic", "product", "subject", "issue", "about", "browser", "sent_at"),
        *("mailed", "state", "answered_at", "answered_by"),
    )
    readonly_fields = tuple(name for name in fields if name != "state")
    list_display = ("sent_at", "number", "subject", "user", "contract", "state", "mailed")
    list_filter = ("state", "topic", "mailed")
    list_select_related = ("user", "contract")
    search_fields = ("=number", "user__email", "subject", "contract__number")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def contract_of(self, obj: Any) -> Contract | None:
        """Return none: it is between its sender and Product Support, and not for the contract's audit log."""
        return None

    def save_model(self, request: HttpRequest, obj: SupportRequest, form: Any, change: bool) -> None:
        """Note who answered it, and when; one that is opened again was not."""
        answered = obj.state == SupportState.ANSWERED
        obj.answered_at = timezone.now() if answered else None
        obj.answered_by = request.user if answered and isinstance(request.user, User) else None
        super().save_model(request, obj, form, change)
