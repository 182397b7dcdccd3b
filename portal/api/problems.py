"""Problem details (RFC 9457) and the API's own refusals: those that HTTP, and not the ledger, gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from django.http import HttpRequest, JsonResponse
from django.utils.encoding import escape_uri_path
from rest_framework.response import Response

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:counting-house:problem:"
RETRY_AFTER_S: Final = 1
REALM: Final = 'Bearer realm="api"'
Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as the API words it. `errors` are the fields at fault, `extra` the named facts of its code."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: Errors = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, path: str) -> dict[str, Any]:
        """Return the JSON of this problem, met at `path`."""
        return {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
            "instance": self._instance(path),
            "code": self.code,
            "errors": {name: list(messages) for name, messages in self.errors.items()},
            **self.extra,
        }

    def _instance(self, path: str) -> str:
        # What is not there and what the caller may not know of must look the same, to the byte: leave the id out.
        return "/".join(path.split("/")[:4]) if self.status == 404 else escape_uri_path(path)

    def response(self, path: str) -> Response:
        """Return the answer of a REST framework view."""
        return Response(self.body(path), status=self.status, headers=dict(self.headers), content_type=CONTENT_TYPE)

    def plain_response(self, request: HttpRequest) -> JsonResponse:
        """Return the answer where no REST framework view was reached."""
        return JsonResponse(
            self.body(request.path),
            status=self.status,
            headers=dict(self.headers),
            content_type=CONTENT_TYPE,
        )


class ApiRefusal(Exception):
    """A refusal that is HTTP's own. Subclasses give it a status and a stable code."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid"
    title: ClassVar[str] = "The request is not valid"

    def __init__(self, detail: str = "", *, name: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.name = name
        self.headers = headers or {}


class ContractRequired(ApiRefusal):
    code = "contract_required"
    title = "Say which contract you mean"


class UserRequired(ApiRefusal):
    code = "user_required"
    title = "A service client says for which user it acts"


class IdempotencyKeyRequired(ApiRefusal):
    code = "idempotency_key_required"
    title = "Send an Idempotency-Key: this request moves tokens"


class InvalidIdempotencyKey(ApiRefusal):
    code = "idempotency_key_invalid"
    title = "An Idempotency-Key has 1 to 255 visible ASCII characters, bare or as a quoted string"


class InsufficientScope(ApiRefusal):
    status = 403
    code = "insufficient_scope"
    title = "The token lacks the scope for this"


class CsrfFailed(ApiRefusal):
    status = 403
    code = "csrf_failed"
    title = "A browser session sends its CSRF token with every change"


class ReauthenticationRequired(ApiRefusal):
    status = 403
    code = "reauthentication_required"
    title = "Confirm that it is you: sign in again, then repeat this"


class BodyTooLarge(ApiRefusal):
    status = 413
    code = "body_too_large"
    title = "The body is larger than 1 MiB"


HTTP: Final[Mapping[int, tuple[str, str]]] = {
    400: ("malformed", "The request cannot be read"),
    401: ("not_authenticated", "Send an access token"),
    403: ("forbidden", "You may not do this"),
    404: ("not_found", "There is no such object"),
    405: ("method_not_allowed", "This method is not allowed here"),
    406: ("not_acceptable", "The API answers in JSON only"),
    415: ("unsupported_media_type", "The API reads JSON only"),
    429: ("throttled", "Too many requests"),
    500: ("internal_error", "Something went wrong on our side"),
    503: ("unavailable", "The service is not available just now; try again shortly"),
}
"""Code and title of the problems that plain HTTP statuses stand for."""


def http_problem(
    status: int,
    detail: str = "",
    *,
    code: str | None = None,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """Return the problem that a plain HTTP status stands for."""
    usual, title = HTTP[status]
    return Problem(
        status=status, code=code or usual, title=title, detail=detail, errors=errors or {}, headers=headers or {}
    )
