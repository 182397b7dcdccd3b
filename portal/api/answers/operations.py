"""Work that takes longer than an answer may, as answers show it."""

from typing import Any, Final

from rest_framework import serializers

from portal.models.exports import Export, ExportState

_STATUS: Final = {
    ExportState.QUEUED: "queued",
    ExportState.RUNNING: "running",
    ExportState.READY: "succeeded",
    ExportState.SENT: "succeeded",
}


class OperationAnswer(serializers.Serializer[Any]):
    """How far it is, and where its result is once it succeeded."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["queued", "running", "succeeded", "failed"])
    progress = serializers.IntegerField(min_value=0, max_value=100, help_text="Per cent.")
    result = serializers.URLField(allow_null=True, help_text="The file, until it is deleted.")
    detail = serializers.CharField(help_text="Why it failed; empty otherwise.")


def path_of(export: Export) -> str:
    """Return the address of an operation."""
    return f"/api/v1/operations/{export.id}"


def operation(export: Export, *, site: str) -> dict[str, Any]:
    """Return an export's JSON as an operation; `site` is the address that the caller knows us by."""
    return {
        "id": str(export.id),
        "status": _STATUS.get(ExportState(export.state), "failed"),
        "progress": export.percent,
        "result": f"{site}{path_of(export)}/file" if export.state == ExportState.READY else None,
        "detail": export.error or (export.get_state_display() if export.state not in _STATUS else ""),
    }
