"""Threads that want the same contract's books stand in line, and the one at the front does the work of all behind it.

One lock, one load, one save and one flush then serve many requests: on a hot pool this is worth more than any
cleverness in the database. Correctness does not depend on it: each process has its own lines, and the database's lock
on the contract's book decides between processes.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from ledger.errors import LedgerBusy
from ledger.posting.requests import Answer, Request

Serve = Callable[[UUID, Sequence[Request], Callable[[], None]], list[Answer]]
"""Does requests on the books of a contract; calls the function it is given when all that is left is to commit."""
_PATIENCE_S: Final = 10
_COMMANDS_AT_ONCE: Final = 1000


class _Ticket:
    """One caller's requests, and their answers or the error once they were served."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.size = sum(len(request.commands) for request in requests)
        self.answers: list[Answer] | None = None
        self.error: Exception | None = None
        self.is_at_front = False
        self._call = threading.Lock()
        self._call.acquire()

    def wait(self) -> bool:
        """Wait to be served or to come to the front; False when patience has run out."""
        return self._call.acquire(timeout=_PATIENCE_S)

    def call(self) -> None:
        """Wake whoever waits with this ticket."""
        self._call.release()


class _Line:
    """The tickets that wait for one contract, oldest first. The one at the front serves, then calls the next."""

    def __init__(self) -> None:
        self.waiting: list[_Ticket] = []
        self._front_is_taken = False
        self._moving = threading.Lock()

    def join(self, ticket: _Ticket) -> None:
        """Stand in line; the first one is at the front at once."""
        with self._moving:
            self.waiting.append(ticket)
            if not self._front_is_taken:
                self._front_is_taken = ticket.is_at_front = True

    def give_up(self, ticket: _Ticket) -> bool:
        """Leave the line, unless the ticket came to the front at this very moment. Taken ones may still be served."""
        with self._moving:
            if ticket in self.waiting and not ticket.is_at_front:
                self.waiting.remove(ticket)
            return not ticket.is_at_front

    def take(self) -> list[_Ticket]:
        """Return the tickets to serve together: the one at the front, and those behind it up to the limit."""
        with self._moving:
            size = count = 0
            for ticket in self.waiting:
                size += ticket.size
                if count and size > _COMMANDS_AT_ONCE:
                    break
                count += 1
            taken = self.waiting[:count]
            del self.waiting[:count]
            return taken

    def move_up(self) -> None:
        """Call the next ticket to the front."""
        with self._moving:
            self._front_is_taken = bool(self.waiting)
            if self.waiting:
                self.waiting[0].is_at_front = True
                self.waiting[0].call()


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
    line.join(ticket)
    if not ticket.is_at_front and not ticket.wait() and line.give_up(ticket):
        raise LedgerBusy
    if ticket.is_at_front:
        _serve_from_the_front(line, contract_id, serve)
    if ticket.error:
        raise ticket.error
    assert ticket.answers is not None, "a served ticket has answers or an error"
    return ticket.answers


def _serve_from_the_front(line: _Line, contract_id: UUID, serve: Serve) -> None:
    """Serve this ticket and those behind it, and let the line move up once, whatever happens.

    It moves up before the commit: whoever is next then wakes, and asks the database for the lock, while this one's rows
    are flushed to disk.
    """
    front, *others = line.take()
    moves = [line.move_up]

    def move_up() -> None:
        if moves:
            moves.pop()()

    try:
        _serve_together(contract_id, [front, *others], serve, move_up)
    finally:
        move_up()
        for ticket in others:
            if ticket.answers is None and ticket.error is None:
                # The thread at the front died on the way; the key tells whether the request took effect.
                ticket.error = LedgerBusy()
            ticket.call()


def _serve_together(contract_id: UUID, tickets: list[_Ticket], serve: Serve, move_up: Callable[[], None]) -> None:
    """Serve the tickets in one call; if that fails, each by itself, so that nobody suffers from another's request."""
    try:
        answers = iter(serve(contract_id, [request for ticket in tickets for request in ticket.requests], move_up))
    except LedgerBusy:
        for ticket in tickets:  # the database would keep each of them waiting as long as it did all together
            ticket.error = LedgerBusy()
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again for the ticket that caused it
        if len(tickets) == 1:
            tickets[0].error = error
            return
        for ticket in tickets:
            _serve_together(contract_id, [ticket], serve, move_up)
        return
    for ticket in tickets:
        ticket.answers = [next(answers) for _ in ticket.requests]
