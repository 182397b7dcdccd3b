"""Requests and answers as the model speaks of them, and how an expected answer is compared with the one that came."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

WORDING = {"type", "title", "status", "detail", "instance", "errors"}


@dataclass(frozen=True)
class Ask:
    """One request to the API: who asks, and what."""

    who: str
    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    replayed: bool

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@dataclass
class Reply:
    """What should come back. `again` is the very answer that should be repeated."""

    status: int
    body: dict[str, Any]
    kept: bool = True
    is_problem: bool = False
    again: Answer | None = None


class No(Exception):
    """A refusal: its status, code and facts. One that is `kept` with its key is given again for ever."""

    def __init__(self, status: int, code: str, *, kept: bool = False, **facts: Any) -> None:
        super().__init__(code)
        self.kept = kept
        self.status, self.body = status, {"code": code, **facts}

    def reply(self) -> Reply:
        return Reply(self.status, self.body, self.kept, is_problem=True)


class Fresh:
    """The id of something new: whatever comes is its name from now on."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, met: object) -> bool:
        if self.thing.id is None:
            self.thing.id = UUID(str(met))
        return str(self.thing.id) == met

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"id {self.thing.id}"


class Anything:
    """A value that the rules do not fix."""

    def __eq__(self, met: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "anything"


def amount(mt: int) -> str:
    """Thousandths as a decimal string."""
    text = f"{Decimal(mt) / 1000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(at: datetime | None) -> str | None:
    """A time of RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def compare(expected: Reply, met: Answer) -> None:
    """Assert that the answer is what it should be; of a refusal that is its status, its code and its facts."""
    if expected.again:
        first = expected.again
        assert (met.status, met.content, met.replayed) == (first.status, first.content, True)
        return
    assert (expected.status, False) == (met.status, met.replayed), (expected, met)
    assert expected.body == _facts(met.body, expected.is_problem)


def _facts(body: Any, is_problem: bool) -> Any:
    if is_problem:
        return {name: value for name, value in body.items() if name not in WORDING}
    if isinstance(body, dict) and "results" in body and isinstance(body["results"], list):
        items = [_item(item) for item in body["results"]]
        return {**{name: value for name, value in body.items() if name not in ("next", "previous")}, "results": items}
    return body


def _item(item: Any) -> Any:
    if isinstance(item, dict) and "problem" in item:
        return {**item, "problem": _facts(item["problem"], is_problem=True)}
    return item
