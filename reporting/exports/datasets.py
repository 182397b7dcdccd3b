"""The datasets that can be exported, by name. docs/exports.md has the same columns, and a test compares them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ledger.rights import Right
from reporting.exports.columns import Dataset
from reporting.exports.sources import audit, charges, entries, events, focus, jobs, lots, members, orders, usage

_ALL: Final = (
    Dataset("usage", _("Usage"), 1, usage.COLUMNS, Right.OWN_USE, usage.rows, usage.count_rows),
    Dataset("charges", _("Usage, line by line"), 1, charges.COLUMNS, Right.OWN_USE, charges.rows, charges.count_rows),
    Dataset("jobs", _("Jobs"), 1, jobs.COLUMNS, Right.OWN_USE, jobs.rows, jobs.count_rows),
    Dataset("entries", _("Ledger entries"), 1, entries.COLUMNS, Right.OWN_USE, entries.rows, entries.count_rows),
    Dataset("events", _("Token events"), 1, events.COLUMNS, Right.OWN_USE, events.rows, events.count_rows),
    Dataset("lots", _("Lots and their expiry"), 1, lots.COLUMNS, Right.OWN_USE, lots.rows, lots.count_rows),
    Dataset(
        "members", _("Members' usage"), 1, members.COLUMNS, Right.CONTRACT_REPORTS, members.rows, members.count_rows
    ),
    Dataset("orders", _("Orders"), 2, orders.COLUMNS, Right.BUY, orders.rows, orders.count_rows),
    Dataset("audit", _("Audit log"), 1, audit.COLUMNS, Right.AUDIT_LOG, audit.rows, audit.count_rows),
    Dataset("focus", _("FOCUS 1.2 cost and usage"), 1, focus.COLUMNS, Right.OWN_USE, focus.rows, focus.count_rows),
)
DATASETS: Final[dict[str, Dataset]] = {dataset.name: dataset for dataset in _ALL}
