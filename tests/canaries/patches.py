"""Seeded defects: each a file in `patches/` that says what it breaks, which tests should see it, and what changes."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "patches"


class DoesNotApply(Exception):
    """The code has changed: what a canary looks for is not there just once."""


@dataclass(frozen=True)
class Edit:
    """What stands in a file, and what a defect would have there."""

    file: str
    search: str
    replace: str

    def applied(self, text: str) -> str:
        """Return the text with the defect.

        Raises:
            DoesNotApply: what it looks for is not there, or not just once.
        """
        if text.count(self.search) != 1:
            raise DoesNotApply(f"{self.file}: {text.count(self.search)} times: {self.search!r}")
        return text.replace(self.search, self.replace)


@dataclass(frozen=True)
class Canary:
    """A defect; `tests` are those that should see it, on `database`."""

    name: str
    title: str
    seen_by: str
    tests: list[str]
    database: str
    edits: list[Edit]

    def apply(self, root: Path) -> None:
        """Put the defect into the checkout at `root`."""
        for edit in self.edits:
            path = root / edit.file
            path.write_text(edit.applied(path.read_text()))

    def take_back(self, root: Path, original: Path) -> None:
        """Put the original's files back."""
        for edit in self.edits:
            (root / edit.file).write_text((original / edit.file).read_text())


def canaries() -> list[Canary]:
    """Return all canaries by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.toml"))]


def _read(path: Path) -> Canary:
    found = tomllib.loads(path.read_text())
    edits = [Edit(**edit) for edit in found["edits"]]
    database = found.get("database", "sqlite")
    return Canary(path.stem, found["title"], found["seen_by"], found["tests"], database, edits)
