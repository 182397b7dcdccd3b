"""Fixtures that every test may use."""

import gc
import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from django.db import connection
from django.db.transaction import atomic
from django.http import FileResponse
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests import migrated

pytest_plugins = ["tests.cast"] if find_spec("tests.cast") else []

hypothesis_settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Let the garbage collector look at what tests make, not again and again at everything imported for them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def the_database_is_the_one_asked_for() -> None:
    assert connection.vendor == os.environ.get("EXPECTED_VENDOR", "sqlite")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make this process's database from what earlier migrations left; Django migrates what is missing."""
    url = migrated.url_of_the_tests(connection)
    with django_db_blocker.unblock():
        migrated.make_anew(url)
        databases = setup_databases(verbosity=0, interactive=False, keepdb=True)
        migrated.keep(url)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def emptying_may_pass_the_triggers() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions.

    It truncates them on PostgreSQL, but on SQLite it deletes rows, which the ledger's triggers refuse.
    """
    if connection.vendor != "sqlite":
        yield
        return
    # The class and not one connection: a test with a browser runs beside an event loop, which has its own.
    operations = type(connection.ops)
    empty = operations.execute_sql_flush

    def empty_without_triggers(ops: Any, statements: list[str]) -> None:
        with atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers: list[Any] = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            empty(ops, statements)
            for _, definition in triggers:
                cursor.execute(definition)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", empty_without_triggers)
        yield


@pytest.fixture(autouse=True)
def downloads_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the files of downloads after the test, as a server does once they are sent; Django's client does not."""
    opened: list[Any] = []
    ask = Client.request

    def request(client: Client, **given: Any) -> Any:
        response = ask(client, **given)
        if isinstance(response, FileResponse):
            opened.extend(response._resource_closers)
        return response

    monkeypatch.setattr(Client, "request", request)
    yield
    for close in opened:
        close()
