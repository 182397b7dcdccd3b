"""Small files and functions. Where clarity asks for more, a comment `# Long because ...` says why."""

import ast

from tests.house.sources import APPS, ROOT, functions, modules

FILE_LINES = 300
FUNCTION_LINES = 50
TEST_LINES = 30
TEMPLATE_LINES = 120
REASON = "Long because "


def too_long(text: str, *, lines: int) -> bool:
    return len(text.splitlines()) > lines and REASON not in text


def long_functions(text: str, *, lines: int) -> list[str]:
    """Return the functions longer than `lines`, counted without decorators and docstring."""
    return [
        function.name
        for function in functions(ast.parse(text))
        if _length(function) > lines and REASON not in (ast.get_source_segment(text, function) or "")
    ]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = function.body[0] if ast.get_docstring(function) else None
    counted = (function.end_lineno or function.lineno) - function.lineno + 1
    return counted - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def test_files_are_short() -> None:
    assert [path for path, text in modules(*APPS, "tests", "bench") if too_long(text, lines=FILE_LINES)] == []


def test_functions_are_short() -> None:
    found = {path: long_functions(text, lines=FUNCTION_LINES) for path, text in modules(*APPS, "bench")}
    found |= {path: long_functions(text, lines=TEST_LINES) for path, text in modules("tests")}
    assert {path: names for path, names in found.items() if names} == {}


def test_templates_are_short() -> None:
    templates = [path for path in ROOT.glob("*/**/*.html") if path.is_relative_to(ROOT / "templates")]
    templates += [path for app in APPS for path in (ROOT / app).rglob("*.html")]
    assert [path for path in templates if too_long(path.read_text(), lines=TEMPLATE_LINES)] == []


def test_length_is_noticed_unless_it_has_a_reason() -> None:
    function = "def f():\n" + "    x = 1\n" * 50
    assert long_functions(function, lines=50) == ["f"]
    assert long_functions(function.replace("x = 1", "x = 1  # Long because it is a table", 1), lines=50) == []
    assert long_functions('def f():\n    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * 49, lines=50) == []
    assert too_long("\n" * 301, lines=300)
    assert not too_long("# Long because it is one table\n" + "\n" * 300, lines=300)
