"""Lets a test say what time it is: to Python, and apart from it to the database.

Python's clock is time-machine's. On SQLite the function that the product asks is defined anew for the connection; on
PostgreSQL one of the same name stands before the built-in one in the search path.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.db import connection
from django.db.backends.signals import connection_created

SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS clock;
    CREATE OR REPLACE FUNCTION clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT pg_catalog.current_setting('clock.now')::timestamptz $$
"""


HEADER = "X-Model-Clocks"


class Clocks:
    """What the two clocks show; both stand still between requests."""

    def __init__(self, traveller: time_machine.Traveller, at: datetime) -> None:
        self._traveller = traveller
        self._database = self._web = at
        self._calculator = sqlite3.connect(":memory:", check_same_thread=False)

    def set(self, *, database: datetime, web: datetime) -> None:
        """Set both."""
        self._traveller.move_to(web, tick=False)
        self._database, self._web = database, web
        if connection.vendor == "postgresql" and connection.connection is not None:
            self._tell(connection)

    def header(self) -> dict[str, str]:
        """Return what tells a server of its own what both show."""
        return {HEADER: f"{self._database.isoformat()};{self._web.isoformat()}"}

    def install(self, connection: Any, **_: Any) -> None:
        """Make a new connection ask this clock."""
        if connection.vendor == "sqlite":
            connection.connection.create_function("strftime", -1, self._strftime)
            connection.connection.execute("PRAGMA synchronous = OFF")  # no test of power cuts
            return
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO clock, public, pg_catalog")
        self._tell(connection)

    def _tell(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_catalog.set_config('clock.now', %s, false)", [self._database.isoformat()])

    def _strftime(self, form: str, *what: str | None) -> str | None:
        if [str(word).lower() for word in what] == ["now"]:
            what = (self._database.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),)
        places = ", ".join("?" * (1 + len(what)))
        (found,) = self._calculator.execute(f"SELECT strftime({places})", (form, *what)).fetchone()
        return None if found is None else str(found)


@contextmanager
def standing_still(at: datetime) -> Iterator[Clocks]:
    """Take both clocks over until the end of the block; connections made before are closed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(SCHEMA)
    connection.close()
    with time_machine.travel(at, tick=False) as traveller:
        clocks = Clocks(traveller, at)
        connection_created.connect(clocks.install)
        try:
            yield clocks
        finally:
            connection_created.disconnect(clocks.install)
            connection.close()
