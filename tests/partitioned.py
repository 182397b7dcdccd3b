"""Runs any tests on a partitioned ledger: `pytest -p tests.pgplugin -p tests.partitioned`."""

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session", autouse=True)
def the_ledger_is_partitioned(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        call_command("partition_ledger", partitions=4, verbosity=0)
