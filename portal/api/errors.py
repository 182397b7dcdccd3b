"""Turns every exception under /api/ into a problem: the one place where a refusal becomes an HTTP status."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from ledger import errors as ledger
from portal.api.problems import REALM, RETRY_AFTER_S, ApiRefusal, Problem, http_problem

STATUS: Final[Mapping[type[ledger.LedgerError], int]] = {
    ledger.LedgerError: 409,
    ledger.InvalidRequest: 400,
    ledger.InvalidActivationCode: 400,
    ledger.InsufficientTokens: 402,
    ledger.Forbidden: 403,
    ledger.NotFound: 404,
    ledger.NoSuchSubscription: 404,
    ledger.Conflict: 409,
    ledger.IdempotencyKeyReused: 422,
    ledger.LedgerBusy: 503,
}
"""The table. A refusal without a row has the status of the nearest class above it."""


def status_of(kind: type[ledger.LedgerError]) -> int:
    """Return the HTTP status of a kind of refusal."""
    return next(STATUS[parent] for parent in kind.__mro__ if parent in STATUS)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with the problem that `error` stands for; None lets an unforeseen error become a 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    return problem.response(context["request"].path)


def problem_of(error: Exception) -> Problem | None:
    """Return the problem that `error` stands for, or None if nobody foresaw it."""
    return next((make(error) for kinds, make in _MAKERS if isinstance(error, kinds)), None)


def _of_the_ledger(error: ledger.LedgerError) -> Problem:
    status = status_of(type(error))
    headers = {"Idempotent-Replayed": "true"} if error.replayed else {}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Problem(
        status=status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors={error.field: [error.detail]} if error.field else {},
        extra=error.extra,
        headers=headers,
    )


def _of_the_api(error: ApiRefusal) -> Problem:
    return Problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors={error.name: [error.detail]} if error.name else {},
        headers=error.headers,
    )


def _of_the_framework(error: exceptions.APIException) -> Problem | None:
    if isinstance(error, exceptions.ValidationError):
        errors = dict(_flat("", error.detail))
        return http_problem(400, "Some values are not valid; see errors.", code="invalid", errors=errors)
    if isinstance(error, exceptions.AuthenticationFailed):
        headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        return http_problem(401, str(error.detail), code="invalid_token", headers=headers)
    if isinstance(error, exceptions.NotAuthenticated):
        return http_problem(401, headers={"WWW-Authenticate": REALM})
    if isinstance(error, exceptions.Throttled):
        wait_s = max(1, math.ceil(getattr(error, "wait", None) or 1))
        return http_problem(429, headers={"Retry-After": str(wait_s)})
    return http_problem(error.status_code, str(error.detail)) if error.status_code < 500 else None


def _of_the_database(_error: Exception) -> Problem:
    return http_problem(503, headers={"Retry-After": str(RETRY_AFTER_S)})


def _flat(path: str, detail: Any) -> Iterator[tuple[str, list[str]]]:
    """Name each field at fault by its path: `items.3.quantity`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(".".join(part for part in (path, here) if part), inner)
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for position, inner in enumerate(detail):
            yield from _flat(f"{path}.{position}" if path else str(position), inner)
    elif detail:
        yield path or "body", [str(message) for message in (detail if isinstance(detail, list) else [detail])]


_MAKERS: Final[tuple[tuple[type[Exception], Callable[[Any], Problem | None]], ...]] = (
    (ledger.LedgerError, _of_the_ledger),
    (ApiRefusal, _of_the_api),
    (exceptions.APIException, _of_the_framework),
    (Http404, lambda _: http_problem(404)),
    (PermissionDenied, lambda _: http_problem(403)),
    (OperationalError, _of_the_database),
    (InterfaceError, _of_the_database),
)
