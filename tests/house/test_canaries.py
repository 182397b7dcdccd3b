"""Every canary still applies: its defect can be put into the code as it is today."""

import ast
from pathlib import Path

import pytest

from tests.canaries.patches import Canary, DoesNotApply, Edit, canaries
from tests.house.sources import ROOT

ALL = canaries()


@pytest.mark.parametrize("canary", ALL, ids=[canary.name for canary in ALL])
def test_a_canary_applies_and_leaves_code_that_can_be_read(canary: Canary) -> None:
    texts: dict[str, str] = {}
    for edit in canary.edits:
        texts[edit.file] = edit.applied(texts.get(edit.file) or (ROOT / edit.file).read_text())
    for text in texts.values():
        ast.parse(text)
    assert [name for name in canary.tests if not (ROOT / name).exists()] == []
    assert texts


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 16
    assert any(canary.database == "postgresql" for canary in ALL)


def test_a_canary_that_does_not_apply_any_more_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\na = 1\n")
    for search in ("b = 1", "a = 1"):
        canary = Canary("gone", "It is gone.", "nobody", [], "sqlite", [Edit("code.py", search, "")])
        with pytest.raises(DoesNotApply):
            canary.apply(tmp_path)
