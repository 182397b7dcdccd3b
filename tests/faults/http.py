"""Single calls of the API, for tests that ask and look."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.faults.stages import Stage


def call(stage: Stage, path: str, body: Any = None, *, key: str = "", port: int = 0) -> tuple[int, dict[str, Any]]:
    """GET, or POST a body with a key; return status and content, with the headers as `headers`."""
    headers = {"Authorization": f"Bearer {stage.facts['token']}", "Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"http://127.0.0.1:{port or stage.client_port}/api/v1{path}", data, headers)
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, {**json.loads(answer.read()), "headers": answer.headers}
    except HTTPError as error:
        return error.code, {**json.loads(error.read()), "headers": error.headers}


def start(stage: Stage, key: str, *, contract: int = 0, port: int = 0, **more: Any) -> tuple[int, dict[str, Any]]:
    """Start a job of one token under this key."""
    facts = stage.facts
    order = {"service": facts["service"], "user": facts["user"], "contract": facts["contracts"][contract]}
    return call(stage, "/jobs", {**order, "external_id": key, **more}, key=key, port=port)
