"""What the terminal says once the example is there: where it is and who can sign in."""

from django.conf import settings

from portal.demo.kept import Kept
from portal.demo.people import PEOPLE


def introduction(url: str, kept: Kept) -> str:
    """Return the address, the people with their passwords, and the service client's credentials, as lines."""
    lines = [(person.part, person.email, kept.passwords[person.email]) for person in PEOPLE if person.signs_in]
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    people = [f"  {part:<{widths[0]}}  {email:<{widths[1]}}  {password}" for part, email, password in lines]
    return "\n".join(
        [
            "",
            f"Counting House is at {url}",
            "",
            *people,
            "",
            f"  Service client 'desktop': id {kept.client_id}, secret {kept.client_secret}",
            f"  API: {url}/api/docs/   Operators: {url}/{settings.ADMIN_PATH}",
            "",
        ]
    )
