"""How PostgreSQL plans the statements of reports. Used by `reporting.replica` around every report."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def planned_for_their_values(alias: str) -> Iterator[None]:
    """Have each statement inside planned for the values it is given (decision 22).

    A connection prepares what it is asked often, and PostgreSQL soon gives that one plan for any values: right for a
    charge, which looks a few rows up, and several times too slow for the usage of a year.
    """
    connection = connections[alias]
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    driver = connection.connection
    before, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = before
