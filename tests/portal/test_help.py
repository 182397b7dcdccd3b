"""The help: every page has its chapter, chapters are found by their words, and nothing in them runs."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import override

from portal.help.chapters import CHAPTERS, FIGURES, chapter_of
from portal.help.markdown import FOLDER, rendered, text_of
from reporting.definitions import DEFINITIONS
from tests.doors.table import rows
from tests.portal.conftest import SignIn, World
from tests.portal.pages import page
from tests.portal.pages import text_of as shown_of

NO_PAGES = ("portal:export-file", "portal:export-state", "api-schema", "ledger-root", "reporting:usage-file")


@pytest.mark.django_db
@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_chapter_is_there_for_everybody(slug: str) -> None:
    answer = Client().get(page("help-chapter", slug=slug))
    assert answer.status_code == 200
    shown = shown_of(answer)
    assert f"<h1>{text_of(slug, 'en').title}</h1>" in shown
    assert shown.count("<h1>") == 1


def test_every_file_is_a_chapter() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(CHAPTERS)
    for path in FOLDER.glob("*/*.md"):
        assert path.stem in CHAPTERS, path


def test_links_between_chapters_lead_to_chapters() -> None:
    for slug in CHAPTERS:
        for target in re.findall(r'href="\.\./([^"]*)"', text_of(slug, "en").html):
            assert target.partition("#")[0].strip("/") in CHAPTERS, (slug, target)


def test_every_page_has_a_chapter() -> None:
    pages = {row.name for row in rows("pages") if row.method == "GET" and ":" in row.name} - set(NO_PAGES)
    assert {name for name in pages if not chapter_of(name)} == set()
    assert chapter_of("portal:jobs") == "jobs"
    assert chapter_of("reporting:explain-balance") == "explain"
    assert chapter_of("mfa_index") == "signing-in"
    assert chapter_of("nowhere") == ""


def test_a_page_links_to_its_chapter(world: World, alice: User, sign_in: SignIn) -> None:
    shown = shown_of(sign_in(alice).get(page("members")))
    assert f'href="{page("help-chapter", slug="members")}">Help<' in shown


@pytest.mark.django_db
def test_the_figures_stand_in_the_help_as_on_the_pages() -> None:
    with override("en"):
        shown = Client().get(page("help-chapter", slug=FIGURES)).context["figures"]
        assert {name: figure.text for name, figure in shown} == {name: one.text for name, one in DEFINITIONS.items()}


@pytest.mark.django_db
def test_chapters_are_found_by_their_words() -> None:
    found = Client().get(page("help"), {"q": "PKCE secret"}).context["parts"]
    assert [line.slug for _, lines in found for line in lines] == ["api-clients"]
    assert "No chapter has" in shown_of(Client().get(page("help"), {"q": "xyzzy"}))
    assert Client().get(page("help"), {"q": "a\0b"}).status_code == 200


@pytest.mark.django_db
def test_a_chapter_that_is_none_is_not_found() -> None:
    assert Client().get(page("help-chapter", slug="no-such")).status_code == 404


def test_html_in_a_chapter_is_shown_and_does_not_run() -> None:
    text = rendered("# T\n\nFirst.\n\n## A & b\n\n<script>x()</script>\n\n[bad](javascript:x)\n", "en")
    assert "<script>" not in text.html
    assert "javascript:" not in re.findall(r'href="([^"]*)"', text.html)
    assert text.headings == (("a-b", "A & b"),)
    assert (text.title, text.summary) == ("T", "First.")


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_translated_chapter_has_all_of_the_english_one(slug: str) -> None:
    english, german = (text_of(slug, language) for language in ("en", "de"))
    assert english
    assert german
    assert (german.language, len(german.headings)) == ("de", len(english.headings))
    tables, samples = (english.html.count(tag) for tag in ("<tr>", "<pre"))
    assert (german.html.count("<tr>"), german.html.count("<pre")) == (tables, samples)


@pytest.mark.django_db
def test_the_help_speaks_the_readers_language() -> None:
    german = Client(headers={"Accept-Language": "de"})
    shown = shown_of(german.get(page("help-chapter", slug="members")))
    assert "<h1>Mitglieder, Rollen, Einladungen</h1>" in shown
    assert "not translated" not in shown
