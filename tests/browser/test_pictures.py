"""The pictures of the README, taken from the example site.

One that is missing is taken anew; one that is there is left alone, so that a test run leaves the checkout as it was.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.demo.example import make_example
from portal.demo.people import ALICE

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PICTURES = {"home": "/", "reporting": "/management/reporting/by-project/", "generate": "/generate/"}
HEIGHTS = {"home": 860, "reporting": 1240, "generate": 860}


@pytest.mark.django_db(transaction=True)
def test_the_pictures_of_the_readme(rate_card: None, signed_in: Callable[..., Page]) -> None:
    organisation, _ = make_example()
    page = signed_in(organisation.users[ALICE], color_scheme="light", viewport={"width": 1280, "height": 860})
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, address in PICTURES.items():
        page.set_viewport_size({"width": 1280, "height": HEIGHTS[name]})
        page.goto(address)
        taken = page.screenshot(animations="disabled")
        assert len(taken) > 20_000, "a picture of nothing"
        picture = IMAGES / f"{name}.png"
        if not picture.exists():
            picture.write_bytes(taken)
