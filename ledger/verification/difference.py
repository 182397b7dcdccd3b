"""What a verification reports."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that breaks an invariant. Without a contract: a daily root, or the database itself."""

    invariant: str
    row: str
    detail: str
    contract_id: UUID | None = None
