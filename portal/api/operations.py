"""What an operation of the API declares about itself; the gate, the reading of requests and OpenAPI all use it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import BaseSerializer, Serializer

from portal.api.answers.problems import ProblemAnswer

ATTRIBUTE: Final = "operation"
_Method = TypeVar("_Method", bound=Callable[..., Any])
Shape = type[BaseSerializer[Any]] | BaseSerializer[Any]

ALWAYS: Final = (400, 401, 403, 406, 429, 503)
WITH_BODY: Final = (413, 415)
KEYED: Final = (409, 422)
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Your name for this request. Sent again with the same body it gets the first answer again.",
)
REPLAYED: Final = OpenApiParameter(
    "Idempotent-Replayed",
    bool,
    OpenApiParameter.HEADER,
    description="`true` when this answer was given before.",
    response=[200, 201, 402, 403, 409],
)
CHALLENGE: Final = OpenApiParameter("WWW-Authenticate", str, OpenApiParameter.HEADER, required=True, response=[401])
RETRY_AFTER: Final = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    required=True,
    description="Seconds to wait before the same request may succeed.",
    response=[429, 503],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one address: the scopes of which one is needed, and the shapes it reads."""

    scopes: tuple[str, ...]
    body: type[Serializer[Any]] | None = None
    query: type[Serializer[Any]] | None = None
    keyed: bool = False


def operation(
    *,
    summary: str,
    scopes: Iterable[str],
    answers: Mapping[int, Shape] | Mapping[Any, Any],
    body: type[Serializer[Any]] | None = None,
    query: type[Serializer[Any]] | None = None,
    keyed: bool = False,
    refusals: Iterable[int] = (),
    parameters: Iterable[OpenApiParameter] = (),
) -> Callable[[_Method], _Method]:
    """Declare a view's method: what opens it, what it reads, what it answers, how it may refuse.

    Answers of other media types than JSON are named by status and media type; `parameters` are further headers.

    An empty `scopes` needs a signed-in caller and no scope. `keyed` operations move tokens and need an
    Idempotency-Key.
    """
    declared = Operation(scopes=tuple(str(scope) for scope in scopes), body=body, query=query, keyed=keyed)

    def declare(method: _Method) -> _Method:
        documented: _Method = extend_schema(
            summary=summary,
            description=_description(declared),
            request=body,
            parameters=[
                *([query] if query else []),
                *([IDEMPOTENCY_KEY, REPLAYED] if keyed else []),
                CHALLENGE,
                RETRY_AFTER,
                *parameters,
            ],
            responses={**answers, **_refusals(declared, refusals)},
        )(method)
        setattr(documented, ATTRIBUTE, declared)
        return documented

    return declare


def operation_of(view: Any, method: str | None) -> Operation | None:
    """Return what the view declares for an HTTP method, if it has it."""
    name = "get" if method == "HEAD" else (method or "").lower()
    found = getattr(getattr(view, name, None), ATTRIBUTE, None) if name in view.http_method_names else None
    return found if isinstance(found, Operation) else None


def _description(declared: Operation) -> str:
    if not declared.scopes:
        return "Open to every signed-in caller."
    return f"Needs the scope {' or '.join(f'`{scope}`' for scope in declared.scopes)}."


def _refusals(declared: Operation, further: Iterable[int]) -> dict[tuple[int, str], OpenApiResponse]:
    statuses = {*ALWAYS, *further}
    if declared.body:
        statuses |= {*WITH_BODY}
    if declared.keyed:
        statuses |= {*KEYED}
    problem = OpenApiResponse(ProblemAnswer, description="Refused: see `code`.")
    return {(status, "application/problem+json"): problem for status in sorted(statuses)}
