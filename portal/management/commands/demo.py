"""`manage.py demo`: an example site with people, tokens and a year of history, served on this machine."""

import time
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.rate_card import load_rate_card
from portal.demo.example import make_example
from portal.demo.facts import write_facts
from portal.demo.introduction import introduction
from portal.demo.kept import Kept
from portal.demo.organisation import Organisation
from portal.demo.processes import port_is_free, serve
from portal.demo.reset import NotTheExample, reset_example

HOST: Final = "127.0.0.1"


class Command(BaseCommand):
    help = "Make an example site with people, tokens and a year of history, and serve it on this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to serve on 127.0.0.1 (8000)")
        parser.add_argument("--no-serve", action="store_true", help="make the example and end")
        parser.add_argument("--facts", type=Path, metavar="FILE", help="write what clients need to know, as JSON")
        parser.add_argument("--reset", action="store_true", help="throw the example away and make it anew")

    def handle(self, *_args: Any, port: int, no_serve: bool, facts: Path | None, reset: bool, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is a real site, not a demo: unset SECRET_KEY or set DEMO=true to try the demo.")
        if not no_serve and not port_is_free(HOST, port):
            raise CommandError(f"Port {port} is in use: choose another with --port, or stop what listens there.")
        organisation, kept = self._make(anew=reset)
        url = f"http://{HOST}:{port}"

        def introduce() -> None:
            if facts:
                write_facts(facts, base_url=url, organisation=organisation, kept=kept)
            self.stdout.write(introduction(url, kept))

        if no_serve:
            introduce()
            return
        try:
            serve(host=HOST, port=port, on_ready=introduce, write=self.stdout.write)
        except RuntimeError as error:
            raise CommandError(str(error)) from error

    def _make(self, *, anew: bool) -> tuple[Organisation, Kept]:
        started = time.monotonic()
        self.stdout.write("Preparing the example ...")
        if anew:
            self._reset()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        load_rate_card()
        example = make_example()
        self.stdout.write(f"Ready after {time.monotonic() - started:.1f} s.")
        return example

    def _reset(self) -> None:
        try:
            reset_example()
        except NotTheExample as error:
            raise CommandError(
                "This database holds contracts that are not the example's; it is not touched."
            ) from error
