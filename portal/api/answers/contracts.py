"""Callers and contracts as answers show them."""

from typing import Any, Final

from rest_framework import serializers

from ledger.models import BUYERS, Contract, Membership, Role
from ledger.rights import Right, rights_of
from portal.api.answers.values import InstantShape, instant, instant_or_none, money, page_of
from portal.api.caller import Caller
from portal.api.scopes import Scope

SERVICE_CLIENT: Final = "service_client"


class PersonAnswer(serializers.Serializer[Any]):
    """The person who asks, or for whom a desktop application asks."""

    email = serializers.CharField()
    name = serializers.CharField()


class ClientAnswer(serializers.Serializer[Any]):
    """The service client that asks in its own name."""

    id = serializers.CharField()
    name = serializers.CharField()


class RoleAnswer(serializers.Serializer[Any]):
    """What the caller is on a contract."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField([*Role.values, SERVICE_CLIENT])
    rights = serializers.ListField(child=serializers.ChoiceField(Right.values))
    enabled = serializers.BooleanField(help_text="Whether the subscription benefits are enabled.")
    uses_shared = serializers.BooleanField(help_text="Whether shared tokens may be used.")


class MeAnswer(serializers.Serializer[Any]):
    """Who the caller is and what they may do."""

    user = PersonAnswer(allow_null=True)
    client = ClientAnswer(allow_null=True)
    contracts = RoleAnswer(many=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.values))


def me(caller: Caller) -> dict[str, Any]:
    """Return the caller's JSON."""
    user, client = caller.user, caller.client
    return {
        "user": {"email": user.email, "name": user.get_full_name()} if user else None,
        "client": {"id": client.pk, "name": client.client.name} if client else None,
        "contracts": [_serving(contract) for contract in client.contracts.order_by("number")]
        if client
        else [_role(membership) for membership in caller.memberships],
        "scopes": sorted(caller.scopes.intersection(Scope.values)),
    }


def _role(membership: Membership) -> dict[str, Any]:
    return {
        "id": str(membership.contract_id),
        "number": membership.contract.number,
        "name": membership.contract.name,
        "role": membership.role,
        "rights": sorted(rights_of(membership)),
        "enabled": membership.enabled_at is not None,
        "uses_shared": membership.may_use_shared,
    }


def _serving(contract: Contract) -> dict[str, Any]:
    return {
        "id": str(contract.id),
        "number": contract.number,
        "name": contract.name,
        "role": SERVICE_CLIENT,
        "rights": [],
        "enabled": True,
        "uses_shared": True,
    }


class OptionsAnswer(serializers.Serializer[Any]):
    """What a contract has chosen."""

    allow_split = serializers.BooleanField()
    project_required = serializers.BooleanField()
    refund_grace_s = serializers.IntegerField()
    approval_limit = serializers.CharField(
        allow_null=True, help_text="The price above which an order needs the administrator's approval."
    )


class ContractAnswer(serializers.Serializer[Any]):
    """A contract, and whom to ask about it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    starts_at = InstantShape()
    ends_at = InstantShape(allow_null=True)
    administrator = serializers.CharField(allow_null=True)
    coordinators = serializers.ListField(child=serializers.CharField())
    options = OptionsAnswer()


ContractPage = page_of(ContractAnswer)


def contracts(found: list[Contract]) -> list[dict[str, Any]]:
    """Return the JSON of contracts, with one statement for the buyers of them all."""
    buyers: dict[tuple[Any, str], list[str]] = {}
    members = Membership.objects.filter(contract__in=found, role__in=BUYERS).order_by("user__email")
    for contract_id, role, email in members.values_list("contract_id", "role", "user__email"):
        buyers.setdefault((contract_id, role), []).append(email)
    return [
        _contract(
            contract,
            administrator=next(iter(buyers.get((contract.id, Role.ADMINISTRATOR), [])), None),
            coordinators=buyers.get((contract.id, Role.COORDINATOR), []),
        )
        for contract in found
    ]


def _contract(contract: Contract, *, administrator: str | None, coordinators: list[str]) -> dict[str, Any]:
    limit = contract.approval_limit_cents
    return {
        "id": str(contract.id),
        "number": contract.number,
        "name": contract.name,
        "starts_at": instant(contract.starts_at),
        "ends_at": instant_or_none(contract.ends_at),
        "administrator": administrator,
        "coordinators": coordinators,
        "options": {
            "allow_split": contract.allow_split,
            "project_required": contract.project_required,
            "refund_grace_s": contract.refund_grace_s,
            "approval_limit": None if limit is None else money(limit),
        },
    }
