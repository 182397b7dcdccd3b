"""The site's own e-mails. A mail that cannot be sent is logged and never undoes what it tells of."""

import smtplib
from typing import Any

import structlog
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from ledger.models import Benefit, Invitation
from ledger.rights import administrators_of

log = structlog.get_logger(__name__)


def send_invitation(request: HttpRequest, invitation: Invitation) -> bool:
    """Send an invitation with the address of the page that accepts it; False if it could not be sent."""
    address = request.build_absolute_uri(reverse("portal:benefits"))
    context = {"invitation": invitation, "address": address}
    return send("invitation", to=[invitation.email], subject="You are invited to a contract", context=context)


def send_enabling_requested(request: HttpRequest, benefit: Benefit) -> bool:
    """Tell the contract's administrators and coordinators that somebody waits for them."""
    address = request.build_absolute_uri(reverse("portal:enablings"))
    to = [buyer["email"] for buyer in administrators_of(benefit.contract)]
    context = {"benefit": benefit, "address": address}
    return send("enabling_requested", to=to, subject="Somebody waits for their subscription benefits", context=context)


def send_enabling_decided(request: HttpRequest, benefit: Benefit) -> bool:
    """Tell the user how their request was decided."""
    address = request.build_absolute_uri(reverse("portal:benefits"))
    context = {"benefit": benefit, "address": address}
    return send("enabling_decided", to=[benefit.user.email], subject="Your subscription benefits", context=context)


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
