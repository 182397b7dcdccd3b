"""The mails that django-allauth sends itself, such as password resets. Named in settings.ACCOUNT_ADAPTER."""

import smtplib
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Goes on when the mail server is away: what was changed is changed, and the person is told of the mail."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one mail; where it cannot be sent, say so on the next page, whoever has the address or nobody."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail.failed", template=template_prefix, error=str(error))
            if allauth_context.request is not None:
                told = _("An e-mail to you could not be sent just now. Try again in some minutes.")
                messages.error(allauth_context.request, told)
