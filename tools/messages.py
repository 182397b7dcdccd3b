"""`make messages`: collects the words that people read into locale/*/LC_MESSAGES/django.po, and compiles these.

Everything is done with Babel, because gettext's own programs are missing on many machines. A message that has no
translation stays empty, which a house test notices; one that nothing uses any more is thrown away.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import allauth
import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation import templatize

if not apps.ready:
    django.setup()

from ledger import errors
from ledger.verification import INVARIANTS

ROOT: Final = Path(__file__).resolve().parent.parent
LOCALE: Final = ROOT / "locale"
CODE: Final = ("ledger", "reporting", "portal")
LAZY: Final = {
    **{f"gettext_{kind}": None for kind in ("lazy", "noop")},
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
KEYWORDS: Final[dict[str, Any]] = {**DEFAULT_KEYWORDS, **LAZY}
REFUSING: Final = ("ledger", "portal")
ENGLISH: Final = "portal/api/"
"""Speaks English alone, so its refusals need no other words."""
REFUSALS: Final = frozenset(name for name, kind in vars(errors).items() if isinstance(kind, type))
WIDTH: Final = 100
FAMILIAR: Final = re.compile(r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich|bestätige|gib)\b")
HEADER: Final = "# Counting House in another language. `make messages` renews this file; docs/translations.md says how."
# Without dates, which would make every run a change.
FACTS: Final[dict[str, Any]] = {
    "project": "Counting House",
    "version": "1",
    "last_translator": "the authors",
    "language_team": "the authors",
    "msgid_bugs_address": "none",
    "creation_date": datetime(2026, 1, 1, tzinfo=UTC),
    "revision_date": datetime(2026, 1, 1, tzinfo=UTC),
}


def collected() -> Catalog:
    """Return every message of the code and the templates, with the files it stands in."""
    found = Catalog()
    for path, text in _sources():
        source = io.BytesIO(text.encode())
        for line, message, comments, context in extract("python", source, KEYWORDS, comment_tags=("Translators:",)):
            found.add(
                message, locations=[(path.relative_to(ROOT).as_posix(), line)], context=context, auto_comments=comments
            )
    for sentence in INVARIANTS:
        found.add(sentence, locations=[("ledger/verification/__init__.py", 1)])
    for path, sentence in _refusals():
        found.add(sentence, locations=[(path, 1)])
    for message in _too_familiar():
        found.add(message.id, locations=[("allauth", 1)], context=message.context)
    return found


def _too_familiar() -> Iterator[Any]:
    """Yield what allauth's German says with *du*, where the rest of the site says *Sie*: ours comes first."""
    path = Path(allauth.__file__).parent / "locale/de/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        yield from (message for message in read_po(file) if message.id and FAMILIAR.search(" ".join(strings(message))))


def _refusals() -> Iterator[tuple[str, str]]:
    """Yield what the ledger and the portal refuse with, in English: portal/wording.py translates it for people."""
    for path in [path for folder in REFUSING for path in sorted((ROOT / folder).rglob("*.py"))]:
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse("" if name.startswith(ENGLISH) else path.read_text())):
            for said in (_said(node), _titled(node)):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield name, said.value


def _said(node: ast.AST) -> ast.expr | None:
    """The sentence of `raise Refusal("...")`."""
    if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
        return None
    return node.exc.args[0] if getattr(node.exc.func, "id", "") in REFUSALS else None


def _titled(node: ast.AST) -> ast.expr | None:
    """The title of a class of refusals."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return None
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return node.value if any(getattr(target, "id", "") == "title" for target in targets) else None


def _sources() -> Iterator[tuple[Path, str]]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path, _as_code(path)


def _as_code(path: Path) -> str:
    """A template as Django turns it into calls of gettext; without its indentation, which Python would mind."""
    calls = templatize(path.read_text(), origin=path.as_posix())
    return "\n".join(line.lstrip() for line in calls.split("\n"))


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it is kept."""
    with (LOCALE / language / "LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """Return what Django reads of a catalogue."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def renewed(language: str, messages: Catalog) -> Catalog:
    """Return the catalogue of a language with just these messages; what was translated stays so."""
    path = LOCALE / language / "LC_MESSAGES/django.po"
    kept = read(language) if path.exists() else Catalog(locale=language)
    catalogue = Catalog(locale=language, header_comment=HEADER, fuzzy=False, **FACTS)
    for message in messages:
        if message.id:
            before = kept.get(message.id, message.context)
            found = catalogue.add(message.id, before.string if before else None, context=message.context)
            found.locations, found.auto_comments = message.locations, message.auto_comments
    return catalogue


def main() -> int:
    """Renew and compile every language; 1 while one lacks translations."""
    messages, lacking = collected(), 0
    for language in [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]:
        catalogue = renewed(language, messages)
        folder = LOCALE / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "django.po").open("wb") as file:
            write_po(file, catalogue, width=WIDTH, sort_output=True, omit_header=False, include_lineno=False)
        (folder / "django.mo").write_bytes(compiled(catalogue))
        empty = [message.id for message in catalogue if message.id and not all(strings(message))]
        lacking += len(empty)
        print(f"{language}: {len(catalogue)} messages, {len(empty)} of them without a translation")
    return 1 if lacking else 0


def strings(message: Any) -> tuple[str, ...]:
    """Return the translations of a message: one, or one for each plural form."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


if __name__ == "__main__":
    sys.exit(main())
