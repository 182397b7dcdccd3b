"""The rate card, the packs, and quotes."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.models import Pack, Rate, Service
from ledger.pricing import rates_at
from ledger.quotes import quote
from portal.api import access
from portal.api.answers import jobs as quote_shapes
from portal.api.answers import rates as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests import jobs as bodies
from portal.api.requests.others import AtQuery
from portal.api.requests.paging import PageQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered

READING: Final = (Scope.TOKENS_READ, Scope.JOBS_WRITE, Scope.ORDERS_WRITE)
BY_CODE: Final = Order(("code",))
BY_SERVICE: Final = Order(("service_id", "id"))


class Services(ApiView):
    """`/services`."""

    @operation(
        summary="List the cloud services, with their rates at an instant",
        scopes=READING,
        query=AtQuery,
        answers={200: shapes.ServicePage},
    )
    def get(self, request: Request) -> Response:
        """List the services that are offered."""
        query = self.query()

        def write(found: list[Service]) -> list[dict[str, Any]]:
            rates = rates_at(query.get("at") or timezone.now()).filter(service__in=found)
            by_service = {rate.service_id: rate for rate in rates.order_by("effective_from")}
            return [shapes.service(service, by_service.get(service.id)) for service in found]

        services = Service.objects.filter(active=True).select_related("product")
        return paged(request, services, order=BY_CODE, query=query, write=write)


class Rates(ApiView):
    """`/rates`."""

    @operation(
        summary="List the rates in effect at an instant",
        scopes=READING,
        query=AtQuery,
        answers={200: shapes.RatePage},
    )
    def get(self, request: Request) -> Response:
        """List the rate card as of an instant."""
        query = self.query()
        rates = rates_at(query.get("at") or timezone.now())
        return paged(request, rates, order=BY_SERVICE, query=query, write=_rates)


class Packs(ApiView):
    """`/packs`."""

    @operation(
        summary="List the packs of tokens on offer",
        scopes=READING,
        query=PageQuery,
        answers={200: shapes.PackPage},
    )
    def get(self, request: Request) -> Response:
        """List what can be ordered."""
        packs = Pack.objects.filter(active=True)
        return paged(request, packs, order=BY_CODE, query=self.query(), write=_packs)


class Quotes(ApiView):
    """`/quotes`."""

    @operation(
        summary="Ask what jobs would cost; freezes the rate, moves nothing",
        scopes=(Scope.JOBS_WRITE,),
        body=bodies.QuoteBody,
        answers={201: quote_shapes.QuoteAnswer},
        refusals=(404,),
    )
    def post(self, request: Request) -> Response:
        """Say what is required, available and will remain."""
        values = self.body()
        contract_id = access.contract_of(self.caller, values.get("contract"))
        user_id = access.acting_user(self.caller, contract_id, values.get("user"))
        found = quote(
            contract_id=contract_id,
            user_id=user_id,
            service=values["service"],
            quantity_m=values["quantity"],
            count=values["count"],
            pool_id=values.get("pool"),
        )
        return answered(quote_shapes.quote(found), status=201)


def _rates(found: list[Rate]) -> list[dict[str, Any]]:
    return [shapes.rate(rate) for rate in found]


def _packs(found: list[Pack]) -> list[dict[str, Any]]:
    return [shapes.pack(pack) for pack in found]
