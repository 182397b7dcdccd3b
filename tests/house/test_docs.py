"""The docs tell the truth: settings, commands, refusals and files of the code stand in them, and no others."""

import ast
import re
from pathlib import Path

import pytest

from ledger.errors import BY_CODE
from tests.house.sources import APPS, ROOT, modules, tracked_files

OPERATIONS = ROOT / "docs/operations.md"
PAGES = [name for name in tracked_files() if name == "README.md" or (name.startswith("docs/") and name.endswith(".md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)\)")
PATH = re.compile(r"`((?:ledger|reporting|portal|templates|tests|docs|requirements|bench|tools)/[\w./-]*)`")


def first_column(page: Path, pattern: str) -> set[str]:
    """Return what stands in the first cell of the page's table rows, where it looks like `pattern`."""
    return set(re.findall(rf"^\| `{pattern}` \|", page.read_text(), re.MULTILINE))


def settings_read(text: str) -> set[str]:
    """Return the names that `env.something("NAME", ...)` reads."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_the_docs_name_the_settings_that_are_read_and_no_others() -> None:
    read = settings_read((ROOT / "portal/settings.py").read_text())
    assert first_column(OPERATIONS, "([A-Z_]+)") == read
    assert {"SECRET_KEY", "DATABASE_URL"} <= read


def test_a_setting_that_is_read_is_noticed() -> None:
    assert settings_read('LIMIT: int = env.int("LIMIT", default=1) if env.bool("LIMITED") else 0') == {
        "LIMIT",
        "LIMITED",
    }


def test_settings_are_read_in_one_place() -> None:
    reading = re.compile(r"os\.(getenv|environ(\.get)?[\[(])")
    assert [path for path, text in modules(*APPS) if reading.search(text)] == []


def test_the_docs_name_the_commands_and_no_others() -> None:
    commands = {path.stem for app in APPS for path in (ROOT / app).glob("management/commands/[a-z]*.py")}
    assert first_column(OPERATIONS, r"manage\.py (\w+)") == commands


def test_the_docs_name_the_refusals_and_no_others() -> None:
    assert first_column(ROOT / "docs/refusals.md", r"(\w+)") == set(BY_CODE)


@pytest.mark.parametrize("document", PAGES)
def test_links_and_paths_in_the_docs_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text()
    links = [link for link in LINK.findall(text) if "://" not in link]
    missing = [link for link in links if not (ROOT / document).parent.joinpath(link).exists()]
    missing += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing == []


def test_every_decision_is_listed_and_numbered() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text()
    pages = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert re.findall(r"\((\d{4}-[\w-]+\.md)\)", index) == pages
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
