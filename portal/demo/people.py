"""Who is in the example: people of two contracts, an operator, and a stranger. Plain data."""

from dataclasses import dataclass
from typing import Final

CONTRACT_A: Final = "110-4711"
CONTRACT_B: Final = "220-0815"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the example. Who does not sign in has no password: they are there for the reports."""

    name: str
    surname: str
    domain: str
    part: str
    signs_in: bool = True
    is_operator: bool = False

    @property
    def key(self) -> str:
        """The short name, as used in the facts file."""
        return self.name.lower()

    @property
    def email(self) -> str:
        return f"{self.key}@{self.domain}"


ALICE: Final = Person(
    name="Alice", surname="Archer", domain="aldgate.example", part="Contract administrator of contract A"
)
CAROL: Final = Person(name="Carol", surname="Cole", domain="aldgate.example", part="Software coordinator of contract A")
BOB: Final = Person(
    name="Bob",
    surname="Barnes",
    domain="aldgate.example",
    part="End user of contract A, may use shared tokens",
)
DAVE: Final = Person(
    name="Dave",
    surname="Drake",
    domain="aldgate.example",
    part="End user of contract A, individual tokens only",
)
ERIN: Final = Person(name="Erin", surname="Ellis", domain="aldgate.example", part="End user", signs_in=False)
FRANK: Final = Person(name="Frank", surname="Ford", domain="aldgate.example", part="End user", signs_in=False)
GRACE: Final = Person(name="Grace", surname="Gill", domain="aldgate.example", part="Waits for approval", signs_in=False)
MALLORY: Final = Person(
    name="Mallory", surname="Marsh", domain="brook.example", part="Contract administrator of contract B"
)
OLGA: Final = Person(
    name="Olga", surname="Owen", domain="counting-house.example", part="Operator of the site", is_operator=True
)
STRANGER: Final = Person(
    name="Stranger", surname="Stone", domain="elsewhere.example", part="Has an account, but no contract"
)

PEOPLE: Final = (ALICE, CAROL, BOB, DAVE, ERIN, FRANK, GRACE, MALLORY, OLGA, STRANGER)
INVITED_EMAIL: Final = "heidi@aldgate.example"
