"""What is committed: no package hosts, nobody's machine, nobody else's code, no module without a purpose."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.sources import APPS, ROOT, modules, tracked_files

# With a bracket in each name, so that this file does not contain what it looks for.
PACKAGE_HOSTS = re.compile(
    r"https?://\S+/simpl[e]\b|pythonhoste[d]\.org|registry\.npmj[s]"
    r"|--(extra-)?index-ur[l][ =]\S|--find-link[s][ =]"
)
EVERYBODYS = {
    "/",
    "/app",
    "/home",
    "/nonexistent",
    "/opt",
    "/src",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
}
OTHERS_CODE = re.compile(r"\.min\.(js|css)$|(^|/)(vendor|node_modules|third_party)/")


def machine_paths() -> list[str]:
    """Return the folders that only exist on this machine."""
    return [f"{place}/" for place in {str(ROOT.parent), str(Path.home())} - EVERYBODYS]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


def has_purpose(text: str) -> bool:
    return not text.strip() or bool(ast.get_docstring(ast.parse(text)))


def test_no_package_host_is_named() -> None:
    assert [name for name in tracked_files() if PACKAGE_HOSTS.search(text_of(ROOT / name))] == []


@pytest.mark.parametrize("bad", [("https://pkg.example/", "simple/django"), ("--find-", "links=/wheels")])
def test_a_package_host_is_noticed(bad: tuple[str, str]) -> None:
    assert PACKAGE_HOSTS.search("".join(bad))


def test_no_path_of_this_machine_is_named() -> None:
    places = machine_paths()
    files = {name: text_of(ROOT / name) for name in tracked_files()}
    assert [name for name, text in files.items() if any(place in text for place in places)] == []


def test_a_path_of_this_machine_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert any(place in "see /home/somebody/notes" for place in machine_paths())


def test_nobody_elses_code_is_committed() -> None:
    assert [name for name in tracked_files() if OTHERS_CODE.search(name)] == []


def test_somebody_elses_code_is_noticed() -> None:
    assert OTHERS_CODE.search("portal/static/bootstrap.min.css")
    assert OTHERS_CODE.search("portal/vendor/htmx.js")


def test_every_module_says_its_purpose() -> None:
    assert [path for path, text in modules(*APPS, "tests", "bench") if not has_purpose(text)] == []


def test_a_module_without_purpose_is_noticed() -> None:
    assert not has_purpose("import os\n")
    assert has_purpose("")
