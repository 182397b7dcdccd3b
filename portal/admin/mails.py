"""What the site makes and sends, to be read: exports, their schedules, and mails with how sending them went."""

from django.contrib import admin

from portal.admin.base import ContractReadAdmin, ReadAdmin
from portal.models import Export, ExportSchedule, Notice


@admin.register(Export)
class ExportAdmin(ContractReadAdmin):
    fields = (
        *("contract", "user", "caller", "dataset", "format", "filters", "state", "done", "total", "size_bytes"),
        *("asked_at", "started_at", "beat_at", "ended_at"),
    )
    list_display = ("asked_at", "contract", "user", "dataset", "format", "state", "done", "total")
    list_filter = ("state", "dataset", "format")
    list_select_related = ("contract", "user")
    search_fields = ("=id", "contract__number", "user__email")
    ordering = ("-asked_at",)


@admin.register(ExportSchedule)
class ExportScheduleAdmin(ContractReadAdmin):
    list_display = ("created_at", "contract", "user", "dataset", "format", "rhythm", "due_at", "stopped_at")
    list_filter = ("rhythm", "dataset", ("stopped_at", admin.EmptyFieldListFilter))
    list_select_related = ("contract", "user")
    search_fields = ("=id", "contract__number", "user__email")


@admin.register(Notice)
class NoticeAdmin(ReadAdmin):
    """Not its text: that is between the site and the reader."""

    fields = ("kind", "user", "state", "created_at", "next_at", "sent_at", "attempts", "error")
    list_display = ("created_at", "kind", "user", "state", "attempts", "next_at", "sent_at", "error")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("user__email", "error")
