"""Which files the house's rules are about."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("ledger", "reporting", "portal")


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Yield the path (relative to the checkout) and the text of each module we wrote below `folders`."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path, text in modules(*folders):
        yield path, ast.parse(text)


def tracked_files() -> list[str]:
    """Return every file that is committed or would be: known to git, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return sorted(name for name in listed if name and (ROOT / name).is_file())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
