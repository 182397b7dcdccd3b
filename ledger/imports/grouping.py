"""Which contract pays for a job and which service it used, as the options choose. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from ledger.imports.errors import ImportRefused
from ledger.imports.rows import Row

SERVICE_CHOICES: Final = ("partition", "queue", "executable")
# What the database's columns leave after the log's name and a colon.
LONGEST: Final = {"user": 100, "contract": 23, "service": 59}
_CONTRACT_CHOICE: Final = re.compile(r"group|user-mod-([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The choice of contracts (`modulus` 0: by group, else by user number modulo it) and of services."""

    modulus: int
    service_by: str

    def contract_of(self, row: Row) -> str:
        """Return the key of the contract that pays, as in the log."""
        return str(row.user_number % self.modulus) if self.modulus else row.group

    def service_of(self, row: Row) -> str:
        """Return the key of the service that was used, as in the log."""
        choices = {"partition": row.partition, "queue": row.queue, "executable": row.executable}
        return choices[self.service_by]


def parse_grouping(contract_by: str, service_by: str) -> Grouping:
    """Return the choice that the options name.

    Raises:
        ImportRefused: `contract_by` is neither `group` nor `user-mod-N`.
    """
    found = _CONTRACT_CHOICE.fullmatch(contract_by)
    if found is None:
        raise ImportRefused(f"--contract-by is group or user-mod-N with a number N of contracts, not {contract_by!r}.")
    return Grouping(int(found[1] or 0), service_by)


def unusable_key(name: str, key: str) -> str:
    """Return why `key` cannot name a `name` (user, contract, service), or nothing."""
    if not key:
        return f"no {name}"
    if len(key) > LONGEST[name] or not key.isprintable():
        return f"the name of the {name} is longer than {LONGEST[name]} characters or has unprintable ones"
    return ""
