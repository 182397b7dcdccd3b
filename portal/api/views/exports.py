"""Usage as files, and the operations that make large ones."""

from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.errors import NotFound
from portal import export_files
from portal.api import access
from portal.api.answers.operations import OperationAnswer, path_of
from portal.api.answers.operations import operation as shown
from portal.api.caller import Caller
from portal.api.operations import operation
from portal.api.renderers import JSONRenderer
from portal.api.requests.others import UsageExportQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView
from portal.api.views.usage import scope_of
from portal.exports import asking, queue, sending, work
from portal.models.exports import Export, ExportFormat, ExportState
from reporting.exports.about import filters_of
from reporting.exports.question import Question

XLSX: Final = export_files.TYPES[ExportFormat.XLSX]
JSON: Final = "application/json"
LOCATION: Final = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="The operation that makes the file."
)
FILES: Final[dict[Any, Any]] = {(200, "text/csv"): OpenApiTypes.STR, (200, XLSX): OpenApiTypes.BINARY}
NO_SUCH: Final = "There is no such operation."


class _Csv(JSONRenderer):
    """Lets callers accept CSV. Files are sent past the renderers; what is left to them is JSON."""

    media_type = "text/csv"


class _Xlsx(JSONRenderer):
    """Lets callers accept Excel."""

    media_type = XLSX


class _Files(ApiView):
    """An address that answers with a file."""

    renderer_classes = [JSONRenderer, _Csv, _Xlsx]


class UsageExport(_Files):
    """`/usage/export`."""

    @operation(
        summary="Get usage as a file: added up, line by line, or as FOCUS 1.2",
        scopes=(Scope.REPORTS_READ, Scope.TOKENS_READ),
        query=UsageExportQuery,
        answers={**FILES, (202, JSON): OperationAnswer},
        parameters=[LOCATION],
        refusals=(404,),
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Send the file at once, or answer 202 with the operation that makes it.

        Without `group_by` each charge and refund is a line. The same question asked again while its file is being
        made is the same operation.
        """
        query = self.query()
        question, format_ = _question(self.caller, query), query["format"]
        dataset = "usage" if question.group_by else "charges"
        if format_ == ExportFormat.FOCUS:
            dataset = "focus"
        if sending.is_small(dataset, format_, question):
            return sending.response(_ask(self.caller, dataset, format_, question, at_once=True))
        export = _unfinished(self.caller, dataset, format_, question)
        if export is None:
            export = _ask(self.caller, dataset, format_, question, at_once=False)
            queue.put(export)
        return _answer(request, export, status=202)


class OneOperation(ApiView):
    """`/operations/{id}`."""

    @operation(
        summary="Look how far an operation is",
        scopes=(Scope.REPORTS_READ, Scope.TOKENS_READ),
        answers={200: OperationAnswer},
        refusals=(404,),
    )
    def get(self, request: Request, operation_id: UUID) -> Response:
        """Only who began an operation sees it."""
        return _answer(request, _own(self.caller, operation_id), status=200)


class OperationFile(_Files):
    """`/operations/{id}/file`."""

    @operation(
        summary="Download what an operation made",
        scopes=(Scope.REPORTS_READ, Scope.TOKENS_READ),
        answers=FILES,
        refusals=(404,),
    )
    def get(self, request: Request, operation_id: UUID) -> HttpResponseBase:
        """Only who began it gets it, while their role allows it and the file is kept."""
        export = _own(self.caller, operation_id)
        path = export_files.path_of(export.id)
        if export.state != ExportState.READY or export.format == ExportFormat.PDF or not path.exists():
            raise NotFound(NO_SUCH)
        response = FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=export_files.file_name(export),
            content_type=export_files.TYPES[export.format],
        )
        response.headers[sending.VERSION_HEADER] = sending.version(export)
        return response


def _question(caller: Caller, query: dict[str, Any]) -> Question:
    contract_id = access.contract_of(caller, query.get("contract"))
    scope = scope_of(caller, {**query, "contract": contract_id})
    return Question(
        contract_id=contract_id,
        user_id=scope.user_id,
        as_of=timezone.now(),
        from_at=query.get("from"),
        to_at=query.get("to"),
        service=scope.service,
        project=scope.project,
        pool_id=scope.pool_id,
        group_by=tuple(query["group_by"]),
        sort="name",
        viewer_id=caller.user_id,
        sees_everyone=scope.user_id is None,
    )


def _ask(caller: Caller, dataset: str, format_: str, question: Question, *, at_once: bool) -> Export:
    """Note the export. Whose usage may be counted was decided with the question, by the API's own rules."""
    return asking.note(
        caller=caller.key,
        user_id=caller.user_id,
        dataset=dataset,
        format_=format_,
        question=question,
        filters=filters_of(question),
        at_once=at_once,
    )


def _unfinished(caller: Caller, dataset: str, format_: str, question: Question) -> Export | None:
    """Return the operation that makes this file already.

    Raises:
        InvalidRequest: the caller has as many others under way as one may have.
    """
    own = list(asking.unfinished_of(caller.key))
    wanted = {**question.as_json(), "as_of": ""}
    for export in own:
        if (export.dataset, export.format) == (dataset, format_) and {**export.question, "as_of": ""} == wanted:
            return export
    asking.require_room(len(own))
    return None


def _own(caller: Caller, operation_id: UUID) -> Export:
    """Return an operation of the caller, who may still have what it makes.

    Raises:
        NotFound: there is none for this caller.
    """
    mine = Export.objects.filter(id=operation_id, caller=caller.key, contract_id__in=caller.contract_ids)
    export = mine.select_related("contract", "user").first()
    if export is None or not work.allowed(export):
        raise NotFound(NO_SUCH)
    if caller.client_id and not caller.allows(Scope.REPORTS_READ):
        raise NotFound(NO_SUCH)
    return export


def _answer(request: Request, export: Export, *, status: int) -> Response:
    site = request.build_absolute_uri("/").rstrip("/")
    headers = {"Location": path_of(export)} if status == 202 else None
    return Response(shown(export, site=site), status=status, headers=headers, content_type=JSON)
