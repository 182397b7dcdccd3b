"""Usage: who used how many tokens of what, when."""

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.errors import Forbidden
from ledger.models import Service
from ledger.rights import Right
from portal.api import access
from portal.api.answers import usage as shapes
from portal.api.caller import Caller
from portal.api.operations import operation
from portal.api.requests.others import UsageQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView
from reporting.replica import reading
from reporting.usage import UsageScope, usage

NOBODY: Final = 0
NOTHING: Final = "-"


class Usage(ApiView):
    """`/usage`."""

    @operation(
        summary="Add up used tokens by service, user, project, pool, day, week or month",
        scopes=(Scope.REPORTS_READ, Scope.TOKENS_READ),
        query=UsageQuery,
        answers={200: shapes.UsageAnswer},
        refusals=(404,),
    )
    def get(self, request: Request) -> Response:
        """Count the whole contract's usage where the caller may see it, else the caller's own."""
        query = self.query()
        scope = scope_of(self.caller, query)
        with reading():
            report = usage(scope=scope, group_by=query["group_by"], from_at=query.get("from"), to_at=query.get("to"))
        return Response(shapes.usage(report))


def scope_of(caller: Caller, query: dict[str, Any]) -> UsageScope:
    """Return whose usage the query asks for, as far as the caller may see it."""
    if not caller.contract_ids and "contract" not in query:
        return UsageScope(contract_ids=())
    contract_id = access.contract_of(caller, query.get("contract"))
    return UsageScope(
        contract_ids=(contract_id,),
        user_id=_user_id(caller, contract_id, query.get("user")),
        service=_code(query["service"]) if "service" in query else None,
        pool_id=query.get("pool"),
        project=query.get("project"),
    )


def _user_id(caller: Caller, contract_id: UUID, email: str | None) -> int | None:
    """Return whose usage to count: None means everybody's."""
    everybody = caller.allows(Scope.REPORTS_READ) and (
        caller.client_id is not None or contract_id in caller.contract_ids_with(Right.CONTRACT_REPORTS)
    )
    if caller.user_id is None and not everybody:
        raise Forbidden(f"A service client needs the scope {Scope.REPORTS_READ} for this.")
    own = None if everybody else caller.user_id
    if email is None:
        return own
    named = User.objects.filter(email__iexact=email, pools__contract_id=contract_id).first()
    return named.pk if named and own in (None, named.pk) else NOBODY


def _code(code_or_id: str) -> str:
    """Return the code of a service; a filter that names none finds nothing."""
    try:
        service_id = UUID(code_or_id)
    except ValueError:
        return code_or_id
    return Service.objects.filter(id=service_id).values_list("code", flat=True).first() or NOTHING
