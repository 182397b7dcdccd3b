"""Members' usage: every member with what they used in the period and what they have now."""

from collections.abc import Iterator
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery

from ledger.balances import balances
from ledger.models import Membership, Pool
from reporting.exports.columns import Column, Row, count, in_chunks, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import email_of, full_name_of, up_to
from reporting.figures import Figures, read_figures

COLUMNS: Final[tuple[Column, ...]] = (
    text("user", "User", "The member's e-mail address."),
    text("user_name", "User (name)", "The same for people."),
    text("role", "Role", "administrator, coordinator or end_user."),
    text("enabled", "Enabled", "yes or no: whether the subscription benefits are enabled."),
    text("uses_shared", "Uses shared tokens", "yes or no: whether the shared tokens may be used."),
    count("jobs", "Jobs", "Charges in the period, those of zero tokens too."),
    milli("charged", "Charged", "Tokens consumed in the period, from whichever pool."),
    milli("refunded", "Refunded", "Tokens given back in the period."),
    milli("net", "Net", "Charged less refunded."),
    milli("available", "Available", "Individual tokens that can be spent, as of the export."),
    milli("held", "Held", "Individual tokens that running jobs have reserved, as of the export."),
    instant("member_since", "Member since", "When they came to the contract."),
)


def members(question: Question) -> QuerySet[Membership]:
    """Return the contract's members, or the one that is asked for."""
    found = Membership.objects.filter(contract_id=question.contract_id)
    return found if question.user_id is None else found.filter(user_id=question.user_id)


def rows(question: Question) -> Iterator[Row]:
    """Yield the members by name."""
    own_pool = Pool.objects.filter(contract_id=OuterRef("contract_id"), user_id=OuterRef("user_id")).values("id")
    named = members(question).annotate(email=email_of("user"), name=full_name_of("user"), own=Subquery(own_pool[:1]))
    listed = named.order_by("email").values_list(
        "user_id", "own", "email", "name", "role", "enabled_at", "uses_shared", "created_at"
    )
    (used,) = read_figures(scope=question.scope, group_by=("user",), periods=[question.period])
    for chunk in in_chunks(listed.iterator(chunk_size=500)):
        left = balances(pool_ids=[pool_id for _, pool_id, *_ in chunk if pool_id])
        for user_id, pool_id, email, name, role, enabled_at, uses_shared, since in chunk:
            own, figures = left.get(pool_id), used.get((user_id,), Figures())
            yield (
                *(email, name, role, _yes(enabled_at is not None), _yes(_may_use_shared(role, uses_shared))),
                *(figures.jobs, figures.charged_mt, figures.refunded_mt, figures.net_mt),
                *((own.available_mt, own.held_mt) if own else (0, 0)),
                since,
            )


def count_rows(question: Question, limit: int) -> int:
    """Return how many members there are, up to `limit`."""
    return up_to(members(question), limit)


def _may_use_shared(role: str, uses_shared: bool) -> bool:
    return Membership(role=role, uses_shared=uses_shared).may_use_shared


def _yes(value: bool) -> str:
    return "yes" if value else "no"
