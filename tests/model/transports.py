"""Two ways to the site: through the whole Django stack in this process, or over HTTP to a real server."""

import json
from http.client import HTTPConnection
from typing import Protocol
from urllib.parse import urlencode

from django.test import Client

from tests.model.asks import Answer, Ask
from tests.model.clocks import Clocks


class Transport(Protocol):
    """Sends a request with its caller's token."""

    def send(self, ask: Ask, token: str) -> Answer: ...


class InProcess:
    """Django's test client: every middleware, view and statement, without sockets."""

    def __init__(self) -> None:
        self._client = Client()

    def send(self, ask: Ask, token: str) -> Answer:
        response = self._client.generic(
            ask.method,
            ask.path,
            _content(ask),
            content_type="application/json",
            headers=_headers(ask, token),
            query_params=ask.query or None,
        )
        return Answer(response.status_code, response.content, response.get("Idempotent-Replayed") == "true")


class OverHttp:
    """A server of its own; the connection is kept alive, and each request says what the clocks show."""

    def __init__(self, port: int, clocks: Clocks) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._clocks = clocks

    def send(self, ask: Ask, token: str) -> Answer:
        path = f"{ask.path}?{urlencode(ask.query)}" if ask.query else ask.path
        headers = {**_headers(ask, token), **self._clocks.header(), "Content-Type": "application/json"}
        self._connection.request(ask.method, path, _content(ask), headers)
        response = self._connection.getresponse()
        return Answer(response.status, response.read(), response.headers.get("Idempotent-Replayed") == "true")


def _content(ask: Ask) -> str:
    return "" if ask.body is None else json.dumps(ask.body)


def _headers(ask: Ask, token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **({"Idempotency-Key": ask.key} if ask.key else {})}
