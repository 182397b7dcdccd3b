"""Keeps what people ask Product Support and mails it. For the support pages; operators read it on theirs."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.models import Job, Membership
from portal import mail
from portal.models.support_requests import SupportRequest

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, on which contract, with what browser, and under which number."""

    user: User
    membership: Membership | None
    browser: str
    number: str


def send(sender: Sender, *, topic: str, told: dict[str, Any], job: Job | None, reference: str) -> SupportRequest:
    """Keep what the form told, mail it to Product Support, and to the sender if they want a copy.

    A mail that cannot be sent undoes nothing: operators have the request in their list, marked as not mailed.
    """
    kept = SupportRequest.objects.create(
        number=sender.number,
        user=sender.user,
        contract=sender.membership.contract if sender.membership else None,
        job=job,
        topic=topic,
        product=told["product"].name,
        subject=told["subject"],
        issue=told["issue"],
        about=reference,
        browser=sender.browser,
        sent_at=timezone.now(),
    )
    context = {**told, "job": job, "reference": reference, "number": sender.number, "user": sender.user}
    context |= {"membership": sender.membership, "browser": sender.browser}
    subject = f"{told['subject']} ({sender.number})"
    own = [sender.user.email]
    if mail.send("support_request", to=[settings.SUPPORT_EMAIL], subject=subject, context=context, reply_to=own):
        kept.mailed = True
        kept.save(update_fields=["mailed"])
    if told["copy"]:
        mail.send("support_request", to=own, subject=subject, context=context)
    return kept


def recent(user: User) -> list[SupportRequest]:
    """Return what the user asked lately, newest first."""
    return list(SupportRequest.objects.filter(user=user)[:SHOWN])
