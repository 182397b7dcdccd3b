"""The watch and axe can fail: each is shown the fault it is there for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.watch import Watch

LOGIN = "/accounts/login/"


def faults_of(watch: Watch) -> str:
    """Take the verdict, and leave the watch clean for its own check at the end of the test."""
    verdict = watch.verdict()
    watch.faults.clear()
    watch.seen.clear()
    watch.expected.clear()
    return verdict


def test_an_inline_script_is_a_fault(page: Page, watch: Watch) -> None:
    page.goto(LOGIN)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'it ran'";
        document.body.append(script);
    }""")
    assert "Content Security Policy: script-src" in faults_of(watch)
    assert page.title() != "it ran"


def test_an_undeclared_refusal_is_a_fault(page: Page, watch: Watch) -> None:
    page.goto("/no-such-page/")
    assert faults_of(watch) == "404 from /no-such-page/"


def test_a_declared_refusal_is_none(page: Page, watch: Watch) -> None:
    watch.expect(404, "/no-such-page/")
    page.goto("/no-such-page/")
    assert faults_of(watch) == ""


def test_a_declared_refusal_must_come(page: Page, watch: Watch) -> None:
    watch.expect(404, "/no-such-page/")
    page.goto(LOGIN)
    assert faults_of(watch) == "404 expected from /no-such-page/, never came"


def test_a_script_error_is_a_fault(page: Page, watch: Watch) -> None:
    page.goto(LOGIN)
    page.evaluate("() => { setTimeout(() => { throw new Error('oops') }, 0) }")
    assert "script error: " in faults_of(watch)


def test_axe_finds_an_unlabelled_field(page: Page, assert_accessible: Callable[[Page], None]) -> None:
    page.goto(LOGIN)
    page.evaluate("() => { document.body.innerHTML = '<main><h1>Form</h1><input type=text></main>' }")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)
