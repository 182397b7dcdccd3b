"""Who may have the receipt of a transaction: one rule for the page and the API."""

from ledger.models import Entry, Transaction


def may_read(found: Transaction, *, user_id: int, reports: bool) -> bool:
    """Tell whether a member may: of their own job, of what touched their own pool alone, or with the right to reports.

    What touches another pool too, such as an allocation, would show that pool's balance.
    """
    if reports:
        return True
    if found.job is not None:
        return found.job.user_id == user_id
    entries = Entry.objects.filter(contract_id=found.contract_id, seq__range=(found.first_seq, found.last_seq))
    return not entries.filter(pool__isnull=False).exclude(pool__user_id=user_id).exists()
