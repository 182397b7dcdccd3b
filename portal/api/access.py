"""What a caller may see and touch: other contracts' objects do not exist for them, the rest asks for a right."""

from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from ledger.addresses import NO_SUCH_USER, members_at
from ledger.errors import Forbidden, NotEnabled, NotFound
from ledger.models import Benefit, Contract, Job, Membership, Order, Pool, PoolKind, RefundRequest
from ledger.rights import Right, require, rights_of
from portal.api.caller import Caller
from portal.api.lookups import JobFacts
from portal.api.problems import ContractRequired, UserRequired
from portal.api.scopes import Scope

NO_SUCH_CONTRACT: Final = "There is no such contract."
SETTLING: Final = frozenset({"results", "complete", "fail"})


def contract_of(caller: Caller, named: UUID | None) -> UUID:
    """Return the contract that a request is about: the one it names, or the only one of the caller.

    Raises:
        ContractRequired: none is named, and the caller has several.
        NotFound: the caller has nothing to do with it.
        NotEnabled: the caller has no contract at all.
    """
    if named is not None:
        if named not in caller.contract_ids:
            raise NotFound(NO_SUCH_CONTRACT, field="contract")
        return named
    if not caller.contract_ids:
        raise NotEnabled("You are on no contract.")
    if len(caller.contract_ids) > 1:
        raise ContractRequired(name="contract")
    return caller.contract_ids[0]


def membership_of(caller: Caller, contract_id: UUID) -> Membership:
    """Return the caller's own membership of a contract.

    Raises:
        Forbidden: the caller is a service client, which is no member.
        NotFound: the caller has nothing to do with the contract.
    """
    if contract_id not in caller.contract_ids:
        raise NotFound(NO_SUCH_CONTRACT, field="contract")
    for membership in caller.memberships:
        if membership.contract_id == contract_id:
            return membership
    raise Forbidden("This takes a person, not a service client.")


def acting_user(caller: Caller, contract_id: UUID, email: str | None) -> int:
    """Return the id of the user a request is for: the person who asks, or whom a service client names.

    Raises:
        UserRequired: a service client names nobody.
        NotFound: there is no such member.
        Forbidden: a person names somebody else.
    """
    user_id, address = user_ordered_for(caller, email)
    return user_id if user_id is not None else _user_at(contract_id, address)


def user_ordered_for(caller: Caller, email: str | None) -> tuple[int | None, str]:
    """Return the id of the person who asks; or, for a service client, the address it names, in lower case.

    Raises:
        UserRequired: a service client names nobody.
        Forbidden: a person names somebody else.
    """
    if caller.user_id is None:
        if not email:
            raise UserRequired(name="user")
        return None, email.lower()
    if email and (caller.user is None or email.lower() != caller.user.email.lower()):
        raise Forbidden("You act for yourself only.", field="user")
    return caller.user_id, ""


def acting_member(caller: Caller, contract_id: UUID, email: str | None) -> Membership:
    """Return the membership of the user a request is for; refuses as `acting_user` does."""
    return member_of(contract_id, acting_user(caller, contract_id, email))


def named_member(contract_id: UUID, email: str) -> Membership:
    """Return the member with this address.

    Raises:
        NotFound: there is none.
    """
    return member_of(contract_id, _user_at(contract_id, email))


def member_of(contract_id: UUID, user_id: int) -> Membership:
    """Return a user's membership of a contract.

    Raises:
        NotFound: there is none.
    """
    found = Membership.objects.filter(contract_id=contract_id, user_id=user_id)
    member = found.select_related("contract", "user").first()
    if member is None:
        raise NotFound(NO_SUCH_USER, field="user")
    return member


def _user_at(contract_id: UUID, email: str) -> int:
    found = members_at(contract_id, [email.lower()])
    if not found:
        raise NotFound(NO_SUCH_USER, field="user")
    return found[email.lower()]


def contracts(caller: Caller) -> QuerySet[Contract]:
    """Return the caller's contracts."""
    return Contract.objects.filter(id__in=caller.contract_ids)


