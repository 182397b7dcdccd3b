"""Who asks, and on which contracts."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ledger.errors import NotFound
from portal.api import access
from portal.api.answers import contracts as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests.paging import PageQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView

BY_NUMBER = Order(("number",))


class Me(ApiView):
    """`/me`."""

    @operation(summary="Who am I, and what may I do?", scopes=(), answers={200: shapes.MeAnswer})
    def get(self, request: Request) -> Response:
        """Show the caller, their contracts and the token's scopes."""
        return Response(shapes.me(self.caller))


class Contracts(ApiView):
    """`/contracts`."""

    @operation(
        summary="List my contracts",
        scopes=(Scope.TOKENS_READ,),
        query=PageQuery,
        answers={200: shapes.ContractPage},
    )
    def get(self, request: Request) -> Response:
        """List the contracts that the caller has to do with."""
        found = access.contracts(self.caller)
        return paged(request, found, order=BY_NUMBER, query=self.query(), write=shapes.contracts)


class OneContract(ApiView):
    """`/contracts/{id}`."""

    @operation(
        summary="Look at a contract",
        scopes=(Scope.TOKENS_READ,),
        answers={200: shapes.ContractAnswer},
        refusals=(404,),
    )
    def get(self, request: Request, contract_id: UUID) -> Response:
        """Show one contract."""
        found = access.contracts(self.caller).filter(id=contract_id).first()
        if found is None:
            raise NotFound(access.NO_SUCH_CONTRACT)
        return Response(shapes.contracts([found])[0])
