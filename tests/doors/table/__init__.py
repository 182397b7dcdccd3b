"""Who may do what, as ONE table: every address of the site against every role. docs/permissions.md shows it.

The files beside this one hold it, a line for each method and address: pages by the name of their address, operations
of the API by their path. A `{kind}` in a name stands for each of the models listed in a line `@kind`. An operation
names the scopes of which one opens it, or `-`. Then a cell for each of ROLES: the status, `login` for the way to the
sign-in page, `gate` for that to the operators' (403 to others who are signed in), `200/2` for a list of two,
`200:403` for a batch whose item was answered 403.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROLES = (
    *("anonymous", "stranger", "mallory", "bob", "tina", "carol", "alice", "olga"),
    *("desktop", "narrow", "expired"),
)
PEOPLE = ROLES[1:8]
PARTS = ("api", "pages", "accounts", "operators")


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one address, and the answer to each role."""

    part: str
    method: str
    name: str
    scopes: tuple[str, ...]
    cells: dict[str, str]

    @property
    def label(self) -> str:
        return f"{self.method} {self.name}"


def rows(*parts: str) -> list[Row]:
    """The rows of these parts, or of all."""
    return [row for part in parts or PARTS for row in _read(part)]


def _read(part: str) -> Iterator[Row]:
    kinds: dict[str, list[str]] = {}
    for line in (HERE / f"{part}.txt").read_text().splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if line.startswith("@"):
            kinds[words[0][1:]] = words[1:]
            continue
        yield from _expanded(part, words, kinds)


def _expanded(part: str, words: list[str], kinds: dict[str, list[str]]) -> Iterator[Row]:
    method, name, *rest = words
    scopes = tuple(rest.pop(0).split("|")) if part == "api" else ()
    assert len(rest) == len(ROLES), f"{method} {name} has {len(rest)} cells"
    cells = dict(zip(ROLES, rest, strict=True))
    kind = next((kind for kind in kinds if f"{{{kind}}}" in name), None)
    for filled in [name] if kind is None else [name.replace(f"{{{kind}}}", model) for model in kinds[kind]]:
        yield Row(part, method, filled, tuple(scope for scope in scopes if scope != "-"), cells)
