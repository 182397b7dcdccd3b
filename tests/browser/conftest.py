"""Chromium for these tests, watched for broken requests and policy violations, with axe at hand."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.watch import Watch

# Playwright's sync interface runs an event loop in this thread, and Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# What is expected comes within a second; on a machine with much else to do it may take longer.
expect.set_options(timeout=15_000)

ROOT = Path(__file__).resolve().parents[2]
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = subprocess.run(["sh", ROOT / "tools/browser.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.exit(found.stderr.strip(), returncode=1)
    arguments = [*QUIET, "--no-sandbox"] if os.getuid() == 0 else QUIET
    return {**browser_type_launch_args, "executable_path": found.stdout.strip(), "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce"}


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext], watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    def watched_context(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(30_000)
        watch.follow(context)
        return context

    yield watched_context
    assert watch.verdict() == ""


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> BrowserContext:
    return new_context(base_url=live_server.url)


@pytest.fixture
def signed_in(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> Callable[..., Page]:
    """Return a page on which `user` is signed in already; `options` are the browser context's."""

    def page_of(user: User, **options: Any) -> Page:
        client = Client()
        client.force_login(user)
        context = new_context(base_url=live_server.url, **options)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return context.new_page()

    return page_of


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """Fail with what axe finds wrong on the page, and where."""
    axe = Axe()

    def check(page: Page) -> None:
        violations = axe.run(page).response["violations"]
        found = [f"{rule['id']}: {node['html']}" for rule in violations for node in rule["nodes"]]
        assert not found, "\n".join([page.url, *found])

    return check
