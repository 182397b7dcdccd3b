"""Runs things at the same moment, in threads with database connections of their own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connection

from ledger.errors import LedgerError


def at_once(*things: Callable[[], object]) -> list[object]:
    """Do these things together and return, in order, what each answered: a result, or the code of its refusal."""
    gate = threading.Barrier(len(things))
    met: list[object] = [None] * len(things)

    def run(number: int) -> None:
        gate.wait()
        try:
            met[number] = things[number]()
        except LedgerError as refusal:
            met[number] = refusal.code
        except Exception as error:  # noqa: BLE001 - the test shall see it
            met[number] = error
        finally:
            connection.close()

    threads: Sequence[threading.Thread] = [
        threading.Thread(target=run, args=(number,)) for number in range(len(things))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met
