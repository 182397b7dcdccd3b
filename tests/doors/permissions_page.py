"""Writes docs/permissions.md out of the table: `python -m tests.doors.permissions_page`."""

from pathlib import Path

from tests.doors.table import ROLES, Row, rows

PAGE = Path(__file__).resolve().parents[2] / "docs/permissions.md"
TITLES = {
    "api": "Operations of the API",
    "pages": "Pages",
    "accounts": "Signing in, accounts, OAuth",
    "operators": "Operators' pages",
}
INTRODUCTION = """# Who may do what

Every method at every address, and what each role gets. Written out of `tests/doors/table/` by
`python -m tests.doors.permissions_page`; a test asks the site for every cell, and fails on an address that is not here.

The objects asked about belong to contract A: Bob's running job and refund request, Carol's order, somebody's request to
be enabled, the shared pool. **Mallory** administers another contract; **tina** is an end user ticked for the shared
tokens, **bob** one who is not; **carol** coordinates, **alice** administers, **olga** operates the site with a second
factor and a reason to read contract A. **desktop** is a service client with every scope, **narrow** one with none,
**expired** an access token that has ended. People come with a session on pages and with a token (and, tested as well, a
session) at the API. An operation is opened by any one of its scopes.

Default deny: what belongs to another contract is 404, in the same words as what does not exist; a right that is missing
is 403; no sign-in is 401 or the way to the sign-in page (`login`). `gate` is the way to the operators' sign-in, which
answers 403 to whoever is signed in and is no operator. `200/2` is a list of two, `200:403` a batch whose item was
answered 403.
"""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(f"\n## {title}\n\n{_table(rows(part))}" for part, title in TITLES.items())


def _table(found: list[Row]) -> str:
    scoped = found[0].part == "api"
    head = ["method", "address", *(["scopes"] if scoped else []), *ROLES]
    lines = [head, ["---"] * len(head)]
    for row in found:
        scopes = [", ".join(row.scopes) or "none"] if scoped else []
        lines.append([row.method, f"`{row.name}`", *scopes, *(row.cells[role] for role in ROLES)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page())
