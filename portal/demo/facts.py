"""The facts file: what a client from outside needs to talk to the example."""

import json
from pathlib import Path
from typing import Any, Final

from ledger.contracts import individual_pool, shared_pool
from ledger.models import Service
from portal.api.clients import issue_token
from portal.demo.kept import Kept, write_private
from portal.demo.organisation import CLIENT_SCOPES, Organisation
from portal.demo.people import ALICE, BOB, CAROL, MALLORY, PEOPLE, STRANGER

TOKEN_LIFETIME_S: Final = 30 * 86_400


def write_facts(path: Path, *, base_url: str, organisation: Organisation, kept: Kept) -> None:
    """Write the facts as JSON, readable by the file's owner only, with fresh access tokens."""
    facts = facts_of(base_url=base_url, organisation=organisation, kept=kept)
    write_private(path.absolute(), json.dumps(facts, indent=2) + "\n")


def facts_of(*, base_url: str, organisation: Organisation, kept: Kept) -> dict[str, Any]:
    """Return the facts, with fresh access tokens for everyone."""
    a, b = organisation.contract_a, organisation.contract_b
    bob = organisation.users[BOB]
    who_signs_in = [person for person in PEOPLE if person.signs_in]
    pools = {
        "A_shared": shared_pool(a.id),
        "B_shared": shared_pool(b.id),
        "bob_individual": individual_pool(contract_id=a.id, user_id=bob.pk),
    }
    return {
        "base_url": base_url,
        "tokens": _tokens(organisation, kept),
        "passwords": {person.key: kept.passwords[person.email] for person in who_signs_in},
        "emails": {person.key: person.email for person in who_signs_in},
        "contracts": {"A": str(a.id), "B": str(b.id)},
        "pools": {name: str(pool.id) for name, pool in pools.items()},
        "services": {code: code for code in Service.objects.values_list("code", flat=True)},
    }


def _tokens(organisation: Organisation, kept: Kept) -> dict[str, str]:
    tokens = {
        person.key: issue_token(user=organisation.users[person], lifetime_s=TOKEN_LIFETIME_S)
        for person in (ALICE, CAROL, BOB, MALLORY, STRANGER)
    }
    tokens["desktop"] = issue_token(client_id=kept.client_id, scopes=CLIENT_SCOPES, lifetime_s=TOKEN_LIFETIME_S)
    tokens["expired"] = issue_token(user=organisation.users[ALICE], lifetime_s=-60)
    return tokens
