"""portal -> reporting -> ledger, no circles, and a ledger that knows no HTTP."""

import ast
import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.house.sources import APPS, ROOT, functions, trees

NOT_FOR_THE_LEDGER = re.compile(
    r"django\.(contrib\.(?!auth\b)|forms|http|middleware|shortcuts|template|urls|views)|rest_framework|allauth"
    r"|drf_spectacular|django_htmx|requests\b|portal\b|reporting\b"
)


def imported_names(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
    return names


def http_in(tree: ast.AST) -> list[str]:
    """Return the imports and the functions that tie a module to HTTP. `Request` is the ledger's own type."""
    found = [name for name in imported_names(tree) if NOT_FOR_THE_LEDGER.match(name)]
    for function in functions(tree):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        requests = [argument for argument in arguments if argument.arg == "request"]
        found += [function.name for argument in requests if not _is_the_ledgers_own(argument)]
    return found


def _is_the_ledgers_own(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation) == "Request"


def imports_in_functions(tree: ast.AST) -> list[str]:
    """Return the functions that import. Only `ready` may: Django calls it so that it can."""
    return [
        function.name
        for function in functions(tree)
        if function.name != "ready"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def test_the_layers_hold_and_there_are_no_circles(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_a_module_that_imports_upward_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in APPS:
        (tmp_path / f"house_{app}").mkdir()
        (tmp_path / f"house_{app}/__init__.py").touch()
    (tmp_path / "house_ledger/jobs.py").write_text("import house_portal\n")
    contracts = (ROOT / "pyproject.toml").read_text().split("[tool.importlinter]")[1].split("[[")
    layers = re.sub(r'"(ledger|reporting|portal)"', r'"house_\1"', "[[".join(contracts[:2]))
    (tmp_path / "pyproject.toml").write_text("[tool.importlinter]" + layers)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert lint_imports(no_cache=True) == 1


def test_the_ledger_knows_no_http() -> None:
    assert {path: found for path, tree in trees("ledger") if (found := http_in(tree))} == {}


@pytest.mark.parametrize(
    "bad",
    [
        "from django.http import HttpRequest",
        "from django import http",
        "import rest_framework.views",
        "from django.contrib import admin",
        "def start(request): ...",
        "def start(*, request): ...",
    ],
)
def test_http_in_the_ledger_is_noticed(bad: str) -> None:
    assert http_in(ast.parse(bad))


def test_imports_stand_at_the_top() -> None:
    everything = trees(*APPS, "tests", "bench")
    assert {path: found for path, tree in everything if (found := imports_in_functions(tree))} == {}


def test_an_import_inside_a_function_is_noticed() -> None:
    assert imports_in_functions(ast.parse("def f():\n    if x:\n        from a import b\n")) == ["f"]
    assert imports_in_functions(ast.parse("from a import b\ndef f(): ...\n")) == []
