"""The pages on security name tests that exist, and every requirement just once."""

import ast
import re

import pytest

from tests.house.sources import ROOT

ASVS = ROOT / "docs/security/asvs.md"
NAMED = re.compile(r"`(tests/[\w/.]+?\.py)(?:::(\w+))?`")
LINE = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| (met|n/a|not met) \| (.+?) \| (.*?) \|$", re.MULTILINE)
PAGES = sorted((ROOT / "docs/security").glob("*.md"))
LEVELS_1_AND_2 = 253


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_test_that_is_named_exists(page: object) -> None:
    named = NAMED.findall(page.read_text())  # type: ignore[attr-defined]
    missing = [f"{path}::{name}" for path, name in named if name not in ({""} | names_in(path))]
    assert missing == []
    assert len(named) > 10 or page.stem == "scans"  # type: ignore[attr-defined]


def test_every_requirement_has_one_line_and_what_is_met_has_a_test() -> None:
    lines = LINE.findall(ASVS.read_text())
    numbers = [number for number, *_ in lines]
    assert len(numbers) == len(set(numbers)) == LEVELS_1_AND_2
    assert [number for number, _, status, _, test in lines if (status == "met") != bool(NAMED.match(test))] == []
    assert [number for number, _, _, why, _ in lines if len(why) < 3] == []


def test_the_sums_are_those_of_the_lines() -> None:
    statuses = [status for _, _, status, _, _ in LINE.findall(ASVS.read_text())]
    said = re.search(r"\*\*(\d+) met, (\d+) do not apply, (\d+) not met\*\*, of (\d+)", ASVS.read_text())
    assert said
    counted = [statuses.count(status) for status in ("met", "n/a", "not met")]
    assert [int(number) for number in said.groups()] == [*counted, len(statuses)]
