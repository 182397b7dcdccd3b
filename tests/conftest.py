"""Fixtures that every test may use."""

import os

import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def the_database_is_the_one_asked_for() -> None:
    assert connection.vendor == os.environ.get("EXPECTED_VENDOR", "sqlite")
