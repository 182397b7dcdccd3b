"""`manage.py load_rate_card`: the products, services, rates, gift rules and packs of ledger/data/."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from ledger.rate_card import load_rate_card


class Command(BaseCommand):
    help = "Add the rate card's missing rows; rows that are there stay as they are."

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = asdict(load_rate_card())
        self.stdout.write(
            "Added " + ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in added.items()) + "."
        )
