"""The REST API: shapes in, ledger verbs, shapes out. docs/api.md describes it to its callers."""
