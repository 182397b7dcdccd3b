"""Asks for a row of the table as a role, so that nothing of it stays, and writes the answer as the table does."""

import json
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.core.cache import cache
from django.db.transaction import atomic, set_rollback
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse

from ledger.ids import new_id
from portal.notifications.links import stop_path
from tests.doors.addresses import every_address
from tests.doors.conftest import Site
from tests.doors.table import Row
from tests.portal.conftest import World

STUDY = {"service": "analysis", "contract": "{contract_id}", "user": "{user}"}
PACK = "?pack=100&quantity=1&channel=store"
NUMBERS = {"contract_number": "A-100", "serial_number": "555-12345678"}
ONCE = {"key": "{key}", "contract": "{contract_id}"}
REASON = {"reason": "Because."}
BODIES: dict[str, dict[str, Any]] = {
    "POST /allocations": {"contract": "{contract_id}", "user": "bob@example.com", "amount": "1", "direction": "give"},
    "POST /quotes": STUDY,
    "POST /jobs": STUDY,
    "POST /jobs/batch": {"items": [STUDY], "mode": "all_or_nothing"},
    "POST /jobs/settle": {"items": [{"job": "{job_id}", "verb": "complete"}]},
    "POST /jobs/{job_id}/refund-requests": {"reason": "empty"},
    "POST /orders": {"contract": "{contract_id}", "user": "{user}", "pack": "100", "channel": "store"},
    "POST /benefits": NUMBERS,
    "POST portal:choose-contract": ONCE,
    "POST portal:choose-language": {"language": "en-gb"},
    "POST portal:generate": ONCE,
    "POST portal:generate-cost": ONCE,
    "POST portal:request-refund": REASON,
    "POST portal:decline-refund": REASON,
    "POST portal:refuse-enabling": REASON,
    "POST portal:set-role": {"role": "coordinator"},
    "POST portal:set-shared-use": {"allowed": "yes"},
    "POST portal:set-shared-uses": {"allowed": "yes", "member": "{member_id}"},
    "POST portal:invite": {"people": "frank@example.com", "send": "yes"},
    "POST portal:new-desktop-application": {"name": "Mill", "scopes": "tokens:read"},
    "POST portal:approve-enablings": {"benefit": "{benefit_id}"},
    "POST portal:allocate": {**ONCE, "amount": "5", "sure": "yes"},
    "POST portal:take-back": {**ONCE, "amount": "5", "sure": "yes"},
    "POST portal:ask-to-buy": {**ONCE, "tokens": "100", "reason": "A bridge."},
    "POST portal:ask-export": {"dataset": "jobs", "format": "csv", "query": ""},
    "POST admin:read-contract": {"reason": "Request 4711."},
}
QUERIES = {
    "GET /usage": "?contract={contract_id}",
    "GET /usage/export": "?contract={contract_id}",
    "GET /journal": "?contract={contract_id}",
    "GET portal:confirm-order": PACK,
    "POST portal:confirm-order": PACK,
}
# Parameters that stand for the same on every site.
FIXED = {
    "day": "2026-03-01",
    "topic": "software",
    "slug": "members",
    "provider_name": "stripe",
    "uidb36": "1",
    "object_id": "1",
    "pk": "1",
    "id": "1",
    "url": "no-such-page",
    "app_label": "ledger",
    "content_type_id": "1",
    "user": "",
}
# Who the service client acts for; a person is that user, and names nobody.
ACTS_FOR = {"/orders": "carol@example.com"}


def names(world: World) -> dict[str, str]:
    """What stands for the parameters of addresses, and in bodies."""
    # Long because it is one table.
    return {
        "contract_id": str(world.contract.id),
        "pool_id": str(world.adjustment.pool_id),
        "job_id": str(world.running.id),
        "transaction_id": str(world.running.transactions.get(kind="hold").id),
        "request_id": str(world.asked.id),
        "order_id": str(world.order.id),
        "benefit_id": str(world.benefit.id),
        "client_id": world.client_id,
        "member_id": str(world.members["bob"].id),
        "invitation_id": str(world.invitation.id),
        "adjustment_id": str(world.adjustment.id),
        "export_id": str(world.export.id),
        "operation_id": str(world.export.id),
        "schedule_id": str(world.schedule.id),
        "token": stop_path("expiring", world.members["bob"].user_id).split("/")[-2],
        "key": str(new_id()),
        "view_id": str(new_id()),
        **FIXED,
    }


def parameters(row: Row, site: Site) -> dict[str, str]:
    """What stands for the parameters of this row's address."""
    found = names(site.world)
    if row.name == "/jobs/{job_id}/refund-requests":
        found["job_id"] = str(site.spare.id)
    if row.name.startswith("admin:") and row.name.count("_") > 1:
        label = row.name.removeprefix("admin:").rsplit("_", 1)[0]
        model = next(
            (kind for kind in apps.get_models() if f"{kind._meta.app_label}_{kind._meta.model_name}" == label), None
        )
        first = model._default_manager.first() if model else None
        found["object_id"] = str(first.pk) if first else "1"
    return found


def address(row: Row, given: dict[str, str]) -> str:
    """The row's address with these parameters."""
    if row.name.startswith("/"):
        return ("/api/v1" if row.part == "api" else "") + row.name.format(**given)
    return reverse(row.name, kwargs={name: given[name] for name in every_address()[row.name]})


def filled(value: Any, given: dict[str, str]) -> Any:
    """A body with its names replaced; what is empty then is left out."""
    text = json.dumps(value)
    for name, replacement in given.items():
        text = text.replace(f"{{{name}}}", replacement)
    return json.loads(text, object_hook=lambda found: {key: inner for key, inner in found.items() if inner != ""})


def ask(row: Row, role: str, site: Site, given: dict[str, str], *, door: str = "") -> HttpResponseBase:
    """Ask as this role; whatever it did is undone, in the database and in the browser."""
    if row.part == "api" and role in ("desktop", "narrow"):
        given = {**given, "user": ACTS_FOR.get(row.name, "bob@example.com")}
    query = QUERIES.get(row.label, "").format(**given)
    body = filled(BODIES.get(row.label, {}), given)
    by_token = row.part == "api" and door != "session"
    client = site.by_session[role]
    cookies = client.cookies.copy()
    cache.clear()  # what was tried before slows nobody down
    with atomic():
        if by_token:
            caller = site.by_token[role]
            where = address(row, given) + query
            response = caller.get(where) if row.method == "GET" else caller.post(where, body)
        else:
            response = _by_browser(client, row, address(row, given) + query, body)
        set_rollback(True)
    client.cookies = cookies
    return response


def _by_browser(client: Client, row: Row, where: str, body: dict[str, Any]) -> HttpResponseBase:
    if row.part != "api":
        return (
            client.generic(row.method, where, urlencode(body), content_type="application/x-www-form-urlencoded")
            if row.method != "GET"
            else client.get(where)
        )
    if row.method == "GET":
        return client.get(where)
    return client.post(where, json.dumps(body), "application/json", headers={"Idempotency-Key": given_key()})


def given_key() -> str:
    return str(new_id())


def seen(response: HttpResponseBase) -> str:
    """The answer as the table writes it."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/accounts/login/"):
        return "login"
    if response.status_code == 302 and location.startswith("/operator/login/"):
        return "gate"
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return str(response.status_code)
    assert isinstance(response, HttpResponse)
    answer = json.loads(response.content)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        return str(response.status_code)
    items = [str(result["status"]) for result in results if set(result) <= {"status", "job", "problem"}]
    return f"{response.status_code}:{','.join(items)}" if items else f"{response.status_code}/{len(results)}"
