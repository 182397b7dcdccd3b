"""Mails that a page sends itself, because who waits for the page is told whether they went out.

All others are found and sent by portal.notifications. A mail that cannot be sent is logged and undoes nothing.
"""

import smtplib
from typing import Any

import structlog
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from ledger.models import Invitation

log = structlog.get_logger(__name__)


def send_invitation(request: HttpRequest, invitation: Invitation) -> bool:
    """Send an invitation with the address of the page that accepts it; False if it could not be sent."""
    address = request.build_absolute_uri(reverse("portal:benefits"))
    context = {"invitation": invitation, "address": address}
    return send("invitation", to=[invitation.email], subject="You are invited to a contract", context=context)


def send(
    template: str, *, to: list[str], subject: str, context: dict[str, Any], reply_to: list[str] | None = None
) -> bool:
    """Send templates/portal/email/<template>.txt; False if it could not be sent."""
    body = render_to_string(f"portal/email/{template}.txt", context)
    mail = EmailMessage(subject=f"[Counting House] {subject}", body=body, to=to, reply_to=reply_to)
    try:
        return bool(mail.send())
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_not_sent", template=template, error=str(error))
        return False
