"""openedx-ledger: prepaid amounts with idempotency keys and a lock in the cache; a balance is the sum of everything."""
