"""`manage.py fold_usage`: bring the daily rollup up to date. Reports are exact either way, only slower."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.models import Contract
from reporting.rollups import fold, refold


class Command(BaseCommand):
    help = "Fold new ledger entries into the daily rollup that reports over long ranges read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contract", help="only the contract with this number")
        parser.add_argument("--refold", action="store_true", help="count everything again")

    def handle(self, *args: Any, **options: Any) -> None:
        contract_id = None
        if options["contract"]:
            contract = Contract.objects.filter(number=options["contract"]).first()
            if contract is None:
                raise CommandError(f"There is no contract {options['contract']}.")
            contract_id = contract.pk
        passed = refold(contract_id) if options["refold"] else fold(contract_id)
        self.stdout.write(f"Folded {passed} entries.")
