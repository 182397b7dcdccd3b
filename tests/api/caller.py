"""A caller of the API who checks every answer against the OpenAPI document."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from portal.api.openapi import openapi_document as document

__all__ = ["Api", "check_documented", "document", "ok", "operation", "problem", "statements_for"]

BASE = "/api/v1"
PROBLEM = "application/problem+json"
_numbers = count(1)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    # The fixed addresses first: /jobs/batch also looks like /jobs/{job_id}.
    paths = sorted(document()["paths"], key=lambda path: "{" in path)
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says about one method at one address."""
    template = next((template for pattern, template in _patterns() if pattern.fullmatch(path)), None)
    return document()["paths"][template].get(method.lower()) if template else None


def check_documented(method: str, path: str, response: HttpResponse) -> None:
    """Assert that the document knows this answer: its status, its media type, its shape."""
    found = operation(method, path)
    if found is None:
        return
    status = str(response.status_code)
    assert status in found["responses"], f"{method} {path} answered {status}, which is not documented"
    media_type = response["Content-Type"].split(";")[0]
    content = found["responses"][status]["content"]
    assert media_type in content, f"{method} {path} answered {media_type}, which is not documented"
    if not media_type.endswith("json"):
        return
    schema = {**content[media_type]["schema"], "components": document()["components"]}
    Draft202012Validator(schema).validate(json.loads(response.content))


def statements_for(counted: CaptureQueriesContext) -> int:
    """How many statements the answer took: but for those of a caller's allowance, which only some requests make."""
    return sum("portal_counter" not in query["sql"] for query in counted.captured_queries)


@dataclass
class Api:
    """Calls the API with one token; `Api()` calls it with none."""

    token: str | None = None
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> HttpResponse:
        """GET an address below /api/v1, or a full one."""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> HttpResponse:
        """POST a body; with a fresh Idempotency-Key, unless `key` names one or is None."""
        if key is not None:
            headers["Idempotency-Key"] = key or f"key-{next(_numbers)}"
        return self.call("POST", path, content=json.dumps({} if body is None else body), headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        content: str | bytes = b"",
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Make any call."""
        address = path if path.startswith(("/api", "http")) else BASE + path
        sent = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
        response = self.client.generic(
            method,
            address.removeprefix("http://testserver"),
            content,
            content_type=content_type,
            headers=sent,
            query_params=query or None,
        )
        check_documented(method, address.removeprefix("http://testserver").split("?")[0], response)
        return response


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Assert that the answer is this problem, and return it."""
    body: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, body.get("code")) == (status, code), body
    assert response["Content-Type"] == PROBLEM
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code", "errors"}
    assert body["status"] == status
    return body


def ok(response: HttpResponse, status: int = 200) -> dict[str, Any]:
    """Assert that the answer has this status, and return it."""
    body: dict[str, Any] = json.loads(response.content)
    assert response.status_code == status, body
    return body
