"""The pages of the help. They are there for everybody, also before the sign-in."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from portal.help.chapters import CHAPTERS, FIGURES, PARTS, chapter_of
from portal.help.markdown import Text, text_of
from reporting.definitions import DEFINITIONS


@dataclass(frozen=True, slots=True)
class Line:
    """A chapter in the table of contents."""

    slug: str
    title: str
    summary: str
    found: bool = True


@login_not_required
@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """List the chapters, or those in which the words of `?q=` stand."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    parts = [(part.title, [_line(chapter.slug, search) for chapter in part.chapters]) for part in PARTS]
    shown = [(title, [line for line in lines if line.found]) for title, lines in parts]
    context = {"parts": [(title, lines) for title, lines in shown if lines], "search": search}
    return render(request, "help/contents.html", context)


@login_not_required
@require_safe
def chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a chapter with its neighbours."""
    if slug not in CHAPTERS:
        raise Http404
    slugs = list(CHAPTERS)
    place = slugs.index(slug)
    context: dict[str, Any] = {
        "slug": slug,
        "before": _line(slugs[place - 1]) if place else None,
        "after": _line(slugs[place + 1]) if place + 1 < len(slugs) else None,
    }
    if slug == FIGURES:
        context["figures"] = sorted(DEFINITIONS.items(), key=lambda item: str(item[1].title).lower())
    text = _text(slug)
    return render(request, "help/chapter.html", {**context, "text": text, "is_foreign": text.language != _language()})


contents.access = chapter.access = None  # type: ignore[attr-defined]


def help_for_page(request: HttpRequest) -> dict[str, Any]:
    """Return where the help about this page is and what it is called, for the context of every page."""
    match = request.resolver_match
    slug = chapter_of(match.view_name) if match else ""
    if not slug:
        return {"help_url": reverse("portal:help"), "help_title": gettext("Contents")}
    return {"help_url": reverse("portal:help-chapter", args=[slug]), "help_title": _line(slug).title}


def _line(slug: str, search: str = "") -> Line:
    text = _text(slug)
    words = text.words
    if slug == FIGURES:
        words += " ".join(f"{each.title} {each.text}" for each in DEFINITIONS.values())
    return Line(slug, text.title, text.summary, _holds(words, search))


def _text(slug: str) -> Text:
    text = text_of(slug, _language())
    assert text is not None, f"docs/help has no {slug}.md"
    return text


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _holds(words: str, search: str) -> bool:
    """Tell whether every word that is looked for is there."""
    there = words.lower()
    return all(word in there for word in search.lower().split())
