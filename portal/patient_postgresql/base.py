"""A connection that gives up on a server that has fallen silent, so that a request can say 503 instead of hanging.

A server that is stopped, swapped out or cut off answers nothing at all: no time-out of its own ends the waiting then,
and its machine goes on acknowledging packets. Only the web server limits its waiting; a command may take its time.
"""

import select
import time
from functools import partial
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError


class _Patience:
    """How long this process waits for one answer of the database, in seconds; None is for ever."""

    limit_s: float | None = None


def limit_patience(limit_s: float) -> None:
    """Let every later connection of this process wait no longer than `limit_s` seconds for one answer."""
    _Patience.limit_s = limit_s


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with connections that know when to give up."""

    health_check_done: bool

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, within the limit as well."""
        if _Patience.limit_s is None:
            return super().get_new_connection(conn_params)
        connection = super().get_new_connection({"connect_timeout": max(2, int(_Patience.limit_s)), **conn_params})
        connection.wait = partial(_wait, connection, connection.wait, _Patience.limit_s)
        return connection

    def close_if_health_check_failed(self) -> None:
        """Check an idle connection by its socket, and ask the server, which costs a round trip, only in doubt."""
        unchecked = not self.health_check_done and self.connection is not None
        if unchecked and not _has_something_to_read(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def _has_something_to_read(connection: Connection[Any]) -> bool:
    """Tell whether the server said something unasked: mostly its good-bye, or nothing more than the end."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _wait(connection: Connection[Any], wait: Any, limit_s: float, generator: Any, **given: Any) -> Any:
    """Wait as psycopg does, but no longer than the limit.

    Raises:
        OperationalError: nothing came; the connection is closed, and what was asked for may have happened or not.
    """
    until = time.monotonic() + limit_s
    try:
        return wait(generator, timeout=limit_s, **given)
    except OperationalError as error:
        if time.monotonic() < until:
            raise
        # It was left in the middle of a question, whose answer may come any time and be taken for another's.
        connection.pgconn.finish()
        raise OperationalError(f"The database said nothing for {limit_s:g} s.") from error
