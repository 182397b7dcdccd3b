"""The one write pipeline of the ledger: lock -> replay -> load -> plan -> save, in one database transaction.

Everything that moves a token goes through `post`; one request is a batch of one.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import atomic

from ledger.errors import IdempotencyKeyReused, LedgerBusy
from ledger.ids import new_id
from ledger.posting.load import StoredKey, find_keys, load_state, lock_book
from ledger.posting.plan import plan
from ledger.posting.requests import Answer, Idempotency, Request, load_answer
from ledger.posting.save import save_keys, save_plan
from ledger.statements import Writes

_KEY_TABLE: Final = "idempotency"
_ATTEMPTS: Final = 3
# SQLite's own waiting is unfair and lets a writer starve for seconds; threads of one process queue here instead.
_SQLITE_WRITERS: Final = threading.RLock()


def post(*, contract_id: UUID, requests: Sequence[Request]) -> list[Answer]:
    """Do the requests in order on the books of one contract and return their answers.

    A request whose key was used before gets its first answer again, before any state is looked at; refusals are
    answers too and are kept with the key. Either all effects of the call are committed, or none.

    Raises:
        IdempotencyKeyReused: a key was used before for another request.
        LedgerBusy: the lock was not had in time, or the database is away; nothing was written.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _post_once(contract_id, requests)
        except IntegrityError as error:
            # Somebody used one of the keys on another contract at the same time: look again, and replay.
            if _KEY_TABLE not in str(error) or attempt == _ATTEMPTS:
                raise
        except OperationalError as error:
            raise LedgerBusy from error
    raise AssertionError("the last attempt returns or raises")


def replay(idempotency: Idempotency, *, part: int = 0) -> Answer | None:
    """Return the first answer to this request, if there was one; to be asked before any state check.

    Raises:
        IdempotencyKeyReused: the key was used before for another request.
    """
    stored = find_keys([idempotency], part).get((idempotency.caller, idempotency.key))
    return _replayed(idempotency, stored) if stored else None


def _post_once(contract_id: UUID, requests: Sequence[Request]) -> list[Answer]:
    part = requests[0].part if requests else 0
    with _writing(), atomic():
        book, now = lock_book(contract_id)
        stored = find_keys((request.idempotency for request in requests), part)
        answers: dict[int, Answer] = {}
        fresh: list[Request] = []
        for index, request in enumerate(requests):
            key = request.idempotency
            if key and (known := stored.get((key.caller, key.key))):
                answers[index] = _replayed(key, known)
            else:
                fresh.append(request)
        if fresh:
            state = load_state(book, [command for request in fresh for command in request.commands])
            result = plan(state, fresh, now=now, new_id=new_id)
            decided = [_with_effect(*pair, now) for pair in zip(fresh, result.answers, strict=True)]
            writes = Writes()
            save_keys(writes, fresh, decided, contract_id=contract_id, at=now)
            save_plan(writes, result)
            writes.run()
            rest = iter(decided)
        return [answers[index] if index in answers else next(rest) for index in range(len(requests))]


def _replayed(idempotency: Idempotency, stored: StoredKey) -> Answer:
    if stored.fingerprint != idempotency.fingerprint:
        raise IdempotencyKeyReused
    return load_answer(stored.answer)


def _with_effect(request: Request, answer: Answer, now: datetime) -> Answer:
    if request.effect is None or answer.refusal:
        return answer
    return Answer(answer.results, answer.whole, request.effect(request.at or now))


@contextmanager
def _writing() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with _SQLITE_WRITERS:
        yield
