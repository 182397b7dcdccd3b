"""The operators' site: Django's admin behind the site's own sign-in, a second factor, and a fresh password to change.

Not in portal.admin, which registers with this site and so cannot be imported by it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required, secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from portal.operator_reading import read_contract

View = Callable[..., HttpResponse]
FIRST_ADD_ONE = _("Operators sign in with a second factor: add an authenticator app or a security key, then come back.")


class OperatorSite(AdminSite):
    """Django's admin, for the operators. INSTALLED_APPS names it as the default site."""

    site_header = _("Counting House: operators")
    site_title = "Counting House"
    index_title = _("What operators keep")

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people through the site's sign-in: the admin's own knows no second factor."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def get_urls(self) -> list[Any]:
        """Add the page that asks why an operator reads a contract's books."""
        page = path("reading/<uuid:contract_id>/", self.admin_view(read_contract), name="read-contract")
        return [page, *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page: a second factor for all, and for changes a password given within the last five minutes."""
        changing: View = reauthentication_required(view, allow_get=True)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refuse_nul(request)
            if request.path == reverse("admin:logout"):
                left: HttpResponse = view(request, *args, **kwargs)
                return left
            return second_factor_first(request) or changing(request, *args, **kwargs)

        return super().admin_view(guarded, cacheable)


def refuse_nul(request: HttpRequest) -> None:
    """Refuse a NUL in an address: PostgreSQL takes it in no text, and the admin's lists ask for it anyway.

    Forms refuse one themselves, field by field.

    Raises:
        SuspiciousOperation: answered with 400.
    """
    sent = [text for name, texts in request.GET.lists() for text in (name, *texts)]
    if any("\0" in text for text in (request.path, *sent)):
        raise SuspiciousOperation("This address holds a NUL character.")


def second_factor_first(request: HttpRequest) -> HttpResponse | None:
    """Send an operator whose session has seen no second factor to where it is added or given; None for others."""
    if not settings.OPERATORS_NEED_SECOND_FACTOR:
        return None
    if not is_mfa_enabled(request.user):
        messages.warning(request, FIRST_ADD_ONE)
        return redirect("mfa_index")
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user)):
        return None
    ways = [way for way in get_adapter().get_reauthentication_methods(request.user) if way["id"].startswith("mfa")]
    return redirect(f"{ways[0]['url']}?{urlencode({'next': request.get_full_path()})}")
