"""Every definition belongs to a figure of some page, and every figure that asks for one gets it."""

import re

from reporting.charts import LEVELS
from reporting.definitions import DEFINITIONS
from reporting.explain import ORDER
from reporting.filters import PICTURES
from reporting.tables import COMPARED
from tests.house.sources import ROOT

ASKED = re.compile(r'\{% what "([a-z-]+)"')
BY_VARIABLE = {*ORDER, *PICTURES, *COMPARED}
"""Where a template names its figure by a variable: steps of a balance, pictures, columns that compare."""


def asked_for() -> set[str]:
    pages = (ROOT / "templates").rglob("*.html")
    return {code for page in pages for code in ASKED.findall(page.read_text())}


def test_each_figure_finds_its_definition_and_each_definition_its_figure() -> None:
    assert asked_for() | BY_VARIABLE == set(DEFINITIONS)


def test_definitions_are_sentences_and_no_two_say_the_same() -> None:
    texts = [str(each.text) for each in DEFINITIONS.values()]
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if not text.endswith(".")] == []
    assert LEVELS == 4  # the calendar's definition counts five steps, that of nothing included
