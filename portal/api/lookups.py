"""The look-ups that every request to start or settle a job makes, past the ORM: compiling a query costs more than
running it. Called by authentication and access only."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from ledger.statements import Query, among, many, one, read, select_rows

_BY_HASH: Final = """
    SELECT t.scopes, CAST(t.data AS text), t.user_id, s.client_id, COALESCE(m.contract_id, c.contract_id)
    FROM allauth_idp_oidc_token t
    LEFT JOIN auth_user u ON u.id = t.user_id
    LEFT JOIN ledger_membership m ON m.user_id = t.user_id
    LEFT JOIN portal_serviceclient s ON s.client_id = t.client_id AND t.user_id IS NULL
    LEFT JOIN portal_serviceclient_contracts c ON c.serviceclient_id = s.client_id
    WHERE t.type = 'at' AND t.hash = %s AND t.client_id IS NOT NULL
        AND (t.expires_at IS NULL OR t.expires_at > %s) AND (t.user_id IS NULL OR u.is_active)
    ORDER BY m.created_at, c.id
"""
_JOBS: Final = "SELECT id, contract_id, user_id, service_id, caller FROM ledger_job"


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A valid access token: whose it is, and the contracts they have to do with. One of the two ids is set."""

    scopes: frozenset[str]
    resources: list[str]
    user_id: int | None
    client_id: str | None
    contract_ids: list[UUID]


def find_token(token_hash: str, *, now: datetime) -> KnownToken | None:
    """Return the access token with this hash, if it is valid, its user is active, and it is somebody's."""
    rows = select_rows(_BY_HASH, [token_hash, one(now)], (str, str, int, str, UUID))
    if not rows:
        return None
    scopes, data, user_id, client_id, _ = rows[0]
    if user_id is None and client_id is None:
        return None
    contract_ids = [row[4] for row in rows if row[4] is not None]
    return KnownToken(frozenset(scopes.split()), _resources(data), user_id, client_id, contract_ids)


def _resources(data: str | None) -> list[str]:
    """Return the addresses that a token is confined to (RFC 8707); none means everywhere."""
    if data is None or "resources" not in data:
        return []
    found = json.loads(data)
    return [str(resource) for resource in found["resources"]] if isinstance(found, dict) else []


class JobFacts(Struct, frozen=True, gc=False):
    """What decides who may do what to a job; none of it ever changes."""

    id: UUID
    contract_id: UUID
    user_id: int
    service_id: UUID
    caller: str


def find_jobs(job_ids: Collection[UUID]) -> dict[UUID, JobFacts]:
    """Return the facts of jobs."""
    sql = f"{_JOBS} WHERE {among('id', 'uuid')}"
    (rows,) = read(Query(sql, [many(set(job_ids))], (UUID, UUID, int, UUID, str)))
    return {row[0]: JobFacts(*row) for row in rows}
