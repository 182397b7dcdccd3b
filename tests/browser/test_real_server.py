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


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    port = str(free_port())
    own = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "",
    }
    own |= {
        "SECRET_KEY": settings.SECRET_KEY,
        "OIDC_PRIVATE_KEY": settings.IDP_OIDC_PRIVATE_KEY,
        "HTTPS": "false",
    }
    own |= {"ALLOWED_HOSTS": "127.0.0.1", "DEBUG": "false", "DEMO": "false"}
    environment = {name: value for name, value in {**os.environ, **own}.items() if value}
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, env=environment)
    granian = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        port,
        "portal.wsgi:application",
    ]
    server = subprocess.Popen(granian, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=START_TIMEOUT_S)


def test_the_sign_in_page_arrives_with_its_style(
    site: str, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.goto(f"{site}/accounts/login/")
    expect(page.get_by_label("Password")).to_be_visible()
    styles = page.evaluate("() => [...document.styleSheets].map(sheet => sheet.href)")
    assert styles
    assert set(styles) <= set(loaded)
