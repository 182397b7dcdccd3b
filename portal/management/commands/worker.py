"""`manage.py worker`: one process that does what falls due (portal/tasks/registry.py) and works off the queue."""

import signal
import threading
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser

from portal import first_operator
from portal.tasks import companions
from portal.tasks.registry import COMPANIONS
from portal.tasks.runner import Runner

_LOOK_EVERY_S: Final = 2


class Command(BaseCommand):
    help = "Do what falls due, and what is queued, until stopped: safe to run twice, to stop and to kill."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do every task once, due or not, then end")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        stop = threading.Event()
        runner = Runner(stop)
        if once:
            runner.do_round(even_if_not_due=True)
            for companion in COMPANIONS:
                companion.drain()
            return
        first_operator.announce()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threads = companions.start(COMPANIONS, stop)
        while not stop.is_set():
            runner.do_round()
            stop.wait(_LOOK_EVERY_S)
        for thread in threads:
            thread.join()
