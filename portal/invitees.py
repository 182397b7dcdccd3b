"""Reads a list of people to invite, pasted from a mail or a spreadsheet, or out of a CSV file. No database."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from ledger.invitations import Invitee
from ledger.models import Role

ADDRESS: Final = re.compile(r"[^\s,;<>\"'()|]+@[^\s,;<>\"'()|]+")
SEPARATORS: Final = ",;\t"
COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "email": frozenset({"email", "e-mail", "mail", "address", "e-mail address", "email address", "e-mail-adresse"}),
    "role": frozenset({"role", "rolle"}),
    "shared": frozenset({"shared", "shared tokens", "gemeinsam", "gemeinsame tokens", "gemeinsame token"}),
}
ROLES: Final = {
    **dict.fromkeys(("end user", "end_user", "user", "member", "endnutzer", "nutzer", "mitglied"), Role.END_USER),
    **dict.fromkeys(
        ("coordinator", "software coordinator", "koordinator", "koordinatorin", "softwarekoordinator"), Role.COORDINATOR
    ),
    **dict.fromkeys(("administrator", "contract administrator", "vertragsadministrator"), Role.ADMINISTRATOR),
}
SHARED: Final = {
    **dict.fromkeys(("shared", "shared tokens", "gemeinsam", "yes", "ja", "true", "1", "x"), True),
    **dict.fromkeys(("not shared", "no", "nein", "false", "0", "-"), False),
}
"""What stands in a list for "may use the shared tokens", and for "may not"."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the list means; `problem` says why nobody can be invited by it."""

    number: int
    text: str
    invitee: Invitee | None = None
    problem: str = ""

    @property
    def role_label(self) -> str:
        """The role in words; empty where nobody could be read."""
        return str(Role(self.invitee.role).label) if self.invitee else ""


def read_list(text: str, *, role: str = Role.END_USER, uses_shared: bool = False) -> list[Line]:
    """Return a line for each person in the list; `role` and `uses_shared` hold where a line does not say."""
    usual = Invitee("", role, uses_shared)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines and "@" not in lines[0][1] and (columns := _columns(lines[0][1])):
        return [_by_columns(number, line, columns, usual) for number, line in lines[1:]]
    return [found for number, line in lines for found in _by_sight(number, line, usual)]


def written(invitee: Invitee) -> str:
    """Return a line of a list that means just this."""
    return f"{invitee.email}, {invitee.role}, {'shared' if invitee.uses_shared else 'not shared'}"


def _columns(line: str) -> dict[str, int]:
    """Return which column is what, of a first line that names them; nothing where none is for addresses."""
    cells = [cell.strip().lower() for cell in _cells(line)]
    found = {name: place for place, cell in enumerate(cells) for name, words in COLUMNS.items() if cell in words}
    return found if "email" in found else {}


def _by_columns(number: int, line: str, columns: Mapping[str, int], usual: Invitee) -> Line:
    cells = dict(enumerate(_cells(line)))
    given = {name: cells.get(place, "").strip() for name, place in columns.items()}
    if not given["email"]:
        return Line(number, line, problem=_("There is no e-mail address in this line."))
    return _understood(number, line, given["email"], [given.get("role", ""), given.get("shared", "")], usual)


def _by_sight(number: int, line: str, usual: Invitee) -> Iterator[Line]:
    """Yield who stands in a line without columns: one address with what follows it, or several, as in a mail's head."""
    found = list(ADDRESS.finditer(line))
    if not found:
        yield Line(number, line, problem=_("There is no e-mail address in this line."))
        return
    if len(found) > 1:
        yield from (_understood(number, line, address[0], [], usual) for address in found)
        return
    after = line[found[0].end() :].lstrip(">\"')")
    yield _understood(number, line, found[0][0], re.split(f"[{SEPARATORS}]", after), usual)


def _understood(number: int, line: str, email: str, words: list[str], usual: Invitee) -> Line:
    role, shared = usual.role, usual.uses_shared
    for word in (word.strip(" .\"'").lower() for word in words):
        if word in ROLES:
            role = ROLES[word]
        elif word in SHARED:
            shared = SHARED[word]
        elif word:
            return Line(number, line, problem=_("“%(word)s” is neither a role nor “shared”.") % {"word": word[:40]})
    return Line(number, line, Invitee(email, role, shared))


def _cells(line: str) -> list[str]:
    separator = max(SEPARATORS, key=line.count)
    return next(csv.reader([line], delimiter=separator), [])
