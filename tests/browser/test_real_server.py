"""The site as production serves it: Granian, collected and hashed static files, no test harness between."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, expect

from tests.migrated import fill

START_TIMEOUT_S = 30


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def production(directory: Path) -> dict[str, str]:
    """Return the environment of a production site that keeps everything in `directory`."""
    return {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{directory}/site.sqlite3",
        "DEBUG": "false",
        "DEMO": "false",
        "HTTPS": "false",
        "OIDC_PRIVATE_KEY": settings.IDP_OIDC_PRIVATE_KEY,
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(directory),
    }


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    environment = production(tmp_path)
    fill(environment["DATABASE_URL"])
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, env=environment)
    port = free_port()
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "4"]
    server = subprocess.Popen([*granian, "--port", str(port), "portal.wsgi:application"], env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=START_TIMEOUT_S)


def test_the_sign_in_page_arrives_with_its_style(site: str, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.goto(f"{site}/accounts/login/")
    expect(page.get_by_label("Password")).to_be_visible()
    styles = page.evaluate("() => [...document.styleSheets].map(sheet => sheet.href)")
    assert styles
    assert set(styles) <= set(loaded)
