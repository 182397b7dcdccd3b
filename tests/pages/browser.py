"""The Chromium that is installed, started once for a whole round."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import QUIET, ROOT


def chromium() -> str:
    """Return where Chromium is; end with a sentence where there is none."""
    found = subprocess.run(["sh", ROOT / "tools/browser.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        sys.exit(found.stderr.strip())
    return found.stdout.strip()


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """Start it without anything that calls out."""
    arguments = [*QUIET, "--no-sandbox"] if os.getuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
