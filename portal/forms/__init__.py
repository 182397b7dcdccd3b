"""The forms of the pages: they check shape; the ledger's verbs decide."""
