"""Runs the suite on PostgreSQL: `pytest -p tests.pgplugin`.

A plugin and not a fixture, because the settings read DATABASE_URL before any conftest is imported. Given a
PostgreSQL DATABASE_URL it uses that server; otherwise it starts one, and workers of pytest-xdist inherit it.
"""

import os
from contextlib import ExitStack

import pytest

from tests.postgres_server import running_server

_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = _running.enter_context(running_server(durable=False))
    os.environ["EXPECTED_VENDOR"] = "postgresql"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _running.close()
