"""Finds the words of a template that are not marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

# Names, and what is the same in every language.
NOT_WORDS = re.compile(r"Counting House|CSV|Excel|PDF|FOCUS|API|UTC|JSON|OpenAPI|UUID|kB|px")
WORD = re.compile(r"[^\W\d_]{2,}")
READ_OUT = ("alt", "aria-label", "aria-description", "placeholder", "title", "label")
UNREAD = ("script", "style", "svg", "code", "pre")
BLOCKS = {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans", "comment": "endcomment"}
# `{% include "x.html" with label="Site" %}`: a word in quotes that is neither a name nor a file.
QUOTED = re.compile(r"""(?:with|\s)\s*\w+=(?P<quote>["'])(?P<text>[A-Z][^"']*|[^"']*\s[^"']*)(?P=quote)""")
DEFAULTED = re.compile(r"""\|default(?:_if_none)?:(?P<quote>["'])(?P<text>[A-Z][^"']*|[^"']*\s[^"']*)(?P=quote)""")
# What stands in it is a class of CSS.
WIDTH = re.compile(r"{% block width %}.*?{% endblock %}")


class _Read(HTMLParser):
    """Collects what people read, or have read to them, of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._unread += tag in UNREAD
        self.found += [given[name] or "" for name in READ_OUT if name in given]
        if tag == "meta" and given.get("name") == "description":
            self.found.append(given.get("content") or "")
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.found.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found.append(data)


def unmarked(template: str, *, is_html: bool = True) -> list[str]:
    """Return the texts with words that no tag marks."""
    plain, arguments = _without_tags(template)
    read = [plain]
    if is_html:
        parser = _Read()
        parser.feed(plain)
        parser.close()
        read = parser.found
    texts = [line for text in read for line in text.split("\n")] + arguments
    return [text.strip() for text in texts if WORD.search(NOT_WORDS.sub("", text))]


def _without_tags(template: str) -> tuple[str, list[str]]:
    """The template with nothing where tags and marked texts stand, and the words in quotes of its tags."""
    plain, arguments, until = [], [], ""
    for token in Lexer(WIDTH.sub("", template)).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK and (until or name in BLOCKS):
            until = "" if name == until else until or BLOCKS[name]
        elif until:
            continue
        elif token.token_type == TokenType.TEXT:
            plain.append(token.contents)
        else:
            arguments += list(_quoted(token.contents, name))
    return "".join(plain), arguments


def _quoted(contents: str, name: str) -> Iterator[str]:
    if name in ("url", "static", "load", "extends", "csrf_token", "if", "elif", "translate", "trans"):
        return
    for pattern in (QUOTED, DEFAULTED):
        yield from (found["text"] for found in pattern.finditer(contents))
