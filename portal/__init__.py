"""The site: composes ledger and reporting into pages, forms, an API and background work."""
