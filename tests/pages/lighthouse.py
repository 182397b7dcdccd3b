"""Lighthouse on one page: four categories of 0 to 100, from npm, offline against the local server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.browser.conftest import QUIET, ROOT
from tests.pages.look import cookie_header
from tests.pages.site import Cookies

PROGRAM: Final = ROOT / "var/lighthouse/node_modules/.bin/lighthouse"
CATEGORIES: Final = ("performance", "accessibility", "best-practices", "seo")
PATIENCE_S: Final = 180


def is_there() -> bool:
    """Install Lighthouse where that is possible, else say in a sentence why not."""
    return subprocess.run(["sh", ROOT / "tools/lighthouse.sh"], check=False).returncode == 0


def scores(url: str, *, cookies: Cookies, chromium: str, width: int, directory: Path) -> dict[str, int] | None:
    """Return the scores of a page: as a telephone sees it below 600 px, else as a desktop does. None: it failed."""
    report = directory / "lighthouse.json"
    flags = " ".join([*QUIET, "--headless", "--no-sandbox"])
    command = [
        *(str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"),
        f"--only-categories={','.join(CATEGORIES)}",
        *(["--preset=desktop"] if width >= 600 else []),
    ]
    if cookies:
        headers = directory / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie_header(cookies)}))
        command.append(f"--extra-headers={headers}")
    try:
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": chromium}, timeout=PATIENCE_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"\nLighthouse gave up on {url}: {error}\n")
        return None
    found = json.loads(report.read_text())["categories"]
    return {name.replace("-", "_"): round(100 * found[name]["score"]) for name in CATEGORIES}
