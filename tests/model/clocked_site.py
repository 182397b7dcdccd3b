"""The site as a server of its own, whose clocks each request sets: `granian tests.model.clocked_site:application`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import time_machine
from django.db.backends.signals import connection_created

from portal.wsgi import application as site
from tests.ledger.steps import START
from tests.model.clocks import HEADER, Clocks

_clocks = Clocks(time_machine.travel(START, tick=False).start(), START)
connection_created.connect(_clocks.install)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Set both clocks as the request says, then answer it as the site does."""
    if shown := environ.get(f"HTTP_{HEADER.upper().replace('-', '_')}"):
        database, web = map(datetime.fromisoformat, shown.split(";"))
        _clocks.set(database=database, web=web)
    return site(environ, start_response)
