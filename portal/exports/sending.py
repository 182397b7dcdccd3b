"""Exports that are sent at once: CSV as it is read, the others from a file that is deleted as soon as it is open."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from ledger.ids import new_id
from portal import export_files
from portal.exports import access, making
from portal.models.exports import Export, ExportFormat
from reporting.exports.question import Question

VERSION_HEADER: Final = "Export-Columns"
EXCEL_IS_SLOWER: Final = 4
_STREAMED: Final = (ExportFormat.CSV, ExportFormat.FOCUS)


def is_small(dataset: str, format_: str, question: Question) -> bool:
    """Return whether an export is short enough to be sent while somebody waits.

    Raises:
        InvalidRequest: there is no such export.
    """
    table = access.dataset_of(dataset, format_)
    limit = settings.EXPORT_ROWS_AT_ONCE
    if format_ == ExportFormat.XLSX:
        limit //= EXCEL_IS_SLOWER
    return table is None or table.count(question, limit + 1) <= limit


def response(export: Export) -> HttpResponseBase:
    """Return the answer that is the export."""
    answer: HttpResponseBase
    if export.format in _STREAMED:
        answer = StreamingHttpResponse(_streamed(export), content_type=export_files.TYPES[export.format])
        name = content_disposition_header(as_attachment=True, filename=export_files.file_name(export))
        answer.headers["Content-Disposition"] = name or "attachment"
    else:
        answer = _from_file(export)
    answer.headers[VERSION_HEADER] = version(export)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def version(export: Export) -> str:
    """Return data and version of the columns, as the header of a download says it."""
    return f"{export.dataset}/{export_files.columns_version(export)}"


def _streamed(export: Export) -> Iterator[bytes]:
    def note(rows: int, size: int) -> None:
        Export.objects.filter(id=export.id).update(done=rows, total=rows, size_bytes=size)

    return making.pieces(export, done=note)


def _from_file(export: Export) -> FileResponse:
    part = export_files.part_of(export.id, new_id())
    try:
        rows = making.make_file(export, part, tell=lambda _rows: None)
        size = part.stat().st_size
        file = part.open("rb")
    finally:
        part.unlink(missing_ok=True)
    Export.objects.filter(id=export.id).update(done=rows, total=rows, size_bytes=size)
    return FileResponse(
        file,
        as_attachment=True,
        filename=export_files.file_name(export),
        content_type=export_files.TYPES[export.format],
    )
