"""Our own contestant: a worker process that uses the ledger's verbs as pages, API and imports do."""
