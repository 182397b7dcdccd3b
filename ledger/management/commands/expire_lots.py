"""`manage.py expire_lots`: what the worker does every minute, by hand and for any instant."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.expiry import expire_lots
from ledger.instants import parse_instant


class Command(BaseCommand):
    """Safe to run at any time, twice, or late."""

    help = "Post the expiry of every lot that is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=parse_instant, help="RFC 3339 time to act as of; the present by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{expire_lots(at=options['at'])} lots expired.")
