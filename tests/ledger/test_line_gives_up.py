"""Who waits in line for a contract's books in vain is told so soon, and nothing is done for who has gone."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.errors import LedgerBusy
from ledger.ids import new_id
from ledger.posting import line
from ledger.posting.requests import Answer, Request

REQUEST = Request(commands=())


class Desk:
    """Serves requests once it is open, and remembers how many it was asked for at a time."""

    def __init__(self, *, is_busy: bool = False) -> None:
        self.is_busy = is_busy
        self.began, self.is_open = threading.Event(), threading.Event()
        self.calls: list[int] = []

    def serve(self, contract_id: object, requests: Sequence[Request], before_commit: object) -> list[Answer]:
        self.calls.append(len(requests))
        self.began.set()
        assert self.is_open.wait(10)
        if self.is_busy and len(self.calls) > 1:
            raise LedgerBusy
        return [Answer(()) for _ in requests]


class Queue:
    """Threads that stand in line for one contract."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.contract_id = desk, new_id()
        self.met: list[str] = []
        self.threads: list[threading.Thread] = []

    def join(self, count: int) -> None:
        """Let more threads stand in line, and return when they do."""
        waiting: Any = line._lines[self.contract_id].waiting if self.threads else []
        length = len(waiting) + count
        more = [threading.Thread(target=self._stand) for _ in range(count)]
        self.threads += more
        for thread in more:
            thread.start()
        while len(waiting) < length and self.threads[1:] and more[0].is_alive():
            more[0].join(0.001)
        assert self.desk.began.wait(10)

    def end(self) -> None:
        """Open the desk and wait for everybody."""
        self.desk.is_open.set()
        for thread in self.threads:
            thread.join()

    def _stand(self) -> None:
        try:
            line.serve_in_line(self.contract_id, [REQUEST], serve=self.desk.serve)
            self.met.append("served")
        except LedgerBusy:
            self.met.append("busy")


def test_when_the_books_are_busy_for_one_they_are_busy_for_all_behind() -> None:
    queue = Queue(Desk(is_busy=True))
    queue.join(1)
    queue.join(3)
    queue.end()
    assert (sorted(queue.met), queue.desk.calls) == (["busy", "busy", "busy", "served"], [1, 3])


def test_nothing_is_done_for_a_caller_who_gave_up_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(Desk())
    queue.join(1)
    monkeypatch.setattr(line, "_PATIENCE_S", 0.2)
    queue.join(2)
    for thread in queue.threads[1:]:
        thread.join()
    monkeypatch.setattr(line, "_PATIENCE_S", 10)
    queue.join(1)
    queue.end()
    assert (queue.met[:2], sorted(queue.met[2:]), queue.desk.calls) == (["busy"] * 2, ["served"] * 2, [1, 1])
