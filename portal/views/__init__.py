"""The pages: small function views that check shape, call one verb of the ledger and answer."""
