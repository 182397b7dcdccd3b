"""Mails that a page sends itself, because who waits for the page is told whether they went out.

All others are found and sent by portal.notifications. A mail that cannot be sent is logged and undoes nothing.
"""

import smtplib
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from ledger.models import Invitation
from portal.languages import spoken
from portal.models.preferences import reader_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

log = structlog.get_logger(__name__)


def send_invitation(invitation: Invitation, *, address: str) -> bool:
    """Send an invitation with the address of the page that accepts it; False if it could not be sent."""
    context = {"invitation": invitation, "address": address}
    return send(
        "invitation",
        to=[invitation.email],
        subject=_("You are invited to a contract"),
        context=context,
        language=_language_of(invitation.email),
    )


def send(
    template: str,
    *,
    to: list[str],
    subject: "str | StrPromise",
    context: dict[str, Any],
    language: str = settings.LANGUAGE_CODE,
    reply_to: list[str] | None = None,
) -> bool:
    """Send templates/portal/email/<template>.txt in a language, the site's own at first; False if it could not be."""
    with spoken(language):
        body = render_to_string(f"portal/email/{template}.txt", context)
        title = f"[Counting House] {subject}"
    mail = EmailMessage(subject=title, body=body, to=to, reply_to=reply_to)
    try:
        return bool(mail.send())
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail.failed", template=template, error=str(error))
        return False


def _language_of(address: str) -> str:
    """Return what somebody reads who may have an account already; empty, for who invites, without one."""
    known = User.objects.filter(email__iexact=address).first()
    return reader_of(known.pk).language if known else ""
