"""`make screenshots`: takes a picture of every page, light and dark, and writes docs/screens.md that shows them."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import BrowserContext
from tqdm import tqdm

from tests.browser.conftest import ROOT
from tests.pages import browser, site
from tests.pages.look import HEIGHT, context_for, is_page
from tests.pages.places import Place, places

PAGE: Final = ROOT / "docs/screens.md"
IMAGES: Final = ROOT / "docs/images/screens"
WIDE, NARROW = 1280, 320
SHOWN_WIDE: Final = 800  # pixels of a wide picture as it is kept
TALLEST: Final = 2_000  # of the page itself; what is further down is more of the same
QUALITY: Final = 40
# The operators' lists look alike: of their forms, those of a contract and a service stand for all.
FORMS: Final = ("ledger_contract", "ledger_rate")
LIKE_OTHERS: Final = ("_add", "_history", "_delete", "_change")
INTRODUCTION: Final = """# Every page in pictures

Taken by `make screenshots` from the example's data, in the light and the dark theme, and on a telephone where it is a
main page. Which pages there are says `tests/doors/table/`; each is shown to somebody who may see it.
"""


def main(only: str = "") -> int:
    """Take the pictures of the pages whose name has `only` in it, and write the page with all there are."""
    program = browser.chromium()
    site.prepare()
    site.prove()
    with site.served() as root:
        sessions = site.sessions()
        every = [place for place in places() if _is_shown(place)]
        shown = [place for place in every if is_page(root, place, sessions[place.role])]
        wanted = [place for place in shown if only in place.name]
        with browser.started(program) as chromium, tqdm(total=2 * len(wanted), unit="page") as bar:
            for theme in ("light", "dark"):
                for place in wanted:
                    for width in _widths(place, theme):
                        cookies = sessions[place.role]
                        context = context_for(chromium, root=root, cookies=cookies, theme=theme, width=width)
                        _take(context, place, IMAGES / _file(place, theme, width))
                        context.close()
                    bar.update()
    _tidy(shown)
    PAGE.write_text("\n".join([INTRODUCTION, *_lines(shown), ""]))
    return 0


def _is_shown(place: Place) -> bool:
    if not place.name.startswith("admin:") or not place.name.endswith(LIKE_OTHERS):
        return True
    return place.name.endswith("_change") and any(form in place.name for form in FORMS)


def _widths(place: Place, theme: str) -> list[int]:
    return [WIDE, NARROW] if place.is_main and theme == "light" else [WIDE]


def _file(place: Place, theme: str, width: int) -> str:
    name = place.name.strip("/").replace(":", "-").replace("/", "-").replace("_", "-")
    return f"{name}-{theme}{'-320' if width == NARROW else ''}.webp"


def _take(context: BrowserContext, place: Place, path: Path) -> None:
    page = context.new_page()
    page.goto(place.address, wait_until="networkidle")
    width = page.viewport_size["width"] if page.viewport_size else WIDE
    height = min(TALLEST, max(HEIGHT, int(page.evaluate("document.documentElement.scrollHeight"))))
    page.set_viewport_size({"width": width, "height": height})
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    if taken.width > SHOWN_WIDE:
        taken = taken.resize((SHOWN_WIDE, round(taken.height * SHOWN_WIDE / taken.width)), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    taken.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


def _tidy(shown: list[Place]) -> None:
    """Delete the pictures of pages that are gone."""
    kept = {_file(place, theme, width) for place in shown for theme in ("light", "dark") for width in (WIDE, NARROW)}
    for path in IMAGES.glob("*.webp"):
        if path.name not in kept:
            path.unlink()


def _lines(shown: list[Place]) -> Iterator[str]:
    for place in shown:
        yield f"\n## `{place.name}`\n\nSeen by {place.role}.\n"
        for theme in ("light", "dark"):
            for width in _widths(place, theme):
                file = IMAGES / _file(place, theme, width)
                if file.exists():
                    words = f"{place.name}, {theme}{', 320 px wide' if width == NARROW else ''}"
                    yield f"![{words}](images/screens/{file.name})"
