"""Turns the Markdown of docs/help into HTML, once per process. HTML inside the files is shown as text, never run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext, override
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

FOLDER: Final = Path(settings.BASE_DIR) / "docs/help"
WRITTEN_IN: Final = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered chapter: its title, its first paragraph as plain text, the rest, and the language it is in."""

    title: str
    summary: str
    html: SafeString
    headings: tuple[tuple[str, str], ...]
    language: str
    words: str


class _Renderer(RendererHTML):
    """Tables and samples that can be scrolled on a telephone, by keyboard too."""

    def table_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        label = gettext("Table")
        return format_html(
            '<div class="table-responsive" tabindex="0" role="region" aria-label="{}"><table class="table">', label
        )

    def table_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return format_html('<pre tabindex="0"><code>{}</code></pre>\n', tokens[index].content)


@cache
def text_of(slug: str, language: str) -> Text | None:
    """Return a chapter in a language, in English where it is not translated; None where there is no such file."""
    language = language.split("-", maxsplit=1)[0]
    path = FOLDER / language / f"{slug}.md"
    if language == WRITTEN_IN or not path.is_file():
        language, path = WRITTEN_IN, FOLDER / f"{slug}.md"
    return rendered(path.read_text(), language) if path.is_file() else None


def rendered(text: str, language: str) -> Text:
    """Return Markdown as a chapter; its first heading is the title, its first paragraph the summary."""
    reader = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    tokens = reader.parse(text)
    headings = tuple(_anchors(tokens))
    _lead_on(tokens)
    title, summary = tokens[1].content, _plain(tokens[4])
    with override(language):
        # Nothing in it comes from people: the files are the site's own, and HTML in them is switched off.
        html = mark_safe(reader.renderer.render(tokens[3:], reader.options, {}))  # noqa: S308
    return Text(title, summary, html, headings, language, text)


def _anchors(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give each heading below the title an id, and return ids and words."""
    found = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            words = _plain(tokens[index + 1])
            token.attrSet("id", slugify(words))
            found.append((slugify(words), words))
    return found


def _lead_on(tokens: Sequence[Token]) -> None:
    """Let links from chapter to chapter, which name files, lead to the pages."""
    for token in tokens:
        for child in token.children or []:
            target = str(child.attrGet("href") or "")
            if child.type == "link_open" and target.partition("#")[0].endswith(".md"):
                child.attrSet("href", "../" + target.replace(".md", "/"))


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline"))