def pools(caller: Caller) -> QuerySet[Pool]:
    """Return the pools whose balance the caller may see."""
    in_contracts = Pool.objects.filter(contract_id__in=caller.contract_ids)
    if caller.client_id:
        return in_contracts
    return in_contracts.filter(
        Q(user_id=caller.user_id)
        | Q(kind=PoolKind.SHARED, contract_id__in=caller.contract_ids_with(Right.SHARED_BALANCE))
        | Q(contract_id__in=caller.contract_ids_with(Right.CONTRACT_REPORTS))
    )


def pool_of(caller: Caller, pool_id: UUID) -> Pool:
    """Return a pool whose balance the caller may see.

    Raises:
        NotFound: there is none for this caller.
        Forbidden: it is the shared pool of a contract on which the caller may not see it.
    """
    if pool := pools(caller).select_related("user").filter(id=pool_id).first():
        return pool
    if Pool.objects.filter(id=pool_id, kind=PoolKind.SHARED, contract_id__in=caller.contract_ids).exists():
        raise Forbidden("You may not see the contract's shared tokens.")
    raise NotFound("There is no such pool.")


def require_entries(caller: Caller, pool: Pool) -> None:
    """Check that the caller may see what moved in a pool, which in a shared one is everybody's use.

    Raises:
        Forbidden.
    """
    if caller.client_id:
        if not caller.allows(Scope.REPORTS_READ):
            raise Forbidden(f"A service client needs the scope {Scope.REPORTS_READ} for this.")
    elif caller.user_id is None or pool.user_id != caller.user_id:
        require(membership_of(caller, pool.contract_id), Right.CONTRACT_REPORTS)


def jobs(caller: Caller) -> QuerySet[Job]:
    """Return the jobs that the caller may see."""
    in_contracts = Job.objects.filter(contract_id__in=caller.contract_ids)
    if caller.client_id is None:
        reported = caller.contract_ids_with(Right.CONTRACT_REPORTS)
        return in_contracts.filter(Q(user_id=caller.user_id) | Q(contract_id__in=reported))
    if caller.allows(Scope.REPORTS_READ):
        return in_contracts
    return in_contracts.filter(Q(caller=caller.key) | Q(service_id__in=caller.service_ids))


def require_job(caller: Caller, facts: JobFacts | None, verb: str) -> JobFacts:
    """Return the job, to which the caller may do `verb`: results, complete, fail, cancel or refund-request.

    Raises:
        NotFound: the caller may not know of the job.
        Forbidden: they see it, and may not do this.
    """
    if facts is None or not _sees(caller, facts):
        raise NotFound("There is no such job.")
    if caller.client_id:
        if verb == "refund-request" or not _runs(caller, facts):
            raise Forbidden("Only the client that started the job, or that runs its service, may do this.")
    elif verb in SETTLING:
        raise Forbidden("What became of a job is reported by the service that runs it.")
    elif facts.user_id != caller.user_id:
        raise Forbidden("Only the user of the job may do this.")
    return facts


def _runs(caller: Caller, facts: JobFacts) -> bool:
    return facts.caller == caller.key or facts.service_id in caller.service_ids


def _sees(caller: Caller, facts: JobFacts) -> bool:
    if facts.contract_id not in caller.contract_ids:
        return False
    if caller.client_id:
        return _runs(caller, facts) or caller.allows(Scope.REPORTS_READ)
    return facts.user_id == caller.user_id or Right.CONTRACT_REPORTS in rights_of(
        membership_of(caller, facts.contract_id)
    )


def orders(caller: Caller) -> QuerySet[Order]:
    """Return the orders that the caller may see: buyers', and service clients' that order for them."""
    ids = caller.contract_ids if caller.client_id else caller.contract_ids_with(Right.BUY)
    return Order.objects.filter(contract_id__in=ids)


def benefits(caller: Caller) -> QuerySet[Benefit]:
    """Return the caller's own enablings, and those the caller may decide on."""
    managed = caller.contract_ids_with(Right.MANAGE_ENABLING)
    return Benefit.objects.filter(Q(user_id=caller.user_id, user__isnull=False) | Q(contract_id__in=managed))


def refund_requests(caller: Caller) -> QuerySet[RefundRequest]:
    """Return the caller's own refund requests, and those the caller may decide on."""
    decided = caller.contract_ids_with(Right.DECIDE_REFUNDS)
    mine = Q(requested_by_id=caller.user_id, requested_by__isnull=False)
    return RefundRequest.objects.filter(mine | Q(contract_id__in=decided))
