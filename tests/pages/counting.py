"""Counts the SQL statements of each answer. For tests.pages.settings only."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from django.db import connections
from django.http import HttpRequest, HttpResponse

HEADER: Final = "X-Statements"


class StatementsMiddleware:
    """Says in a header how many statements an answer took, with those of all middleware below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = 0

        def counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            return execute(sql, params, many, context)

        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(counted))
            response = self.get_response(request)
        response.headers[HEADER] = str(count)
        return response
