"""Sends invitations: the first few while who invites waits, all others, and those that failed, by the worker."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.utils import timezone

from ledger.models import Invitation
from ledger.progress import SILENT, Progress
from portal import mail
from portal.notifications import links

AT_ONCE: Final = 5
"""So many mails a page sends itself; a list is left to the worker, because each mail takes its time."""
BATCH: Final = 100
WAIT: Final = timedelta(seconds=30)
"""The worker leaves newer ones to the page that is sending them."""


def send_now(invitations: Iterable[Invitation], *, address: str) -> int:
    """Send these, with the address of the page that accepts them, and return how many went out."""
    return sum(_send(invitation, address) for invitation in invitations)


def send_waiting(*, progress: Progress = SILENT) -> int:
    """Send invitations that have not gone out yet and still hold; return how many that were. For the worker."""
    now = timezone.now()
    waiting = Invitation.objects.filter(mailed_at=None, accepted_at=None, expires_at__gt=now, sent_at__lt=now - WAIT)
    sent = 0
    for invitation in waiting.select_related("contract", "invited_by").order_by("sent_at")[:BATCH]:
        if progress.is_stopped():
            break
        sent += _send(invitation, links.page("benefits"))
        progress.advance()
    return sent


def _send(invitation: Invitation, address: str) -> bool:
    """Send one, marked as sent before it is: two who send at once must not send twice. One that fails waits again."""
    mine = Invitation.objects.filter(id=invitation.id, sent_at=invitation.sent_at, accepted_at=None)
    invitation.mailed_at = timezone.now()
    if not mine.filter(mailed_at=None).update(mailed_at=invitation.mailed_at):
        return False
    if mail.send_invitation(invitation, address=address):
        return True
    mine.update(mailed_at=None)
    invitation.mailed_at = None
    return False
