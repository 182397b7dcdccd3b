"""Every refusal that names a fact can be said in other languages: portal/wording.py knows its form."""

import ast
import re
from collections.abc import Iterator

from django.utils.translation import override

from ledger.errors import BY_CODE, InvalidRequest, JobEnded, NotFound
from portal.wording import WITH_FACTS, words_of
from tests.house.sources import trees

REFUSALS = {kind.__name__ for kind in BY_CODE.values()}


def form(sentence: str) -> str:
    """A sentence without the names of its facts."""
    return re.sub(r"\{.*?\}", "{}", sentence)


def sentences_with_facts(tree: ast.AST) -> Iterator[str]:
    """Yield the form of each f-string that a refusal is raised with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            said = node.exc.args[0]
            if isinstance(said, ast.JoinedStr) and getattr(node.exc.func, "id", "") in REFUSALS:
                parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in said.values]
                yield "".join(str(part) for part in parts)


def test_each_sentence_with_facts_has_its_form_and_none_is_left_over() -> None:
    speaking = [tree for path, tree in trees("ledger", "portal") if not path.startswith("portal/api/")]
    raised = {sentence for tree in speaking for sentence in sentences_with_facts(tree)}
    assert {form(sentence) for sentence in WITH_FACTS} == raised


def test_a_sentence_with_facts_is_noticed() -> None:
    assert [*sentences_with_facts(ast.parse('raise JobEnded(f"It ended: {job.status}.", field="x")'))] == [
        "It ended: {}."
    ]


def test_facts_survive_the_translation() -> None:
    with override("en-gb"):
        assert words_of(JobEnded("The job has already ended: failed.")) == "The job has already ended: failed."
        assert words_of(NotFound("Something nobody translated.")) == "Something nobody translated."
    with override("de"):
        waiting = InvalidRequest("10 of your exports are waiting already. Wait for one of them.")
        assert words_of(waiting) == "10 Ihrer Exporte warten schon. Warten Sie auf einen davon."
