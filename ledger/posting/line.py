"""Threads that want the same contract's books stand in line, and the one at the front does the work of all behind it.

One lock, one load, one save and one flush then serve many requests: on a hot pool this is worth more than any
cleverness in the database. Correctness does not depend on it: each process has its own lines, and the database's lock
on the contract's book decides between processes.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from ledger.errors import LedgerBusy
from ledger.posting.requests import Answer, Request

Serve = Callable[[UUID, Sequence[Request]], list[Answer]]
_PATIENCE_S: Final = 10
_COMMANDS_AT_ONCE: Final = 1000


class _Ticket:
    """One caller's requests, and their answers or the error once they were served."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.answers: list[Answer] | None = None
        self.error: Exception | None = None

    @property
    def is_served(self) -> bool:
        return self.answers is not None or self.error is not None


class _Line:
    """The tickets that wait for one contract, oldest first, and the lock of whoever serves them."""

    def __init__(self) -> None:
        self.serving = threading.Lock()
        self.waiting: list[_Ticket] = []

    def take(self) -> list[_Ticket]:
        """Return the tickets to serve next, up to the limit and at least one."""
        taken, size = [self.waiting.pop(0)], 0
        size = len(taken[0].requests)
        while self.waiting and (size := size + len(self.waiting[0].requests)) <= _COMMANDS_AT_ONCE:
            taken.append(self.waiting.pop(0))
        return taken


# A line lives as long as somebody stands in it.
_lines: WeakValueDictionary[UUID, _Line] = WeakValueDictionary()
_opening: Final = threading.Lock()


def serve_in_line(contract_id: UUID, requests: Sequence[Request], *, serve: Serve) -> list[Answer]:
    """Return the answers to the requests, served by this thread or by one ahead of it.

    Raises:
        LedgerBusy: the line did not move in time; whether the requests took effect is known by their keys.
    """
    with _opening:
        line = _lines.get(contract_id) or _lines.setdefault(contract_id, _Line())
    ticket = _Ticket(requests)
    line.waiting.append(ticket)
    if not line.serving.acquire(timeout=_PATIENCE_S):
        with suppress(ValueError):  # already taken, so it may still be served
            line.waiting.remove(ticket)
        raise LedgerBusy
    try:
        while not ticket.is_served:
            if ticket not in line.waiting:
                # Whoever took it died on the way; the keys make sure that nothing happens twice.
                line.waiting.append(ticket)
            _serve_together(contract_id, line.take(), serve)
    finally:
        line.serving.release()
    if ticket.error:
        raise ticket.error
    assert ticket.answers is not None, "a served ticket has answers or an error"
    return ticket.answers


def _serve_together(contract_id: UUID, tickets: list[_Ticket], serve: Serve) -> None:
    """Serve the tickets in one call; if that fails, each by itself, so that nobody suffers from another's request."""
    try:
        answers = iter(serve(contract_id, [request for ticket in tickets for request in ticket.requests]))
    except LedgerBusy:
        for ticket in tickets:  # the database would keep each of them waiting as long as it did all together
            ticket.error = LedgerBusy()
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again for the ticket that caused it
        if len(tickets) == 1:
            tickets[0].error = error
            return
        for ticket in tickets:
            _serve_together(contract_id, [ticket], serve)
        return
    for ticket in tickets:
        ticket.answers = [next(answers) for _ in ticket.requests]
