"""Small comforts that a script adds: ids are copied, times say how long ago they were."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.portal.conftest import World, subscription, world

__all__ = ["subscription", "world"]


def test_an_id_is_copied_and_a_time_says_how_long_ago(
    transactional_db: None, world: World, bob: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(bob)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(reverse("portal:support-sent"))  # takes the dialog
    page.goto(reverse("portal:job", args=[world.charged.id]))
    expect(page).to_have_title(f"{world.charged.service.name} · {world.contract.name} · Counting House")
    page.get_by_role("button", name="Copy Id").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == str(world.charged.id)
    started = page.locator("main time").first
    started.hover()
    expect(started).to_have_attribute("title", re.compile("(second|minute)s? ago"))
