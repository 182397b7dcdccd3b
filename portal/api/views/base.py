"""The base of the API's views: reads a request as its operation declares, and dresses every answer."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from ledger.posting import Idempotency
from portal.api.caller import Caller, caller_of
from portal.api.idempotency import HEADER, REPLAYED, idempotency_of, parse_key
from portal.api.operations import operation_of
from portal.api.requests.base import Query, query_data, reader
from portal.api.throttling import Allowance


class ApiView(APIView):
    """One address of the API. Its methods are declared with `portal.api.operations.operation`."""

    http_method_names = ["get", "post", "head"]
    allowance: Allowance | None = None

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return caller_of(self.request)

    @property
    def idempotency(self) -> Idempotency:
        """Under which key, and what: for operations declared as keyed."""
        return idempotency_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the body is read: check the caller, the key where tokens move, and that no query is astray."""
        super().initial(request, *args, **kwargs)
        declared = operation_of(self, request.method)
        if declared and declared.keyed:
            parse_key(request.headers.get(HEADER))
        if declared and declared.query is None and request.query_params:
            _read(Query, query_data(request.query_params, Query))

    def body(self) -> dict[str, Any]:
        """Return the values of the body, checked against the operation's shape."""
        declared = operation_of(self, self.request.method)
        assert declared is not None
        assert declared.body is not None
        return _read(declared.body, self.request.data)

    def query(self) -> dict[str, Any]:
        """Return the values of the query string, checked against the operation's shape."""
        declared = operation_of(self, self.request.method)
        assert declared is not None
        assert declared.query is not None
        return _read(declared.query, query_data(self.request.query_params, declared.query))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Add what every answer carries: what remains to the caller, and that nobody may keep a copy."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        if self.allowance:
            for name, value in self.allowance.headers().items():
                response.headers.setdefault(name, value)
        return response


def conditions(query: Mapping[str, Any], lookups: Mapping[str, str]) -> dict[str, Any]:
    """Return what a query asks for as conditions: `lookups` are the look-ups by the query's names."""
    return {lookup: query[name] for name, lookup in lookups.items() if name in query}


def answered(data: dict[str, Any], *, status: int = 200, replayed: bool = False) -> Response:
    """Return an answer; one that was given before says so."""
    return Response(data, status=status, headers={REPLAYED: "true"} if replayed else None)


def _read(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    values: dict[str, Any] = reader(shape).run_validation(data)
    return values
