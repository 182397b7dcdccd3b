"""The outbox: mails are written under a key and sent later, once, by the worker.

A mail is marked as handed over before it is. If the worker dies in between, it is not sent again: twice is worse here.
"""

import smtplib
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from ledger.progress import SILENT, Progress
from portal import export_files
from portal.languages import spoken
from portal.models.exports import Export, ExportState
from portal.models.notices import Notice, NoticeKind, NoticeState
from portal.models.preferences import Reader, readers_of
from portal.notifications import links
from portal.notifications.choices import who_want

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST_ATTEMPTS: Final = 6
FIRST_WAIT: Final = timedelta(minutes=1)
BATCH: Final = 100
LARGEST_ATTACHMENT: Final = 1_000_000

log = structlog.get_logger(__name__)


def tell(
    users: Collection[User],
    kind: NoticeKind,
    *,
    about: object,
    subject: "str | StrPromise",
    context: dict[str, Any],
    template: str = "",
    stop_path: str = "",
    attachment: Export | None = None,
) -> int:
    """Write a mail to each of `users` who wants this kind and was not told of `about` yet; return how many.

    It is sent when the surrounding transaction, if any, is committed. Language and times are each reader's; a lazy
    subject is in their language too.
    """
    readers = who_want(kind, users) if not stop_path else [user for user in users if user.email and user.is_active]
    keys = {f"{kind}:{about}:{user.pk}": user for user in readers}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    new = {key: user for key, user in keys.items() if key not in told}
    readers_by_id = readers_of([user.pk for user in new.values()])
    rows = []
    for key, user in new.items():
        stop = stop_path or links.stop_path(kind, user.pk)
        reader = readers_by_id.get(user.pk, Reader())
        with timezone.override(ZoneInfo(reader.time_zone)), spoken(reader.language or settings.LANGUAGE_CODE):
            # One line, whatever a contract is called: it becomes a header.
            title = " ".join(str(subject).split())[:200]
            body = render_to_string(
                f"portal/email/{template or kind}.txt", {**context, "user": user, "stop": links.absolute(stop)}
            )
        rows.append(
            Notice(
                key=key,
                kind=kind,
                user=user,
                subject=title,
                body=body.strip() + "\n",
                stop_path=stop,
                attachment=attachment,
                next_at=timezone.now(),
            )
        )
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def deliver(*, progress: Progress = SILENT) -> int:
    """Send what is due and return how many mails that were."""
    due = Notice.objects.filter(state=NoticeState.PENDING, next_at__lte=timezone.now()).order_by("next_at")
    ids = list(due.values_list("id", flat=True)[:BATCH])
    sent = 0
    for notice_id in ids:
        if progress.is_stopped():
            break
        mine = Notice.objects.filter(id=notice_id, state=NoticeState.PENDING)
        if mine.update(state=NoticeState.SENDING):
            sent += _send(Notice.objects.select_related("user", "attachment__contract").get(id=notice_id))
        progress.advance()
    return sent


def _send(notice: Notice) -> bool:
    mail = EmailMessage(
        subject=f"[Counting House] {notice.subject}",
        body=notice.body,
        to=[notice.user.email],
        headers={"List-Unsubscribe": f"<{links.absolute(notice.stop_path)}>", "Auto-Submitted": "auto-generated"},
    )
    _attach(mail, notice.attachment)
    this = Notice.objects.filter(id=notice.id)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        _try_later(notice, str(error))
        return False
    this.update(state=NoticeState.SENT, sent_at=timezone.now(), attempts=notice.attempts + 1)
    return True


def _attach(mail: EmailMessage, export: Export | None) -> None:
    if export is None or export.state != ExportState.READY or (export.size_bytes or 0) > LARGEST_ATTACHMENT:
        return
    path = export_files.path_of(export.id)
    if path.exists():
        type_ = export_files.TYPES[export.format].split(";")[0]
        mail.attach(export_files.file_name(export), path.read_bytes(), type_)


def _try_later(notice: Notice, error: str) -> None:
    attempts = notice.attempts + 1
    given_up = attempts >= MOST_ATTEMPTS
    log.warning("mail.failed", key=notice.key, error=error, given_up=given_up)
    Notice.objects.filter(id=notice.id).update(
        state=NoticeState.FAILED if given_up else NoticeState.PENDING,
        attempts=attempts,
        next_at=timezone.now() + FIRST_WAIT * 4**notice.attempts,
        error=error[:300],
    )
