"""Real processes race for the same tokens, on a database file or server of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from ledger.ids import new_id
from tests.migrated import fill

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of processes that share a fresh, migrated database."""
    environment = {**os.environ, "DEMO": "true", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('scratch') / 'scratch.sqlite3'}"
        _migrate(environment)
        yield environment
        return
    name = f"scratch_{new_id().hex}"
    address = server.split("host=")[1]
    with psycopg.connect(host=address, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = f"postgres://postgres@/{name}?host={address}"
        _migrate(environment)
        yield environment
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(environment: dict[str, str]) -> None:
    fill(environment["DATABASE_URL"])
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)


def race(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.processes.spenders", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=300)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_thirty_two_processes_spend_just_the_ten_tokens_there_are(scratch: dict[str, str]) -> None:
    result = race(scratch, "32", "10")
    assert result["met"] == {"spent": 10, "insufficient_tokens": 22}
    assert (result["available_mt"], result["held_mt"], result["used_mt"]) == (0, 0, 10_000)
    assert result["differences"] == []


def test_processes_with_the_same_key_have_one_effect(scratch: dict[str, str]) -> None:
    result = race(scratch, "16", "10", "same-key")
    assert result["met"] == {"spent": 1, "replayed": 15}
    assert (result["available_mt"], result["used_mt"]) == (9_000, 1_000)
