"""Every word that people read is marked, and translated into every language; what is compiled is what is kept."""

import re

import pytest
from django.conf import settings

from tests.house.sources import ROOT
from tests.house.words import unmarked
from tools import messages

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
# Pages of operators, who are staff of the vendor, and of programmers, whose language the API's is.
ENGLISH_ONLY = ("admin/", "api/")
FACTS = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")
RENEW = "run `make messages`, and translate what is new"


def test_every_word_of_the_templates_is_marked() -> None:
    names = {path.relative_to(ROOT / "templates").as_posix(): path for path in TEMPLATES}
    read = {name: path for name, path in names.items() if not name.startswith(ENGLISH_ONLY)}
    found = {name: unmarked(path.read_text(), is_html=path.suffix == ".html") for name, path in read.items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "bad",
    [
        "<p>Words</p>",
        '<img alt="Words">',
        '<button aria-label="Words {{ x }}">{% translate "Marked" %}</button>',
        "{% if x %}Words{% endif %}",
        '{% include "x.html" with label="Words" %}',
        '{{ x|default:"Two words" }}',
    ],
)
def test_an_unmarked_word_is_noticed(bad: str) -> None:
    assert unmarked(bad)


def test_marked_words_and_code_pass() -> None:
    good = '<a class="btn" href="/x">{% translate "Words" %}</a>{% blocktranslate %}More words{% endblocktranslate %}'
    assert unmarked(good) == []
    assert (
        unmarked("<code>token_type</code><script>let words = 1;</script>{# words #} {{ words }} · Counting House") == []
    )


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_has_the_messages_of_the_site_and_no_others(language: str) -> None:
    kept = {(message.context, message.id) for message in messages.read(language) if message.id}
    assert kept == {(message.context, message.id) for message in messages.collected() if message.id}, RENEW


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_none_is_guessed(language: str) -> None:
    every = [message for message in messages.read(language) if message.id]
    assert [message.id for message in every if message.fuzzy or not all(messages.strings(message))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_facts_of_their_messages(language: str) -> None:
    for message in messages.read(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        for number, said in enumerate(messages.strings(message)):
            wanted = set(FACTS.findall(ids[min(number, len(ids) - 1)]))
            assert set(FACTS.findall(said)) == wanted or not message.id, said


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_kept(language: str) -> None:
    compiled = (ROOT / "locale" / language / "LC_MESSAGES/django.mo").read_bytes()
    assert compiled == messages.compiled(messages.read(language)), RENEW
