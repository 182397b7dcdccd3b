"""The options of a contract that its administrator sets. The jobs and orders that follow obey them at once."""

from typing import Final

from django.db.transaction import atomic

from ledger import audit
from ledger.errors import InvalidRequest
from ledger.models import Contract, Membership
from ledger.rights import Right, require

MAX_LIMIT_CENTS: Final = 10**14


@atomic
def set_options(
    *, membership: Membership, allow_split: bool, project_required: bool, approval_limit_cents: int | None
) -> Contract:
    """Set how the contract's charges are paid, what a job must say, and which orders need an approval.

    A limit of None: no order needs one. Only what differs is written, and noted in the audit log.

    Raises:
        Forbidden: the acting member may not change the contract's options.
        InvalidRequest: the limit is negative, or beyond any price.

    Source: DOMAIN, "Pools, lots, order" (allow split) and "Buying" (approval above a limit).
    """
    require(membership, Right.CONTRACT_OPTIONS)
    if approval_limit_cents is not None and not 0 <= approval_limit_cents <= MAX_LIMIT_CENTS:
        raise InvalidRequest("Give a limit of 0 or more.", field="approval_limit")
    contract = Contract.objects.select_for_update().get(id=membership.contract_id)
    wanted = {
        "allow_split": allow_split,
        "project_required": project_required,
        "approval_limit_cents": approval_limit_cents,
    }
    changes = {name: value for name, value in wanted.items() if getattr(contract, name) != value}
    if changes:
        Contract.objects.filter(id=contract.id).update(**changes)
        contract.refresh_from_db()
        detail = ", ".join(f"{name}={value}" for name, value in changes.items())
        audit.record(
            contract=contract, actor=membership.user, action="contract.options_changed", subject=contract, detail=detail
        )
    return contract
