"""Django's registration of the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger: contracts, pools, lots, jobs, orders and the journal."""

    name = "ledger"
