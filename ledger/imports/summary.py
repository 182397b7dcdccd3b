"""The summary of an import: its tally, checked against the books it was posted to."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Sum

from ledger.amounts import format_milli
from ledger.imports.jobs import Outcome
from ledger.imports.survey import Survey
from ledger.imports.tally import Tally
from ledger.models import Account, Entry, Kind, Transaction

Document = dict[str, Any]


def summarise(tally: Tally, found: Survey, moved: dict[str, int], *, seconds: float) -> Document:
    """Return the summary as plain data; amounts are decimal strings, keys are the log's own."""
    outcomes = {str(outcome): _line(*_figures(tally, outcome)) for outcome in Outcome}
    outcomes["quarantined"] = _line(sum(found.reasons.values()), 0, 0)
    return {
        "outcomes": outcomes,
        "net": format_milli(tally.net_mt),
        "by_user": _table(tally.by["user"], found.users),
        "by_service": _table(tally.by["service"], found.services),
        "by_contract": _table(tally.by["contract"], found.need_mt),
        "by_month": _table(tally.by["month"], ()),
        "accepted": tally.accepted,
        "refused": tally.refused,
        **{name: format_milli(amount_mt) for name, amount_mt in moved.items()},
        "returned": format_milli(tally.given_back_mt - moved["lost_after_expiry"]),
        "split_holds": tally.split_holds,
        "no_money": found.unmoved,
        "over_hold": _over(tally),
        "quarantine": _quarantine(found),
        "seconds": round(seconds, 3),
    }


def moved_in(contract_ids: Iterable[UUID], *, until: datetime) -> dict[str, int]:
    """Return what the books of the contracts say was moved up to `until`, in milli-tokens."""
    entries = Entry.objects.filter(contract_id__in=list(contract_ids), at__lte=until).order_by()
    by_account = dict(entries.values_list("account").annotate(Sum("amount_mt")))
    expired = list(entries.filter(account=Account.EXPIRED).values_list("transaction_id", "amount_mt"))
    lapsed = _expiries({transaction_id for transaction_id, _ in expired})
    return {
        "granted": -int(by_account.get(Account.ISSUED, 0)),
        "captured": int(by_account.get(Account.USED, 0)),
        "lost_after_expiry": sum(amount_mt for key, amount_mt in expired if key not in lapsed),
        "unused_at_expiry": sum(amount_mt for key, amount_mt in expired if key in lapsed),
        "left": int(by_account.get(Account.AVAILABLE, 0)),
    }


def _expiries(ids: set[UUID]) -> set[UUID]:
    """Return which of the transactions are expiries.

    Not joined with the entries: right after an import PostgreSQL does not know yet how large its tables have become,
    and plans such a join for hours.
    """
    found: set[UUID] = set()
    rest = iter(ids)
    while chunk := list(islice(rest, 1000)):
        found.update(Transaction.objects.filter(id__in=chunk, kind=Kind.EXPIRE).values_list("id", flat=True))
    return found


def disagreement(tally: Tally, moved: dict[str, int]) -> str:
    """Return how the answers and the books differ, or nothing. They never should."""
    if moved["captured"] != tally.net_mt:
        kept = format_milli(moved["captured"])
        return f"The answers kept {format_milli(tally.net_mt)} tokens, the books {kept}."
    spent_mt = sum(moved[name] for name in ("captured", "lost_after_expiry", "unused_at_expiry", "left"))
    if moved["granted"] != spent_mt:
        return f"{format_milli(moved['granted'])} tokens were granted, {format_milli(spent_mt)} accounted for."
    return ""


def _figures(tally: Tally, outcome: Outcome) -> tuple[int, int, int]:
    line = tally.outcomes[outcome]
    return line.jobs, line.charged_mt, line.refunded_mt


def _line(jobs: int, charged_mt: int, refunded_mt: int) -> Document:
    return {"jobs": jobs, "charged": format_milli(charged_mt), "refunded": format_milli(refunded_mt)}


def _table(net_mt: Counter[str], known: Iterable[str]) -> dict[str, str]:
    keys = sorted({*net_mt, *known}, key=lambda key: (len(key), key) if key.isdigit() else (0, key))
    return {key: format_milli(net_mt[key]) for key in keys}


def _over(tally: Tally) -> Document:
    over = tally.over
    listed = [
        {"job": number, "over": format_milli(over_mt), "unpaid": format_milli(unpaid_mt)}
        for number, over_mt, unpaid_mt in over.listed
    ]
    return {
        "jobs": over.jobs,
        "over": format_milli(over.over_mt),
        "unpaid_jobs": over.unpaid_jobs,
        "unpaid": format_milli(over.unpaid_mt),
        "listed": listed,
    }


def _quarantine(found: Survey) -> Document:
    listed = [{"line": item.line, "job": item.number, "reason": item.reason} for item in found.quarantined]
    return {"reasons": dict(sorted(found.reasons.items())), "listed": listed}
