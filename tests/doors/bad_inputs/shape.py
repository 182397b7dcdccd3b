"""One bad input and what answers it."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Bad:
    """What is sent, by whom, and the one status (and, from the API, the code) that answers it.

    `{name}` in an address stands for an id of contract A. Pages answer a form that cannot be with the form again.
    """

    what: str
    method: str
    address: str
    status: int
    code: str = ""
    content: str | bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    who: str = "bob"
    says: str = ""

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/")


def body(
    what: str, address: str, content: Any, status: int = 400, code: str = "invalid", *, who: str = "bob", says: str = ""
) -> Bad:
    """A JSON body that is refused."""
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return Bad(
        what, "POST", f"/api/v1{address}", status, code, text, headers={"Idempotency-Key": "k"}, who=who, says=says
    )
