"""Production asks for its secrets and is safe by default; a checkout makes its own."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.own_database
FROM_OUTSIDE = ("DATABASE_URL", "DEBUG", "DEMO", "HTTPS", "OIDC_PRIVATE_KEY", "SECRET_KEY")


def run(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", **given}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_production_refuses_to_start_without_its_secret(tmp_path: Path) -> None:
    started = run("-c", "import portal.wsgi", VAR_DIR=str(tmp_path))
    assert started.returncode == 1
    assert "SECRET_KEY is not set" in started.stderr
    assert list(tmp_path.iterdir()) == []


def test_production_refuses_to_start_without_the_key_of_its_identity_tokens(tmp_path: Path) -> None:
    started = run("-c", "import portal.wsgi", VAR_DIR=str(tmp_path), SECRET_KEY="x" * 60)
    assert "OIDC_PRIVATE_KEY is not set" in started.stderr


def test_production_passes_the_checks_for_deployment(tmp_path: Path) -> None:
    secret = "".join(chr(33 + number) for number in range(60))
    given = {"SECRET_KEY": secret, "OIDC_PRIVATE_KEY": "unused", "VAR_DIR": str(tmp_path)}
    given |= {"ALLOWED_HOSTS": "tokens.example", "DEFAULT_FROM_EMAIL": "Tokens <no-reply@tokens.example>"}
    checked = run("manage.py", "check", "--deploy", "--fail-level=INFO", **given)
    assert checked.returncode == 0, checked.stderr


def test_a_checkout_makes_its_secrets_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    assert run("manage.py", "check", VAR_DIR=str(tmp_path)).returncode == 0
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(made) == {"secret-key", "oidc-key.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert run("manage.py", "check", VAR_DIR=str(tmp_path)).returncode == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == made
