"""Tells people that their export is ready: called by portal.exports in the transaction that makes it so."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.models.exports import Export, Rhythm
from portal.models.notices import NoticeKind
from portal.notifications import links, outbox

SCHEDULED: Final = {Rhythm.WEEKLY: _("Your weekly export"), Rhythm.MONTHLY: _("Your monthly export")}


def tell_ready(export: Export) -> None:
    """Tell who asked; a schedule's mail carries the file where it is small."""
    if export.user is None:
        return
    scheduled = export.schedule
    context = {
        "export": export,
        "address": links.page("export", export_id=export.id),
        "attached": scheduled is not None and (export.size_bytes or 0) <= outbox.LARGEST_ATTACHMENT,
    }
    outbox.tell(
        [export.user],
        NoticeKind.EXPORT_READY,
        about=export.id,
        subject=SCHEDULED[Rhythm(scheduled.rhythm)] if scheduled else _("Your export is ready"),
        context=context,
        template="export_scheduled" if scheduled else "",
        stop_path=links.stop_path("schedule", scheduled.id) if scheduled else "",
        attachment=export if context["attached"] else None,
    )
