"""What the API shows in a browser: its documentation."""

from playwright.sync_api import Page, expect


def test_the_api_can_be_browsed_by_everybody(page: Page, transactional_db: None) -> None:
    page.goto("/api/docs/")
    expect(page.get_by_text("Start a job", exact=True)).to_be_visible()
    page.get_by_text("Start a job", exact=True).click()
    operation = page.locator("#post_jobs")
    expect(operation.get_by_text("Needs one of the scopes: jobs:write")).to_be_visible()
    operation.get_by_role("link", name="JobBody").click()
    expect(page.locator("#shape-JobBody").get_by_text("external_id")).to_be_visible()
