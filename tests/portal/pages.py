"""Small helpers to read pages and to fill in their forms, as a browser would."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.urls import reverse


class _Fields(HTMLParser):
    """Collects what a browser would send for the inputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        unticked = found.get("type") in ("radio", "checkbox") and "checked" not in found
        if tag == "input" and name and not unticked:
            self.values[name] = found.get("value") or ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and ("selected" in found or self._select not in self.values):
            self.values[self._select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def fields_of(response: HttpResponse) -> dict[str, str]:
    """Return the fields of the page with the values they are shown with, hidden ones included."""
    parser = _Fields()
    parser.feed(text_of(response))
    parser.values.pop("csrfmiddlewaretoken", None)
    return parser.values


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def page(name: str, **kwargs: Any) -> str:
    return reverse(f"portal:{name}", kwargs=kwargs)
