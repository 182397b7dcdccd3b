"""Tells people that their export is ready: called by portal.exports in the transaction that makes it so."""

from portal.models.exports import Export
from portal.models.notices import NoticeKind
from portal.notifications import links, outbox


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
        subject=f"Your {scheduled.get_rhythm_display().split(',')[0].lower()} export"
        if scheduled
        else "Your export is ready",
        context=context,
        template="export_scheduled" if scheduled else "",
        stop_path=links.stop_path("schedule", scheduled.id) if scheduled else "",
        attachment=export if context["attached"] else None,
    )
