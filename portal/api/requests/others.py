"""What is read about pools, rates, orders, allocations, benefits and usage."""

from typing import Any

from rest_framework.exceptions import ValidationError

from ledger.models import BenefitStatus, Channel, OrderStatus, PoolKind
from ledger.order_terms import QUANTITY_LIMIT
from portal.api.answers.pools import DIRECTIONS
from portal.api.requests.base import Body, Query
from portal.api.requests.fields import (
    AmountField,
    CountField,
    IdField,
    InstantField,
    TextField,
    WordField,
    WordsField,
)
from portal.api.requests.jobs import contract_field, user_field
from portal.api.requests.paging import PageQuery, checked_period
from reporting.usage import GROUPS


class AtQuery(PageQuery):
    """Which part of the rate card, as of when."""

    at = InstantField(required=False, help_text="Now, if left out.")


class AsOfQuery(Query):
    """As of when."""

    as_of = InstantField(required=False, help_text="Any instant; now, if left out.")


class PoolsQuery(PageQuery):
    """Which pools, as of when."""

    contract = IdField(required=False)
    kind = WordField(words=PoolKind.values, required=False)
    user = TextField(max_length=254, required=False, allow_blank=False, help_text="E-mail address.")
    as_of = InstantField(required=False, help_text="Any instant; now, if left out.")


class OrdersQuery(PageQuery):
    """Which orders."""

    contract = IdField(required=False)
    status = WordField(words=OrderStatus.values, required=False)


class OrderBody(Body):
    """An order of packs."""

    contract = contract_field()
    user = user_field()
    pack = TextField(max_length=40, required=False, default="", help_text="Code or id; the activation code names it.")
    quantity = CountField(maximum=QUANTITY_LIMIT, default=1)
    channel = WordField(words=Channel.values)
    activation_code = TextField(max_length=100, default="", help_text="With channel `reseller`.")
    purchase_order = TextField(max_length=100, default="", help_text="With channel `direct`.")


class AllocationBody(Body):
    """Tokens to move between the shared pool and a user's individual one."""

    contract = contract_field()
    user = TextField(max_length=254, allow_blank=False, help_text="E-mail address of the user.")
    amount = AmountField()
    direction = WordField(words=DIRECTIONS)


class BenefitsQuery(PageQuery):
    """Which enablings."""

    contract = IdField(required=False)
    status = WordField(words=BenefitStatus.values, required=False)


class BenefitBody(Body):
    """Benefits to enable: those one was invited to, or those of a contract number and serial number."""

    contract_number = TextField(max_length=64, required=False, allow_blank=False)
    serial_number = TextField(max_length=64, required=False, allow_blank=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a pair."""
        if len(attrs) == 1:
            missing = "serial_number" if "contract_number" in attrs else "contract_number"
            raise ValidationError({missing: ["Give both numbers."]})
        return attrs


class UsageQuery(Query):
    """Which usage, in which period, added up by what."""

    group_by = WordsField(words=GROUPS, default=(), help_text="Several may be given.")
    contract = contract_field()
    pool = IdField(required=False)
    service = TextField(max_length=100, required=False, allow_blank=False, help_text="Code or id.")
    user = TextField(max_length=254, required=False, allow_blank=False, help_text="E-mail address.")
    project = TextField(max_length=100, required=False, help_text="Empty: jobs without one.")

    def get_fields(self) -> dict[str, Any]:
        """Add the two names, of which one is a word of the language."""
        fields = super().get_fields()
        fields["from"] = InstantField(required=False, help_text="Inclusive.")
        fields["to"] = InstantField(required=False, help_text="Exclusive.")
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        return checked_period(attrs)


class UsageExportQuery(UsageQuery):
    """Which usage, and as what file."""

    format = WordField(words=("csv", "xlsx", "focus-csv"), default="csv")
