"""The datasets that can be exported, by name. docs/exports.md has the same columns, and a test compares them."""

from typing import Final

from ledger.rights import Right
from reporting.exports.columns import Dataset
from reporting.exports.sources import audit, charges, entries, events, focus, jobs, lots, members, orders, usage

_ALL: Final = (
    Dataset("usage", "Usage", 1, usage.COLUMNS, Right.OWN_USE, usage.rows, usage.count_rows),
    Dataset("charges", "Usage, line by line", 1, charges.COLUMNS, Right.OWN_USE, charges.rows, charges.count_rows),
    Dataset("jobs", "Jobs", 1, jobs.COLUMNS, Right.OWN_USE, jobs.rows, jobs.count_rows),
    Dataset("entries", "Ledger entries", 1, entries.COLUMNS, Right.OWN_USE, entries.rows, entries.count_rows),
    Dataset("events", "Token events", 1, events.COLUMNS, Right.OWN_USE, events.rows, events.count_rows),
    Dataset("lots", "Lots and their expiry", 1, lots.COLUMNS, Right.OWN_USE, lots.rows, lots.count_rows),
    Dataset("members", "Members' usage", 1, members.COLUMNS, Right.CONTRACT_REPORTS, members.rows, members.count_rows),
    Dataset("orders", "Orders", 1, orders.COLUMNS, Right.BUY, orders.rows, orders.count_rows),
    Dataset("audit", "Audit log", 1, audit.COLUMNS, Right.AUDIT_LOG, audit.rows, audit.count_rows),
    Dataset("focus", "FOCUS 1.2 cost and usage", 1, focus.COLUMNS, Right.OWN_USE, focus.rows, focus.count_rows),
)
DATASETS: Final[dict[str, Dataset]] = {dataset.name: dataset for dataset in _ALL}
