"""The one write pipeline of the ledger: lock -> load -> replay -> plan -> save, in one database transaction.

Everything that moves a token goes through `post`; one request is a batch of one.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.db.transaction import atomic

from ledger.errors import IdempotencyKeyReused, LedgerBusy
from ledger.ids import new_id
from ledger.posting.catalogue import Catalogue
from ledger.posting.commands import JobOrder
from ledger.posting.job_orders import command_for
from ledger.posting.line import serve_in_line
from ledger.posting.load import KeyName, Loaded, StoredKey, find_key, load
from ledger.posting.lock import lock_book
from ledger.posting.plan import Plan, plan
from ledger.posting.requests import Answer, Idempotency, Request, dump_answer, load_answer
from ledger.posting.save import save_keys, save_plan
from ledger.statements import Writes

_KEY_TABLE: Final = "idempotency"
_ATTEMPTS: Final = 3
# SQLite's own waiting is unfair and lets a writer starve for seconds; threads of one process queue here instead.
_SQLITE_WRITERS: Final = threading.RLock()


def post(*, contract_id: UUID, requests: Sequence[Request]) -> list[Answer]:
    """Do the requests in order on the books of one contract and return their answers.

    A request whose key was used before gets its first answer again, before any state is looked at; refusals by the
    books are answers too and are kept with the key. All effects of the call are committed together.

    Raises:
        IdempotencyKeyReused: a key was used before for another request.
        LedgerBusy: the lock was not had in time, or the database is away. Whether the requests took effect is known by
            their keys: a connection that was lost may have been lost after the commit.
    """
    # An effect may refuse and take the whole database transaction with it, so it shares one with nobody else.
    if connection.in_atomic_block or any(request.effect for request in requests):
        answers = _post(contract_id, requests, _nothing_else)
    else:
        answers = serve_in_line(contract_id, requests, serve=_post)
    for answer in answers:
        if isinstance(answer.refusal, IdempotencyKeyReused):
            raise answer.refusal
    return answers


def _post(contract_id: UUID, requests: Sequence[Request], before_commit: Callable[[], None]) -> list[Answer]:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with _writing(), atomic():
                answers = _post_locked(contract_id, requests)
                before_commit()
            return answers
        except IntegrityError as error:
            # Somebody used one of the keys on another contract at the same time: look again, and replay.
            if _KEY_TABLE not in str(error) or attempt == _ATTEMPTS:
                raise
        except (OperationalError, InterfaceError) as error:
            raise LedgerBusy from error
    raise AssertionError("the last attempt returns or raises")


def _nothing_else() -> None:
    """Nobody waits in line for this commit."""


def _post_locked(contract_id: UUID, requests: Sequence[Request]) -> list[Answer]:
    """Answer what was answered before, decide the rest in order; a key's repetition in the batch meets its first."""
    locked = lock_book(contract_id, requests)
    loaded = load(locked, requests)
    names = [_key_name(request, index) for index, request in enumerate(requests)]
    fresh: dict[KeyName, Request] = {}
    for name, request in zip(names, requests, strict=True):
        if name not in loaded.keys:
            fresh.setdefault(name, request)
    decided = dict(zip(fresh, _decide(loaded, list(fresh.values()), locked.now), strict=True)) if fresh else {}
    stored = loaded.keys | {
        name: StoredKey(request.idempotency.fingerprint, "") for name, request in fresh.items() if request.idempotency
    }
    return [
        decided[name] if fresh.get(name) is request else _replayed(request, stored[name], decided.get(name))
        for name, request in zip(names, requests, strict=True)
    ]


def _key_name(request: Request, index: int) -> KeyName:
    """Return what the request's key is stored under; one without a key is like no other of its batch."""
    key = request.idempotency
    return (key.caller, key.key, request.part) if key else ("", "", index)


def _decide(loaded: Loaded, requests: Sequence[Request], now: datetime) -> list[Answer]:
    requests = [_with_prices(request, loaded.catalogue, now) for request in requests]
    decision: Plan = plan(loaded.state, requests, now=now, new_id=new_id)
    answers = [_with_effect(*pair, now) for pair in zip(requests, decision.answers, strict=True)]
    book = decision.journal.state.book
    writes = Writes(book.contract_id)
    # Never before its effect, though the clock was set back: the verification looks for it from there on.
    key_at = max(now, book.last_at or now)
    save_keys(writes, requests, answers, contract_id=book.contract_id, at=key_at)
    save_plan(writes, decision)
    writes.run()
    return answers


def _with_prices(request: Request, catalogue: Catalogue, now: datetime) -> Request:
    """Turn orders of jobs into commands at the rates of the request's time."""
    if not any(isinstance(command, JobOrder) for command in request.commands):
        return request
    at = request.at or now
    commands = [
        command_for(catalogue, command, at=at) if isinstance(command, JobOrder) else command
        for command in request.commands
    ]
    return replace(request, commands=commands)


def _replayed(request: Request, stored: StoredKey, just_decided: Answer | None) -> Answer:
    if request.idempotency and stored.fingerprint != request.idempotency.fingerprint:
        return Answer((IdempotencyKeyReused(),))
    return load_answer(dump_answer(just_decided) if just_decided else stored.answer)


def replay(idempotency: Idempotency) -> Answer | None:
    """Return the first answer to this request, if there was one; for verbs that look at other state before they post.

    Raises:
        IdempotencyKeyReused: the key was used before for another request.
    """
    stored = find_key(idempotency)
    if stored is None:
        return None
    if stored.fingerprint != idempotency.fingerprint:
        raise IdempotencyKeyReused
    return load_answer(stored.answer)


def _with_effect(request: Request, answer: Answer, now: datetime) -> Answer:
    if request.effect is None or answer.refusal:
        return answer
    return replace(answer, note=request.effect(request.at or now))


@contextmanager
def _writing() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with _SQLITE_WRITERS:
        yield
