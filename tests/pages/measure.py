"""`make pages`: measures every page in both themes, at 320 and 1440 px, and the main ones with Lighthouse."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser
from tqdm import tqdm

from tests.pages import browser, lighthouse, site
from tests.pages.look import Seen, context_for, first_bytes_ms, is_page, look
from tests.pages.places import Place, places
from tests.pages.verdict import Row, misses, table

LOOKS: Final = [(theme, width) for theme in ("light", "dark") for width in (320, 1440)]


def main(out: str, only: str = "") -> int:
    """Measure the pages whose name has `only` in it, write the rows to `out`; 0 if all keep within their bars."""
    began, load = time.monotonic(), os.getloadavg()
    program = browser.chromium()
    site.prepare()
    site.prove()
    with site.served() as root:
        sessions = site.sessions()
        found = [place for place in places(only) if is_page(root, place, sessions[place.role])]
        with browser.started(program) as chromium:
            rows, faults = _measured(chromium, found, root=root, sessions=sessions)
        _write(out, rows)
        _score(rows, found, root=root, sessions=sessions, chromium=program)
    _write(out, rows)
    _say([*table(rows), "", *faults])
    missed = sum(1 for row in rows if misses(row))
    pages, now = len(found), os.getloadavg()
    _say([f"{pages} pages, {len(rows)} looks, {missed} of them miss a bar. {time.monotonic() - began:.0f} s."])
    _say([f"Load of this machine at the beginning and the end: {load[0]:.1f}, {now[0]:.1f}; {os.cpu_count()} cores."])
    return 1 if missed or faults else 0


def _measured(
    chromium: Browser, found: list[Place], *, root: str, sessions: dict[str, site.Cookies]
) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    faults: list[str] = []
    first_bytes = first_bytes_ms(root, found, sessions)
    with tqdm(total=len(found) * len(LOOKS), desc="pages", unit="look") as bar:
        for theme, width in LOOKS:
            for role, of_role in _by_role(found):
                context = context_for(chromium, root=root, cookies=sessions[role], theme=theme, width=width)
                for place in of_role:
                    seen = look(context, place)
                    rows.append(_row(place, theme, width, seen, first_bytes[place.name]))
                    faults += [f"{place.name} ({theme}, {width} px): {fault}" for fault in seen.faults]
                    bar.update()
                context.close()
    return rows, faults


def _by_role(found: list[Place]) -> Iterator[tuple[str, list[Place]]]:
    for role in dict.fromkeys(place.role for place in found):
        yield role, [place for place in found if place.role == role]


def _row(place: Place, theme: str, width: int, seen: Seen, ttfb_ms: float) -> Row:
    return {
        "page": place.name,
        "role": place.role,
        "theme": theme,
        "width": width,
        "axe": seen.axe,
        "csp": seen.csp,
        "failed_requests": seen.failed_requests,
        "sql": seen.sql,
        "bytes": seen.bytes,
        "ttfb_ms": ttfb_ms,
        "lighthouse": None,
    }


def _score(rows: list[Row], found: list[Place], *, root: str, sessions: dict[str, site.Cookies], chromium: str) -> None:
    """Add Lighthouse's scores to the light rows of the main pages."""
    main_pages = {place.name: place for place in found if place.is_main}
    due = [row for row in rows if row["page"] in main_pages and row["theme"] == "light"]
    if not due or not lighthouse.is_there():
        return
    with tempfile.TemporaryDirectory() as directory:
        for row in tqdm(due, desc="lighthouse", unit="page"):
            place = main_pages[row["page"]]
            asked: dict[str, Any] = {"cookies": sessions[place.role], "chromium": chromium}
            url = root + place.address
            row["lighthouse"] = lighthouse.scores(url, **asked, width=row["width"], directory=Path(directory))


def _write(out: str, rows: list[Row]) -> None:
    Path(out).write_text(json.dumps(rows, indent=1) + "\n")


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
