"""The measuring of pages: what it counts is counted, what is too much is said, and no page is forgotten."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from tests.doors.addresses import every_address
from tests.doors.asking import FIXED
from tests.doors.table import rows
from tests.pages.counting import HEADER, StatementsMiddleware
from tests.pages.places import MAIN, NAMED, PARTS, PREFERRED
from tests.pages.verdict import MOST, misses, table

GOOD: dict[str, Any] = {
    "page": "portal:home",
    "role": "alice",
    "theme": "light",
    "width": 320,
    "axe": 0,
    "csp": 0,
    "failed_requests": 0,
    "sql": 12,
    "bytes": 249_999,
    "ttfb_ms": 99.9,
    "lighthouse": None,
}
SCORES = {"performance": 95, "accessibility": 100, "best_practices": 100, "seo": 100}


def test_the_example_has_something_for_every_parameter_of_a_page() -> None:
    pages = [row for row in rows(*PARTS) if row.method == "GET" and any(row.cells[role] == "200" for role in PREFERRED)]
    asked = {name for row in pages for name in every_address()[row.name]}
    assert asked - {"object_id"} - set(FIXED) - set(NAMED) == set()


def test_the_main_pages_are_pages_of_the_table() -> None:
    assert {row.name for row in rows(*PARTS)} >= MAIN


def test_a_page_within_its_bars_misses_nothing() -> None:
    assert misses(GOOD | {"lighthouse": SCORES}) == []
    assert "MISSED" not in "\n".join(table([GOOD, GOOD | {"width": 1440}]))


def test_each_bar_is_noticed() -> None:
    for name, most in MOST.items():
        assert misses(GOOD | {name: most + 1})
    assert misses(GOOD | {"lighthouse": SCORES | {"seo": 94}}) == ["seo 94"]
    assert "MISSED: axe 1" in "\n".join(table([GOOD, GOOD | {"axe": 1}]))


def test_the_statements_of_an_answer_are_counted(db: None) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        User.objects.exists()
        User.objects.count()
        return HttpResponse("")

    assert StatementsMiddleware(view)(HttpRequest()).headers[HEADER] == "2"
