"""Opens one page in Chromium and writes down what is wrong with it and what it costs."""

import http.client
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response
from tqdm import tqdm

from tests.browser.watch import REPORT_VIOLATIONS
from tests.pages.counting import HEADER
from tests.pages.places import Place
from tests.pages.site import Cookies

ROUNDS: Final = 9
HEIGHT: Final = 900
REPORTED: Final = "Content Security Policy:"
_AXE: Final = Axe()
# Axe would write a style with an imported file into the page, which the policy refuses, and ask for that file.
WITHOUT_PRELOADING: Final = {"preload": False}


@dataclass(slots=True)
class Seen:
    """One page in one theme at one width. `faults` says in words what was counted."""

    axe: int = 0
    csp: int = 0
    failed_requests: int = 0
    sql: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)


def context_for(browser: Browser, *, root: str, cookies: Cookies, theme: Any, width: int) -> BrowserContext:
    """Open a window of this theme and width, with the cookies of who looks."""
    context = browser.new_context(
        base_url=root,
        color_scheme=theme,
        viewport={"width": width, "height": HEIGHT},
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.add_cookies([{"name": name, "value": value, "url": root} for name, value in cookies.items()])
    return context


def is_page(root: str, place: Place, cookies: Cookies) -> bool:
    """Tell whether a whole HTML page is there, and not a file, a fragment, JSON or a redirect."""
    status, headers, body = _asked(root, place.address, cookies)
    kind = headers.get("content-type", "")
    return status != 302 and kind.startswith("text/html") and (status != 200 or b"<html" in body)


def look(context: BrowserContext, place: Place) -> Seen:
    """Open the page with an empty cache and measure it, all but its first byte."""
    seen = Seen()
    page = context.new_page()
    try:
        _listen(page, seen)
        answer = page.goto(place.address, wait_until="networkidle")
        assert answer is not None
        if answer.status != 200:
            seen.faults.append(f"answered {answer.status}")
        seen.sql = int(answer.headers.get(HEADER.lower(), 0))
        seen.axe = _axe(page, seen)
    finally:
        page.close()
    return seen


def _listen(page: Page, seen: Seen) -> None:
    def failed(fault: str) -> None:
        seen.failed_requests += 1
        seen.faults.append(fault)

    def answered(response: Response) -> None:
        if response.status >= 400:
            failed(f"{response.status} from {urlsplit(response.url).path}")

    def gone(request: Request) -> None:
        failed(f"no answer from {urlsplit(request.url).path}: {request.failure}")

    def said(message: ConsoleMessage) -> None:
        if message.text.startswith(REPORTED):
            seen.csp += 1
            seen.faults.append(message.text)

    page.on("response", answered)
    page.on("requestfailed", gone)
    page.on("console", said)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def arrived(event: dict[str, Any]) -> None:
        seen.bytes += int(event["encodedDataLength"])

    network.on("Network.loadingFinished", arrived)


def _axe(page: Page, seen: Seen) -> int:
    nodes = [
        (rule["id"], node["html"])
        for rule in _AXE.run(page, options=WITHOUT_PRELOADING).response["violations"]
        for node in rule["nodes"]
    ]
    seen.faults += [f"axe {rule}: {html}" for rule, html in nodes]
    return len(nodes)


def cookie_header(cookies: Cookies) -> str:
    """Return cookies as a request carries them."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def first_bytes_ms(root: str, found: Sequence[Place], sessions: Mapping[str, Cookies]) -> dict[str, float]:
    """Time from each request to the head of its answer, over one kept connection: by page, the median of all rounds.

    Rounds go through all pages, so that a busy moment of the machine does not fall on one page alone.
    """
    server = urlsplit(root)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=60)
    taken: dict[str, list[float]] = {place.name: [] for place in found}
    for _ in tqdm(range(ROUNDS), desc="first byte", unit="round"):
        for place in found:
            began = time.perf_counter()
            connection.request("GET", place.address, headers=_headers(sessions[place.role]))
            answer = connection.getresponse()
            taken[place.name].append(time.perf_counter() - began)
            answer.read()
    connection.close()
    return {name: round(1000 * statistics.median(times), 1) for name, times in taken.items()}


def _asked(root: str, address: str, cookies: Cookies) -> tuple[int, dict[str, str], bytes]:
    server = urlsplit(root)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=60)
    connection.request("GET", address, headers=_headers(cookies))
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def _headers(cookies: Cookies) -> dict[str, str]:
    return {"Accept": "text/html", "Accept-Language": "en-GB", "Cookie": cookie_header(cookies)}
