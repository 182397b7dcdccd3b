"""Where exported files lie. Only ids make paths, so nothing that a user wrote is ever part of one."""

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.text import slugify

from portal.models.exports import Export, ExportFormat
from reporting.exports.datasets import DATASETS
from reporting.exports.statement import VERSION as STATEMENT_VERSION

TYPES: Final[dict[str, str]] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.FOCUS: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PDF: "application/pdf",
}
_ENDINGS: Final[dict[str, str]] = {ExportFormat.FOCUS: "csv"}


def folder() -> Path:
    """Return the directory of the files, made if need be and closed to other accounts."""
    path: Path = settings.EXPORT_DIR
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(export_id: UUID) -> Path:
    """Return where the finished file of an export is."""
    return folder() / f"{export_id}.file"


def part_of(export_id: UUID, run: UUID) -> Path:
    """Return where one run writes; the finished file gets its name in one step."""
    return folder() / f"{export_id}.{run}.part"


def file_name(export: Export) -> str:
    """Return the name that a download gets: data, version of its columns, contract, time."""
    ending = _ENDINGS.get(export.format, export.format)
    words = [
        export.dataset,
        f"v{columns_version(export)}",
        slugify(export.contract.number),
        f"{export.asked_at:%Y%m%dT%H%M%SZ}",
    ]
    return f"{'-'.join(words)}.{ending}"


def columns_version(export: Export) -> int:
    """Return the version of the columns, or of the statement, that an export has."""
    table = DATASETS.get(export.dataset)
    return table.version if table else STATEMENT_VERSION


def remove_parts(export_id: UUID) -> None:
    """Delete what runs of an export left behind."""
    for path in folder().glob(f"{export_id}.*.part"):
        path.unlink(missing_ok=True)
